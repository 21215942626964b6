"""The exit code of a call, from what was found in all models."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from logitcheck.errors import ExitCode
from logitcheck.finding import ModelReport
from logitcheck.options import FAIL_ON

INTERRUPTED = 130
"""What shells expect of a process that Ctrl-C ended (128 + SIGINT)."""


def exit_code(
    models: Sequence[ModelReport], fail_on: str, *, require_probe: bool = False, exit_zero: bool = False
) -> int:
    """Return 1 for findings at or above the threshold, else 2 where a stage failed, else 3 where a path could
    not be audited or a required probe did not run, else 0. ``exit_zero`` leaves findings out of it.
    """
    if not exit_zero and _reached(models, fail_on):
        return ExitCode.FINDINGS
    if any(model.errors for model in models):
        return ExitCode.FAILURE
    if any(not model.audited or (require_probe and model.probe.status != "ran") for model in models):
        return ExitCode.NOT_AUDITED
    return ExitCode.CLEAN


def _reached(models: Iterable[ModelReport], fail_on: str) -> bool:
    if fail_on == "never":
        return False
    grave = FAIL_ON[: FAIL_ON.index(fail_on) + 1]
    return any(finding.severity in grave for model in models for finding in model.findings)
