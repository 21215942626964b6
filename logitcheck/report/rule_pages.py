"""Pages about rules, in Markdown: one for each rule and a table of all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from logitcheck.finding import RuleInfo

FAMILIES = {
    "LC1": "Loss contract",
    "LC2": "Output range",
    "LC3": "NaN risk and numerics",
    "LC4": "Training configuration",
    "LC5": "File and format",
    "LC6": "Safety",
}
"""Family of a code → its title."""


MADE = "<!-- made by tools/render_rule_docs.py from the rules' own text -->"


class Shown(NamedTuple):
    """One example as its page shows it."""

    title: str
    chain: tuple[str, ...]
    """What the model is made of, a line each: layers, ops, the loss."""

    message: str | None = None
    """What the rule says of it, its severity first; None where it says nothing."""


class Page(NamedTuple):
    """All that a rule's page tells."""

    info: RuleInfo
    since: str
    default: bool
    bad: tuple[Shown, ...]
    good: tuple[Shown, ...]


def render_page(page: Page) -> str:
    """Return a rule's page."""
    info = page.info
    lines = [
        MADE,
        "",
        f"# {info.code} {info.name}",
        "",
        info.summary,
        "",
        "| severity | family | since | runs by default |",
        "|---|---|---|---|",
        f"| {info.severity} | {FAMILIES[info.code[:3]]} | {page.since} | {'yes' if page.default else 'no'} |",
        "",
        "## Why it matters",
        "",
        info.why,
        "",
        "## What to do",
        "",
        f"{info.fix[:1].upper()}{info.fix[1:]}",
        "",
        "## Found",
        "",
        *_examples(page.bad),
        "## Left alone",
        "",
        *_examples(page.good),
    ]
    return _text(lines)


def render_index(pages: Sequence[Page]) -> str:
    """Return the table of all rules, by family."""
    lines = [MADE, "", "# Rules", "", "`logitcheck explain LC101` shows a rule's page in the terminal.", ""]
    for family, title in FAMILIES.items():
        rows = [page for page in pages if page.info.code.startswith(family)]
        if rows:
            lines += [
                f"## {family}xx {title}",
                "",
                "| code | name | severity | what it finds |",
                "|---|---|---|---|",
            ]
            lines += [_row(page) for page in rows]
            lines.append("")
    return _text(lines)


def _row(page: Page) -> str:
    info = page.info
    off = "" if page.default else " (off by default)"
    summary = info.summary.replace("|", "\\|")
    return f"| [{info.code}]({info.code}.md) | {info.name} | {info.severity}{off} | {summary} |"


def _examples(shown: Iterable[Shown]) -> list[str]:
    lines: list[str] = []
    for example in shown:
        lines += [f"### {example.title[:1].upper()}{example.title[1:]}", ""]
        if example.chain:
            lines += ["```text", *example.chain, "```", ""]
        if example.message:
            lines += [f"> {example.message}", ""]
    return lines


def _text(lines: Iterable[str]) -> str:
    """Return the lines as a file."""
    return "\n".join(lines).rstrip() + "\n"
