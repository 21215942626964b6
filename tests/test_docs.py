"""The pages say all that there is: every option, and every field of the JSON report."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import typer.main

from logitcheck.cli import app
from logitcheck.finding import Report
from logitcheck.report.json_v1 import document
from tests.report.samples import REPORT

DOCS = Path(__file__).resolve().parents[1] / "docs"


def options(command: str) -> set[str]:
    """Return the options of a command, each in every spelling."""
    group: Any = typer.main.get_command(app)
    return {name for one in group.commands[command].params for name in (*one.opts, *one.secondary_opts)}


def test_every_option_is_told() -> None:
    text = (DOCS / "usage.md").read_text()
    told = set(re.findall(r"(?<![\w-])--?[a-z][a-z-]*", text))
    wanted = {name for name in options("audit") if name.startswith("-")} - {"--help", "--probe"}
    assert wanted <= told, wanted - told


def test_no_option_is_told_that_is_not_there() -> None:
    known = options("audit") | options("replay") | {"--install-completion", "--show-completion", "--help"}
    for page in (DOCS / "usage.md", DOCS / "exit-codes.md", DOCS / "probe.md", DOCS / "witnesses.md"):
        told = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", page.read_text()))
        assert told <= known, (page.name, told - known)


def keys(value: Any) -> set[str]:
    """Return the names of all fields, but for those that come from a file or a rule."""
    if isinstance(value, dict):
        inner = (
            keys(held) for key, held in value.items() if key not in ("evidence", "unknown_ops", "details")
        )
        return set(value).union(*inner)
    return set().union(*map(keys, value)) if isinstance(value, list) else set()


def test_every_field_of_the_json_report_is_told() -> None:
    text = (DOCS / "json.md").read_text()
    written = keys(document(Report(REPORT.models, 1, interrupted=True)))
    assert not {name for name in written if f"`{name}`" not in text}
