"""LC309."""

from __future__ import annotations

from typing import ClassVar

from logitcheck.finding import Severity
from logitcheck.graph import Ref
from logitcheck.rules.risk_rule import RiskRule
from logitcheck.rules.rule import Example
from logitcheck.rules.sketch import Ops, graph, trained


class InverseFunctionDomain(RiskRule):
    """The argument of acos, asin, atanh or acosh can leave its domain, or reach the end where the
    derivative is Inf.

    The cosine of two equal unit vectors comes out as 1.0000001 after rounding, and acos of that is NaN;
    tanh is exactly 1 from 9.01 on in float32, and atanh of that is Inf. The angle atan2(0, 0) is 0, and its
    derivative NaN.

    Fix: ``tf.acos(tf.clip_by_value(x, -0.999999, 0.999999))``.
    """

    code = "LC309"
    name = "inverse-function-domain"
    severity = Severity.WARNING
    bad: ClassVar = (
        Example(
            "angle of a layer",
            lambda: graph(lambda ops: {"y": ops.op("Acos", ops.scores(), name="angle")}),
            "angle",
        ),
        Example(
            "atanh of tanh",
            lambda: graph(lambda ops: {"y": ops.op("Atanh", ops.op("Tanh", ops.scores()), name="angle")}),
            "angle",
        ),
    )
    good: ClassVar = (
        Example("clipped inside the domain", lambda: trained(lambda ops: ops.op("Acos", _clipped(ops)))),
        Example(
            "scaled tanh",
            lambda: trained(
                lambda ops: ops.op("Asin", ops.op("Mul", ops.op("Tanh", ops.scores()), ops.const(0.999)))
            ),
        ),
    )


def _clipped(ops: Ops) -> Ref:
    return ops.op("Maximum", ops.op("Minimum", ops.scores(), ops.const(0.999)), ops.const(-0.999))
