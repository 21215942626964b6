"""What all rules about dangerous ops share: a risk of the range analysis put into words."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from logitcheck.finding import Confidence, Finding, Location, Severity
from logitcheck.rules.case import Case
from logitcheck.rules.rule import Rule

if TYPE_CHECKING:
    from logitcheck.analysis.interval import Interval
    from logitcheck.analysis.numeric.risks import Risk

WEIGHTS = {
    "only": "the stored weights alone decide it, whatever the input",
    "saved": "an input can trigger it with the stored weights",
    "other": "not with the stored weights, but with larger ones, as training may reach",
}


class RiskRule(Rule):
    """A rule that reports the risks of its own code. Subclasses give identity, text and examples.

    A risk that the stored weights alone decide is proved. One that rests on an op without a law, or on
    an input of which no range is declared, is worth knowing and no more.

    Fix: see the subclass.
    """

    def check(self, case: Case) -> Iterator[Finding]:
        """Yield a finding for every risk of this rule's code."""
        for risk in case.risks:
            if risk.danger.rule == self.code:
                yield self._finding(risk)

    def _finding(self, risk: Risk) -> Finding:
        danger, node = risk.danger, risk.node
        proved = risk.weights == "only"
        weak = risk.unknown is not None or risk.undeclared or risk.capped
        inside = f" in {risk.graph!r}" if risk.graph else ""
        lost = "loses its gradient" if danger.gradient else "leaves the finite numbers"
        return self.finding(
            f"{node.op} {node.name!r}{inside} {lost}: its argument is in {_words(risk.argument)}, "
            f"it has to be {danger.bound}",
            why=f"{danger.effect}; {_reason(risk)}",
            fix=danger.fix.replace("{x}", "x"),
            at=Location(node=node.name, layer=node.layer),
            severity=Severity.ERROR if proved else Severity.INFO if weak else Severity.WARNING,
            confidence=Confidence.PROVED if proved else Confidence.POSSIBLE,
            evidence=_evidence(risk),
        )


def _reason(risk: Risk) -> str:
    if risk.unknown is not None:
        return f"the bound rests on {risk.unknown}, of which nothing is known"
    if risk.undeclared:
        return "the bound rests on an input of which no range is declared (--input-range NAME=LO:HI)"
    return WEIGHTS[risk.weights]


def _words(bounds: Interval) -> str:
    return f"[{bounds.low:.6g}, {bounds.high:.6g}]"


def _evidence(risk: Risk) -> dict[str, Any]:
    return {
        "op": risk.node.op,
        "argument": [_json(risk.argument.low), _json(risk.argument.high)],
        "bound": risk.danger.bound,
        "dtype": risk.dtype,
        "kind": "gradient" if risk.danger.gradient else "forward",
        "weights": risk.weights,
        "graph": risk.graph,
    }


def _json(x: float) -> float | str:
    return x if math.isfinite(x) else "inf" if x > 0 else "-inf"
