"""What a reader refused to read, as a finding of the rule it named."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from logitcheck.errors import NotAudited
from logitcheck.finding import Finding, Location
from logitcheck.model import Sighting

if TYPE_CHECKING:
    from logitcheck.rules.case import Case
    from logitcheck.rules.rule import Rule


def refusal(error: NotAudited) -> Sighting:
    """Return the refusal as something seen: the rule's code, the reason, what to do."""
    detail = {"reason": error.reason, "advice": error.advice}
    return Sighting("refused", where="", what=error.code or "", detail=detail)


def refused(rule: Rule, case: Case) -> Iterator[Finding]:
    """Yield a finding for every refusal that carries this rule's code."""
    for seen in case.model.sightings:
        if seen.kind == "refused" and seen.what == rule.code:
            info = rule.info()
            yield rule.finding(
                str(seen.detail["reason"]),
                why=info.why,
                fix=str(seen.detail.get("advice") or info.fix),
                at=Location(node=seen.where or None),
            )
