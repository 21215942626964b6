"""LC304."""

from __future__ import annotations

from typing import ClassVar

from logitcheck.finding import Severity
from logitcheck.graph import Ref
from logitcheck.rules.risk_rule import RiskRule
from logitcheck.rules.rule import Example
from logitcheck.rules.sketch import Ops, graph, trained


class DivisionByZero(RiskRule):
    """A divisor can be 0.

    x / 0 is Inf and 0 / 0 is NaN. It happens for the one sample whose norm, count, mask or distance is
    0, and a batch of 32 with one NaN row has a loss of NaN.

    Fix: ``tf.math.divide_no_nan(x, y)``, or ``x / (y + 1e-6)`` where y is never negative.
    """

    code = "LC304"
    name = "division-by-zero"
    severity = Severity.WARNING
    bad: ClassVar = (
        Example("divided by a norm", lambda: graph(lambda ops: {"y": _over(ops, 0.0)}), "quotient"),
        Example(
            "divided by a layer",
            lambda: graph(
                lambda ops: {"y": ops.op("RealDiv", ops.const(1.0), ops.scores(), name="quotient")}
            ),
            "quotient",
        ),
    )
    good: ClassVar = (
        Example("divided by a norm plus epsilon", lambda: graph(lambda ops: {"y": _over(ops, 1e-6)})),
        Example(
            "divided by a constant",
            lambda: graph(lambda ops: {"y": ops.op("RealDiv", ops.scores(), ops.const(255.0))}),
        ),
        Example("divide_no_nan", lambda: trained(lambda ops: ops.op("DivNoNan", ops.scores(), ops.scores()))),
    )


def _over(ops: Ops, epsilon: float) -> Ref:
    x = ops.op("Relu", ops.scores())
    total = ops.op("Sum", x, ops.const(-1, "int32"), keep_dims=True)
    return ops.op("RealDiv", x, ops.op("AddV2", total, ops.const(epsilon)), name="quotient")
