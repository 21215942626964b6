"""What can go wrong, as exceptions, and the exit codes the shell sees."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """What the process answers to the shell."""

    CLEAN = 0
    """Nothing at or above the threshold."""

    FINDINGS = 1
    """Findings at or above the threshold."""

    FAILURE = 2
    """Usage, configuration or internal failure."""

    NOT_AUDITED = 3
    """A given path could not be audited."""


class LogitcheckError(Exception):
    """Base of every error this package raises on purpose."""


class UsageError(LogitcheckError):
    """The command line asks for something that makes no sense."""


class NotAudited(LogitcheckError):  # noqa: N818 (it is an answer, no defect)
    """A path that cannot be audited: the reason, what to do, and what the file is.

    ``format`` is one of the formats of the JSON report ("weights-only" or "unknown" as a rule);
    ``code`` is the LC5xx or LC6xx rule that names the defect, where one does.
    """

    def __init__(self, reason: str, advice: str = "", *, format: str = "unknown", code: str | None = None):
        super().__init__(reason)
        self.reason = reason
        self.advice = advice
        self.format = format
        self.code = code
