"""The audit against files of known truth: of every kind of file and answer, a few, in this process."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from logitcheck.audit import audit
from logitcheck.finding import Contract, ModelReport
from logitcheck.options import AuditOptions
from logitcheck.rules.catalogue import concerning

PER_KIND = 2
"""Files of each kind; the whole sets are scored by hand."""


def kinds(truth: Path) -> list[dict[str, Any]]:
    """Return the first lines of every writer, format and answer."""
    seen: dict[tuple[str, ...], int] = {}
    chosen = []
    for line in map(json.loads, truth.read_text().splitlines()):
        facts = line["facts"]
        kind = (str(facts.get("writer")), str(facts.get("format")), str(line["contract"]))
        seen[kind] = seen.get(kind, 0) + 1
        if seen[kind] <= PER_KIND:
            chosen.append(line)
    return chosen


def answer(report: ModelReport) -> str:
    """Return the worst contract of a model's outputs."""
    if not report.audited:
        return "not-audited"
    said = {output.contract for output in report.outputs}
    return next((str(contract) for contract in Contract if contract in said), "undecided")


def problems(line: dict[str, Any], report: ModelReport) -> list[str]:
    """Return what is wrong with a report, given the truth."""
    wanted = [line["contract"]] if isinstance(line["contract"], str) else line["contract"]
    if line["facts"].get("verdict") == "unknown":
        # Sound or not by the labels alone, which no file holds: the same file is ok elsewhere in these sets.
        wanted = [*wanted, "ok"]
    raised = {f.rule for f in report.findings if f.severity in ("error", "warning")}
    found = (
        [] if answer(report) in wanted else [f"{line['path']}: {answer(report)}, truth {'/'.join(wanted)}"]
    )
    rules = line.get("rules", [])
    if rules and not any(code.startswith(family) for code in raised for family in rules):
        found.append(f"{line['path']}: none of {rules}, but {sorted(raised)}")
    accused = {code for code in raised for family in line.get("absent", []) if code.startswith(family)}
    if accused:
        found.append(f"{line['path']}: raised {sorted(accused)}, which do not apply")
    return found + [f"{line['path']}: {error.reason}" for error in report.errors]


@pytest.mark.parametrize("folder", ["matrix", "contracts", "real"])
def test_answers_are_the_known_ones(folder: str, shared_models: Path) -> None:
    root = shared_models / folder
    lines = kinds(root / "truth.jsonl")
    assert len(lines) > 10
    wrong = [
        problem
        for line in lines
        for problem in problems(line, audit(str(root / line["path"]), AuditOptions(), concerning))
    ]
    assert not wrong, "\n".join(wrong)
