"""The sample models are what the table beside them says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from logitcheck.audit import audit
from logitcheck.options import AuditOptions
from logitcheck.rules.catalogue import concerning

FOLDER = Path(__file__).resolve().parents[1] / "sample_models"
ROWS = re.findall(
    r"^\| `(.+?)` \| .+? \| .+? \| (\w+) \| (\w*) ?\|$", (FOLDER / "README.md").read_text(), re.MULTILINE
)


def test_the_table_names_every_sample() -> None:
    files = {path.name for path in FOLDER.iterdir() if path.suffix not in (".py", ".md", "")}
    assert files | {"softmax_saved_model"} == {name for name, _, _ in ROWS}


@pytest.mark.parametrize(("name", "contract", "rule"), ROWS)
def test_an_audit_says_so(name: str, contract: str, rule: str) -> None:
    report = audit(str(FOLDER / name), AuditOptions(), concerning)
    assert [str(output.contract) for output in report.outputs] == [contract]
    grave = {finding.rule for finding in report.findings if finding.severity in ("error", "warning")}
    assert grave == ({rule} if rule else set()) and not report.errors
