"""An audit in a child gives the same report, and a child that dies costs one refusal."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from logitcheck.audit import audit
from logitcheck.finding import ModelReport
from logitcheck.isolated_audit import isolated
from logitcheck.options import AuditOptions
from logitcheck.rules.catalogue import concerning

SAMPLES = Path(__file__).resolve().parents[1] / "sample_models"
OPTIONS = AuditOptions(isolate=True)


def one(path: str) -> ModelReport:
    """What the command line does for one path."""
    return audit(path, OPTIONS, concerning)


@pytest.mark.parametrize(
    "name", ["softmax_with_true.h5", "softmax_saved_model", "softmax.tflite", "README.md"]
)
def test_the_report_is_the_same(name: str) -> None:
    path = str(SAMPLES / name)
    assert isolated(one, path) == one(path)


def test_a_crash_is_a_refusal() -> None:
    def crash(path: str) -> ModelReport:
        os.kill(os.getpid(), signal.SIGSEGV)
        raise AssertionError

    report = isolated(crash, "x.h5")
    assert not report.audited
    assert "crashed" in str(report.reason)
