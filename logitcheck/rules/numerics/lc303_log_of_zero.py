"""LC303."""

from __future__ import annotations

from typing import ClassVar

from logitcheck.finding import Severity
from logitcheck.graph import Ref
from logitcheck.rules.risk_rule import RiskRule
from logitcheck.rules.rule import Example
from logitcheck.rules.sketch import Ops, graph, trained


class LogOfZero(RiskRule):
    """A logarithm can be given 0 or less.

    log(0) is -Inf and log of a negative number is NaN; 0 * -Inf in the loss is NaN, and one NaN spoils
    every weight at the next step. In float32 a softmax is exactly 0 from a gap of 87 between two logits
    on, 1 - sigmoid from 17.

    Fix: ``tf.math.log(tf.maximum(x, 1e-7))``, or the fused op (``log_softmax``, ``log_sigmoid``) on the
    scores.
    """

    code = "LC303"
    name = "log-of-zero"
    severity = Severity.WARNING
    bad: ClassVar = (
        Example(
            "log of a rectified layer",
            lambda: graph(lambda ops: {"y": _log(ops.op("Relu", ops.scores()), ops)}),
            "log",
        ),
        Example(
            "log of a softmax in a training step",
            lambda: trained(lambda ops: _log(ops.op("Softmax", ops.scores()), ops)),
            "log",
        ),
        Example("log of 1 - sigmoid", lambda: trained(_log_of_rest), "log"),
    )
    good: ClassVar = (
        Example("log of a softmax plus epsilon", lambda: trained(_guarded)),
        Example(
            "log of 1 + x²",
            lambda: graph(
                lambda ops: {"y": _log(ops.op("AddV2", ops.op("Square", ops.scores()), ops.const(1.0)), ops)}
            ),
        ),
        Example(
            "log of a sum of exponentials below the maximum",
            lambda: graph(lambda ops: {"y": _log(_shifted_sum(ops), ops)}),
        ),
    )


def _log(x: Ref, ops: Ops) -> Ref:
    return ops.op("Log", x, name="log")


def _log_of_rest(ops: Ops) -> Ref:
    return _log(ops.op("Sub", ops.const(1.0), ops.op("Sigmoid", ops.scores())), ops)


def _guarded(ops: Ops) -> Ref:
    return _log(ops.op("AddV2", ops.op("Softmax", ops.scores()), ops.const(1e-7)), ops)


def _shifted_sum(ops: Ops) -> Ref:
    x, axis = ops.scores(), ops.const(-1, "int32")
    shifted = ops.op("Sub", x, ops.op("Max", x, axis, keep_dims=True))
    return ops.op("Sum", ops.op("Exp", shifted), axis, keep_dims=True)
