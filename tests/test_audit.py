from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import pytest

from logitcheck import audit as pipeline
from logitcheck.errors import NotAudited
from logitcheck.finding import Confidence, Finding, Location, ModelReport, ProbeReport, Severity
from logitcheck.model import Model, Sighting
from logitcheck.options import AuditOptions
from logitcheck.probe.host import ProbeOutcome
from logitcheck.readers import dispatch
from logitcheck.rules.case import Case
from logitcheck.rules.catalogue import concerning
from logitcheck.rules.rule import Rule

SAMPLES = Path(__file__).resolve().parents[1] / "sample_models"
SOUND = str(SAMPLES / "sigmoid_binary.h5")
BROKEN = str(SAMPLES / "softmax_with_true.h5")


class Steps:
    """A probe that only notes what it is asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def start(self) -> None:
        self.asked.append("start")

    def run(self, model: Model) -> ProbeOutcome:
        self.asked.append("run")
        return ProbeOutcome(None, ProbeReport("failed", "it is made up"))


class Failing(Rule):
    """A rule of our own that yields a finding and then fails."""

    code: ClassVar[str] = "LC999"
    name: ClassVar[str] = "failing"
    severity: ClassVar[Severity] = Severity.WARNING

    def check(self, case: Case) -> Iterable[Finding]:
        yield self.finding("found first", why="", fix="", at=Location(), confidence=Confidence.PROVED)
        raise ZeroDivisionError("then broken")


class FailingSafety(Failing):
    """The same among the safety rules, before it finds anything."""

    code: ClassVar[str] = "LC699"

    def check(self, case: Case) -> Iterable[Finding]:
        raise ZeroDivisionError("broken")


def audit(path: str, probe: Steps | None = None, *more: type[Rule], **options: object) -> ModelReport:
    return pipeline.audit(path, AuditOptions(**options), lambda case: (*concerning(case), *more), probe)  # type: ignore[arg-type]


def test_findings_made_before_a_failure_are_kept_and_the_failure_is_told() -> None:
    report = audit(BROKEN, None, Failing)
    assert {"LC101", "LC999"} <= {finding.rule for finding in report.findings}
    (error,) = report.errors
    assert error.subject == "LC999" and "ZeroDivisionError" in error.reason


@pytest.mark.parametrize("stage", ["logitcheck.analysis.analyse.analyse", "logitcheck.verdict.judge_outputs"])
def test_a_stage_that_fails_ends_no_audit(stage: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise MemoryError("too much")

    monkeypatch.setattr(stage, fail)
    report = audit(BROKEN)
    assert report.audited and any("MemoryError" in error.reason for error in report.errors)


def test_a_reader_that_fails_is_not_audited_and_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> Model:
        raise KeyError("model_weights")

    monkeypatch.setattr(dispatch, "read", fail)
    report = audit(BROKEN)
    assert not report.audited and report.errors and "KeyError" in str(report.reason)


def test_a_refusal_carries_the_finding_that_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> Model:
        raise NotAudited("it is a git-lfs pointer", "run `git lfs pull`", code="LC503")

    monkeypatch.setattr(dispatch, "read", refuse)
    report = audit(BROKEN)
    assert report.reason == "it is a git-lfs pointer; run `git lfs pull`"
    assert [finding.rule for finding in report.findings] == ["LC503"]


def test_the_probe_runs_a_clean_file() -> None:
    steps = Steps()
    report = audit(SOUND, steps)
    assert steps.asked == ["start", "run"]
    assert report.probe.status == "failed" and not report.errors


def test_no_worker_starts_for_what_is_no_model(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("hello")
    steps = Steps()
    assert not audit(str(tmp_path / "notes.txt"), steps).audited
    assert not audit(str(tmp_path / "nope"), steps).audited
    assert steps.asked == []


def test_a_file_with_code_is_run_only_when_trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    read = dispatch.read

    def with_lambda(path: str, **_: object) -> Model:
        model = read(path)
        return replace(model, sightings=(*model.sightings, Sighting("lambda", "config", "Lambda")))

    monkeypatch.setattr(dispatch, "read", with_lambda)
    steps = Steps()
    report = audit(SOUND, steps)
    assert "run" not in steps.asked and report.probe.status == "skipped"
    assert "--trust" in str(report.probe.reason)
    audit(SOUND, steps, trust=True)
    assert "run" in steps.asked


def test_a_file_that_a_safety_rule_could_not_judge_is_not_run() -> None:
    steps = Steps()
    report = audit(SOUND, steps, FailingSafety)
    assert "run" not in steps.asked
    assert "LC699 could not be checked" in str(report.probe.reason)


def test_a_probe_that_breaks_leaves_the_static_verdict() -> None:
    class Broken(Steps):
        def run(self, model: Model) -> ProbeOutcome:
            raise RuntimeError("worker gone")

    report = audit(BROKEN, Broken())
    assert report.probe.status == "failed" and report.errors
    assert "LC101" in {finding.rule for finding in report.findings}


def test_secrets_of_a_file_stay_out_unless_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> Model:
        raise NotAudited("it links to https://user:hunter2@example.org/w.h5")

    monkeypatch.setattr(dispatch, "read", refuse)
    assert "hunter2" not in str(audit(BROKEN))
    hashed = "snapshots/0123456789abcdef0123456789abcdef01234567/m.h5"
    assert audit(hashed).path == hashed  # a path is the user's own word
    assert "hunter2" in str(audit(BROKEN, show_strings=True))
