"""One rule explained in the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from logitcheck.finding import RuleInfo
from logitcheck.report.layout import Line, Piece, line, to_text


class RuleText(NamedTuple):
    """What is told of a rule."""

    info: RuleInfo
    since: str
    default: bool
    found: Sequence[str] = ()
    """Titles of the models that it finds."""

    left_alone: Sequence[str] = ()
    """Titles of those that it leaves alone."""


def explained(rule: RuleText, width: int = 80) -> str:
    """Return a rule's text, wrapped to a width, with a final newline."""
    info = rule.info
    off = "" if rule.default else ", runs only when selected"
    lines = [line(Piece(f"{info.code} {info.name} ({info.severity}, since {rule.since}{off})", "strong"))]
    for title, text in (("", info.summary), ("Why: ", info.why), ("Fix: ", info.fix)):
        if text:
            lines += [line(), line(f"{title}{text.replace('``', '`')}")]
    lines += _titles("Found:", rule.found)
    lines += _titles("Left alone:", rule.left_alone)
    return to_text(lines, width)


def _titles(head: str, titles: Sequence[str]) -> Iterator[Line]:
    if titles:
        yield line()
        yield line(head)
    for title in titles:
        yield line(f"- {title}", indent=2, hang=2)
