"""LC311."""

from __future__ import annotations

from typing import ClassVar

from logitcheck.finding import Severity
from logitcheck.graph import Ref
from logitcheck.rules.risk_rule import RiskRule
from logitcheck.rules.rule import Example
from logitcheck.rules.sketch import Ops, graph, trained


class SpecialFunctionPole(RiskRule):
    """A special function can be given a pole: lgamma or digamma at 0, erfinv at ±1, a normal quantile at 0
    or 1.

    Concentrations come from softplus as a rule, which is exactly 0 below -104 in float32; lgamma(0) is
    Inf and the density is NaN.

    Fix: ``tf.math.lgamma(x + 1e-3)``, or clip to the inside of the domain.
    """

    code = "LC311"
    name = "special-function-pole"
    severity = Severity.WARNING
    bad: ClassVar = (
        Example(
            "lgamma of a softplus",
            lambda: graph(
                lambda ops: {"y": ops.op("Lgamma", ops.op("Softplus", ops.scores()), name="lgamma")}
            ),
            "lgamma",
        ),
    )
    good: ClassVar = (Example("lgamma of a softplus plus 0.05", lambda: trained(_raised)),)


def _raised(ops: Ops) -> Ref:
    return ops.op("Lgamma", ops.op("AddV2", ops.op("Softplus", ops.scores()), ops.const(0.05)))
