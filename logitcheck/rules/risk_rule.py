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
    from logitcheck.probe.finds import Find

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
                find = case.finds.get((risk.graph, risk.node.name, risk.danger.gradient))
                yield self._finding(risk, find, case.model.path)

    def _finding(self, risk: Risk, find: Find | None, path: str) -> Finding:
        danger, node = risk.danger, risk.node
        severity, confidence = _weight(risk, find is not None and find.found)
        inside = f" in {risk.graph!r}" if risk.graph else ""
        lost = "loses its gradient" if danger.gradient else "leaves the finite numbers"
        return self.finding(
            f"{node.op} {node.name!r}{inside} {lost}: its argument is in {_words(risk.argument)}, "
            f"it has to be {danger.bound}",
            why=f"{danger.effect}; {_reason(risk, find, path)}",
            fix=danger.fix.replace("{x}", "x"),
            at=Location(node=node.name, layer=node.layer),
            severity=severity,
            confidence=confidence,
            evidence={**_evidence(risk), **_search(find, path)},
        )


def _weight(risk: Risk, found: bool) -> tuple[Severity, Confidence]:
    """Return how grave and how sure a finding is.

    A gradient lost in a graph that is served is lost to whoever trains it further, and to nobody else. What
    a training graph takes without a declared range are labels and sample weights: that all weights of a
    batch may be 0 is worth knowing and no more.
    """
    weak = risk.unknown is not None or risk.undeclared or risk.capped
    if found:
        if risk.graph and risk.undeclared:
            return Severity.INFO, Confidence.MEASURED
        if risk.danger.gradient and not risk.graph:
            return Severity.INFO if weak else Severity.WARNING, Confidence.MEASURED
        return Severity.ERROR, Confidence.MEASURED
    if risk.weights == "only":
        return Severity.ERROR, Confidence.PROVED
    return Severity.INFO if weak else Severity.WARNING, Confidence.POSSIBLE


def _search(find: Find | None, path: str) -> dict[str, Any]:
    """Return what the search for an input showed: ``witness``, or ``search`` where it found none."""
    if find is None:
        return {}
    told: dict[str, Any] = {"tries": find.tries}
    if find.distance is not None:
        told["weights_moved_by"] = _json(find.distance)
    if find.value is not None:
        told["value"] = _json(find.value)
    if not find.found:
        return {"search": {**told, "reason": find.reason} if find.reason else told}
    told |= {"input": find.family, "seed": find.seed}
    if find.file is not None:
        told |= {"file": find.file, "replay": find.replay(path)}
    return {"witness": told}


def _reason(risk: Risk, find: Find | None, path: str) -> str:
    if find is not None and find.found:
        kept = "--save-witness DIR keeps it" if find.file is None else find.replay(path)
        return f"an input does it with the stored weights, found after {find.tries} tries ({kept})"
    if find is not None and find.distance is not None:
        return f"not with the stored weights, but with each of them moved by at most {find.distance:.2g}"
    if risk.unknown is not None:
        return f"the bound rests on {risk.unknown}, of which nothing is known"
    if risk.undeclared:
        return _undeclared()
    return WEIGHTS[risk.weights]


def _undeclared() -> str:
    from logitcheck.analysis.numeric.risks import BENIGN, UNDECLARED

    return (
        f"the bound rests on an input of which no range is declared: taken to be in {_words(UNDECLARED)}; "
        f"in {_words(BENIGN)} nothing happens (--input-range NAME=LO:HI)"
    )


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
        **(_assumed(risk) if risk.assumed else {}),
    }


def _assumed(risk: Risk) -> dict[str, Any]:
    """Return what inputs without a declared range are taken to hold: for the bound, and by the search."""
    from logitcheck.analysis.numeric.risks import BENIGN, SEARCHED, UNDECLARED

    bound = UNDECLARED if risk.undeclared else BENIGN
    return {"undeclared_inputs": {"rests_on": list(bound[:2]), "searched": list(SEARCHED[:2])}}


def _json(x: float) -> float | str:
    return x if math.isfinite(x) else "inf" if x > 0 else "-inf"
