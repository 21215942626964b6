"""Writes ``docs/rules/``: a page per rule, from its docstring and its examples, and a table of all.

usage: python tools/render_rule_docs.py [--check]

With ``--check`` nothing is written; exit status 1 where a page is not as it would be written.
"""

from __future__ import annotations

import sys
from pathlib import Path

from logitcheck.rules.catalogue import catalogue
from logitcheck.rules.rule import Example, Rule

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "rules"
FAMILIES = {
    "LC1": "Loss contract",
    "LC2": "Output range",
    "LC3": "NaN risk and numerics",
    "LC4": "Training configuration",
    "LC5": "File and format",
    "LC6": "Safety",
}
MADE = "<!-- made by tools/render_rule_docs.py from the rule's own text -->"


def page(rule: type[Rule]) -> str:
    """Return the page of one rule."""
    info = rule.info()
    off = "" if rule.default else " It runs only when selected."
    parts = [
        MADE,
        f"# {info.code} {info.name}",
        f"{FAMILIES[info.code[:3]]}, severity *{info.severity}*, since {rule.since}.{off}",
        f"**What it finds.** {info.summary}",
        f"**Why it hurts.** {info.why}",
        f"**Fix.** {info.fix}",
        "## Found",
        "\n".join(said(rule, example) for example in rule.bad),
        "## Left alone",
        "\n".join(f"- {example.title}" for example in rule.good),
    ]
    return "\n\n".join(parts) + "\n"


def said(rule: type[Rule], example: Example) -> str:
    """Return an example with what the rule says of it."""
    found = next(iter(rule().check(example.build())), None)
    if found is None:
        raise SystemExit(f"{rule.code} does not find its own example: {example.title}")
    return f"- {example.title}  \n  > {found.severity}: {found.message}"


def index() -> str:
    """Return the table of all rules."""
    lines = [MADE, "", "# Rules", ""]
    for family, title in FAMILIES.items():
        rules = [rule for rule in catalogue() if rule.code.startswith(family)]
        if rules:
            lines += [f"## {title}", "", "| code | name | severity | what it finds |", "|---|---|---|---|"]
            lines += [row(rule) for rule in rules] + [""]
    return "\n".join(lines).rstrip() + "\n"


def row(rule: type[Rule]) -> str:
    """Return one line of the table."""
    summary = rule.info().summary.replace("|", "\\|")
    return f"| [{rule.code}]({rule.code}.md) | {rule.name} | {rule.severity} | {summary} |"


def main(check: bool) -> int:
    """Write all pages, or compare them; return the exit status."""
    pages = {f"{rule.code}.md": page(rule) for rule in catalogue()} | {"README.md": index()}
    if check:
        have = {path.name: path.read_text() for path in FOLDER.glob("*.md")}
        stale = sorted(name for name in have.keys() | pages.keys() if have.get(name) != pages.get(name))
        for name in stale:
            print(f"docs/rules/{name} is not up to date: run `make docs`")
        return 1 if stale else 0
    FOLDER.mkdir(parents=True, exist_ok=True)
    for old in FOLDER.glob("*.md"):
        old.unlink()
    for name, text in pages.items():
        (FOLDER / name).write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main("--check" in sys.argv[1:]))
