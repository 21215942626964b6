"""Which rules' findings are reported: codes, families (``LC1``) or names, as given by the user."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from logitcheck.errors import UsageError
from logitcheck.finding import Finding, Remark
from logitcheck.record import dataclass
from logitcheck.rules.rule import Rule


def matches(rule: type[Rule], words: Iterable[str]) -> bool:
    """Tell whether one of the words is the rule's code, the beginning of it, or its name."""
    return any(rule.code.startswith(word.upper()) or rule.name == word.lower() for word in words)


def find_rule(word: str, rules: Sequence[type[Rule]]) -> type[Rule]:
    """Return the rule with this code or name; UsageError with the nearest ones where there is none."""
    for rule in rules:
        if word.upper() == rule.code or word.lower() == rule.name:
            return rule
    raise UsageError(f"no rule is called {word!r}{_nearest(word, rules)}; `logitcheck rules` lists them all")


def check_words(words: Iterable[str], rules: Sequence[type[Rule]], option: str) -> None:
    """Raise UsageError for a word that no rule answers to."""
    for word in words:
        if not word or not any(matches(rule, [word]) for rule in rules):
            raise UsageError(
                f"{option} {word!r}: no rule has this code or name{_nearest(word, rules)}; "
                "`logitcheck rules` lists them all"
            )


def _nearest(word: str, rules: Sequence[type[Rule]]) -> str:
    import difflib

    known = [name for rule in rules for name in (rule.code, rule.name)]
    near = difflib.get_close_matches(word.upper(), known, 1) or difflib.get_close_matches(
        word.lower(), known, 1
    )
    return f" (did you mean {near[0]}?)" if near else ""


@dataclass(frozen=True)
class Selection:
    """The user's choice of rules."""

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()

    def runs(self, rule: type[Rule]) -> bool:
        """Tell whether a rule runs: default ones do, since verdicts rest on them; others when selected."""
        return rule.default or matches(rule, self.select)

    def shows(self, rule: type[Rule]) -> bool:
        """Tell whether a rule's findings are reported."""
        wanted = matches(rule, self.select) if self.select else rule.default
        return wanted and not matches(rule, self.ignore)

    def sift(
        self, findings: Iterable[Finding], rules: Sequence[type[Rule]]
    ) -> tuple[tuple[Finding, ...], tuple[Remark, ...]]:
        """Return the findings to report, and a remark for every rule whose findings were left out."""
        shown = {rule.code for rule in rules if self.shows(rule)}
        kept, left = [], Counter[str]()
        for finding in findings:
            if finding.rule in shown:
                kept.append(finding)
            else:
                left[finding.rule] += 1
        remarks = [
            Remark(code, f"{count} finding{'s' if count > 1 else ''} left out by --select or --ignore")
            for code, count in sorted(left.items())
        ]
        return tuple(kept), tuple(remarks)
