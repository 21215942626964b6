"""LC305."""

from __future__ import annotations

from typing import ClassVar

from logitcheck.finding import Severity
from logitcheck.graph import Ref
from logitcheck.rules.risk_rule import RiskRule
from logitcheck.rules.rule import Example
from logitcheck.rules.sketch import Ops, graph, trained


class ExpOverflow(RiskRule):
    """An exponential can overflow.

    exp(x) is Inf from 88.73 on in float32 and bfloat16, from 11.1 on in float16. A softmax written by
    hand then gives Inf / Inf = NaN for a single confident score; a variance head gives Inf.

    Fix: ``tf.exp(tf.minimum(x, 80.0))``; for a softmax ``tf.nn.softmax``, or subtract the maximum
    first.
    """

    code = "LC305"
    name = "exp-overflow"
    severity = Severity.WARNING
    bad: ClassVar = (
        Example("softmax by hand", lambda: graph(lambda ops: {"y": _softmax(ops, shift=False)}), "exp"),
        Example("sigmoid by hand", lambda: graph(lambda ops: {"y": _sigmoid(ops)}), "exp"),
    )
    good: ClassVar = (
        Example(
            "softmax by hand, maximum subtracted", lambda: graph(lambda ops: {"y": _softmax(ops, shift=True)})
        ),
        Example(
            "of a clipped value",
            lambda: trained(lambda ops: ops.op("Exp", ops.op("Minimum", ops.scores(), ops.const(60.0)))),
        ),
    )


def _softmax(ops: Ops, shift: bool) -> Ref:
    x, axis = ops.scores(), ops.const(-1, "int32")
    if shift:
        x = ops.op("Sub", x, ops.op("Max", x, axis, keep_dims=True))
    e = ops.op("Exp", x, name="exp")
    return ops.op("RealDiv", e, ops.op("Sum", e, axis, keep_dims=True))


def _sigmoid(ops: Ops) -> Ref:
    e = ops.op("Exp", ops.op("Neg", ops.scores()), name="exp")
    return ops.op("RealDiv", ops.const(1.0), ops.op("AddV2", ops.const(1.0), e))
