"""What a rule is: an identity, a docstring in three parts, examples, and a check."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from logitcheck.finding import Confidence, Contract, Finding, Location, RuleInfo, Severity
from logitcheck.record import dataclass

if TYPE_CHECKING:
    from logitcheck.rules.case import Case


@dataclass(frozen=True)
class Example:
    """A model that a rule must find, or must leave alone; made only when a test or the documentation asks."""

    title: str
    """What it shows, in a few words; the test's name and the heading in the docs."""

    build: Callable[[], Case]
    """Makes the model and its facts; see :mod:`logitcheck.rules.sketch`."""

    at: str | None = None
    """Of a bad example: output, layer, node or weight the finding must name."""


class Rule:
    """Base of all rules. A subclass is one file; its docstring has three paragraphs: what is wrong, why it
    hurts (with a number), and the fix (beginning ``Fix:``).
    """

    code: ClassVar[str]
    name: ClassVar[str]
    severity: ClassVar[Severity]
    since: ClassVar[str] = "0.1"
    default: ClassVar[bool] = True
    """False for a rule that runs only when selected."""

    bad: ClassVar[tuple[Example, ...]]
    good: ClassVar[tuple[Example, ...]]

    def check(self, case: Case) -> Iterable[Finding]:
        """Yield a finding for every place where the case breaks this rule."""
        raise TypeError(f"{type(self).__name__} has no check for {case.model.path}")

    @classmethod
    def info(cls) -> RuleInfo:
        """Return identity and text, the docstring split in its three parts."""
        parts = [" ".join(part.split()) for part in (cls.__doc__ or "").strip().split("\n\n")]
        summary, why, fix = (*parts, "", "", "")[:3]
        return RuleInfo(cls.code, cls.name, cls.severity, summary, why, fix.removeprefix("Fix: "))

    def finding(
        self,
        message: str,
        *,
        why: str,
        fix: str,
        at: Location,
        confidence: Confidence = Confidence.PROVED,
        severity: Severity | None = None,
        contract: Contract | None = None,
        evidence: Mapping[str, Any] | None = None,
    ) -> Finding:
        """Return a finding of this rule; code, name and default severity are filled in."""
        return Finding(
            rule=self.code,
            name=self.name,
            severity=severity or self.severity,
            confidence=confidence,
            location=at,
            message=message,
            why=why,
            fix=fix,
            evidence=evidence or {},
            contract=contract,
        )


def run(rules: Iterable[Rule], case: Case) -> Iterator[Finding]:
    """Yield the findings of every rule on one case, in the order of the rules."""
    for rule in rules:
        yield from rule.check(case)
