from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from logitcheck.errors import UsageError
from logitcheck.finding import ModelReport, Remark
from logitcheck.options import AuditOptions
from logitcheck.outcome import exit_code
from logitcheck.report.json_v1 import render
from logitcheck.session import Session, Settings
from tests.report.samples import BROKEN, FINDING, REFUSED, SOUND


class Auditor:
    """Stands for the audit of one path; fails where told to."""

    def __init__(self, interrupt_at: int | None = None) -> None:
        self.seen: list[str] = []
        self.interrupt_at = interrupt_at

    def __call__(self, path: str) -> ModelReport:
        if len(self.seen) == self.interrupt_at:
            raise KeyboardInterrupt
        self.seen.append(path)
        return replace(SOUND, path=path)


@pytest.fixture
def paths(tmp_path: Path) -> list[str]:
    for i in range(5):
        (tmp_path / f"{i}.h5").write_text(str(i))
    return [str(tmp_path / f"{i}.h5") for i in range(5)]


def session(auditor: Auditor, tmp_path: Path, resume: bool = False, **options: object) -> Session:
    settings = Settings(render, str(tmp_path / "report.json"), resume=resume)
    return Session(auditor, AuditOptions(**options), settings)  # type: ignore[arg-type]


def report(tmp_path: Path) -> dict[str, object]:
    return json.loads((tmp_path / "report.json").read_text())  # type: ignore[no-any-return]


def test_an_interrupted_run_leaves_a_valid_report_and_goes_on_from_it(
    tmp_path: Path, paths: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert session(Auditor(interrupt_at=3), tmp_path).run(paths) == 130
    partial = report(tmp_path)
    assert partial["interrupted"] is True and partial["summary"]["exit_code"] == 130  # type: ignore[index]
    assert len(partial["models"]) == 3  # type: ignore[arg-type]
    assert "--resume" in capsys.readouterr().err

    rest = Auditor()
    assert session(rest, tmp_path, resume=True).run(paths) == 0
    assert rest.seen == paths[3:]
    whole = report(tmp_path)
    assert "interrupted" not in whole and [m["path"] for m in whole["models"]] == paths  # type: ignore[index,attr-defined]
    assert not list(tmp_path.glob("*.journal"))


def test_a_resumed_run_audits_what_changed_and_ignores_a_line_cut_off(
    tmp_path: Path, paths: list[str]
) -> None:
    session(Auditor(interrupt_at=3), tmp_path).run(paths)
    Path(paths[0]).write_text("changed since")
    journal = tmp_path / "report.json.journal"
    journal.write_text(journal.read_text()[:-40])
    rest = Auditor()
    session(rest, tmp_path, resume=True).run(paths)
    assert rest.seen == [paths[0], *paths[2:]]


def test_other_options_or_no_resume_begin_anew(tmp_path: Path, paths: list[str]) -> None:
    session(Auditor(interrupt_at=3), tmp_path).run(paths)
    other = Auditor(interrupt_at=4)
    session(other, tmp_path, resume=True, trust=True).run(paths)
    assert other.seen == paths[:4]
    anew = Auditor()
    session(anew, tmp_path).run(paths)
    assert anew.seen == paths


def test_a_loss_for_an_output_that_no_model_has_is_a_usage_error(
    tmp_path: Path, paths: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert session(Auditor(), tmp_path, losses={"nope": "poisson"}).run(paths) == 2
    assert "--loss names nope" in capsys.readouterr().err
    assert session(Auditor(), tmp_path, losses={"out": "poisson", "": "poisson"}).run(paths) == 0


def test_an_output_that_cannot_be_written_is_said_first(tmp_path: Path) -> None:
    auditor = Auditor()
    with pytest.raises(UsageError):
        Session(auditor, AuditOptions(), Settings(render, str(tmp_path / "no" / "report.json")))
    assert auditor.seen == []


@pytest.mark.parametrize(
    ("models", "fail_on", "code"),
    [
        ([SOUND], "info", 0),
        ([BROKEN], "error", 1),
        ([BROKEN], "never", 0),
        ([replace(BROKEN, findings=(replace(FINDING, severity="info"),))], "warning", 0),
        ([replace(BROKEN, findings=(replace(FINDING, severity="info"),))], "info", 1),
        ([REFUSED], "error", 3),
        ([REFUSED, BROKEN], "error", 1),
        ([REFUSED, replace(SOUND, errors=(Remark("analysis", "broke"),))], "error", 2),
        ([], "error", 0),
    ],
)
def test_exit_codes(models: list[ModelReport], fail_on: str, code: int) -> None:
    assert exit_code(models, fail_on) == code


def test_a_required_probe_that_did_not_run_is_3_and_exit_zero_covers_findings_only() -> None:
    assert exit_code([SOUND], "error", require_probe=True) == 3
    assert exit_code([BROKEN], "error", exit_zero=True) == 0
    assert exit_code([REFUSED], "error", exit_zero=True) == 3
