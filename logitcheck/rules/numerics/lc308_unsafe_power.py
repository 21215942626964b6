"""LC308."""

from __future__ import annotations

from typing import ClassVar

from logitcheck.finding import Severity
from logitcheck.graph import Ref
from logitcheck.rules.risk_rule import RiskRule
from logitcheck.rules.rule import Example
from logitcheck.rules.sketch import Ops, graph, trained


class UnsafePower(RiskRule):
    """A power has a base for which it, or its derivative, is not finite.

    A negative base with a fractional exponent is NaN, 0 with a negative one is Inf, and the derivative
    of x ** p at 0 is Inf for p below 1. ``tf.where`` around it does not help: the gradient of the
    branch not taken is NaN * 0.

    Fix: ``tf.pow(tf.maximum(x, 1e-6), p)``.
    """

    code = "LC308"
    name = "unsafe-power"
    severity = Severity.WARNING
    bad: ClassVar = (
        Example(
            "root of a signed layer", lambda: graph(lambda ops: {"y": _power(ops, ops.scores(), 0.5)}), "pow"
        ),
        Example(
            "negative power of a rectified layer",
            lambda: graph(lambda ops: {"y": _power(ops, ops.op("Relu", ops.scores()), -1.0)}),
            "pow",
        ),
    )
    good: ClassVar = (
        Example("square", lambda: graph(lambda ops: {"y": _power(ops, ops.scores(), 2.0)})),
        Example(
            "base held above 0",
            lambda: trained(lambda ops: _power(ops, ops.op("Maximum", ops.scores(), ops.const(1e-6)), 0.4)),
        ),
    )


def _power(ops: Ops, base: Ref, exponent: float) -> Ref:
    return ops.op("Pow", base, ops.const(exponent), name="pow")
