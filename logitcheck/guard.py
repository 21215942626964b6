"""The outermost guard: every way in which a command can end becomes one line and the right exit code."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable
from typing import Any

from logitcheck import interruption
from logitcheck.errors import ExitCode, LogitcheckError
from logitcheck.outcome import INTERRUPTED
from logitcheck.progress import complain


def guarded(command: Callable[[], Any]) -> int:
    """Run a command and return its exit code.

    A usage error is 2, an interruption 130, and any other exception 2 as well, for 1 means findings. With
    ``LOGITCHECK_TRACEBACK`` in the environment an exception is shown as Python does.
    """
    interruption.listen()
    if isinstance(sys.stdout, io.TextIOWrapper):
        # What the console cannot show (a name, the sign of infinity) is shown as an escape and ends nothing.
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        code = command()
    except LogitcheckError as problem:
        complain(str(problem))
        return ExitCode.FAILURE
    except KeyboardInterrupt:
        complain("interrupted")
        return INTERRUPTED
    except Exception as problem:
        return _other(problem)
    return int(code or 0)


def _audit_hint(context: Any) -> str:
    """Return what to write where a model stands in the place of a command; empty where none does."""
    words = [*getattr(context, "_protected_args", ()), *getattr(context, "args", ())]
    given = words[0] if words and context.parent is None else ""
    return f"; to audit it: logitcheck audit {given}" if given and os.path.exists(given) else ""  # noqa: PTH110 (any text may stand there)


def _other(problem: Exception) -> int:
    """Show an error of the command line as its library words it, and a defect of ours in one line."""
    if type(problem).__name__ == "NoArgsIsHelpError":
        sys.stderr.write(f"{problem}\n")
        return ExitCode.FAILURE
    if hasattr(problem, "format_message") and hasattr(problem, "exit_code"):
        context = getattr(problem, "ctx", None)
        hint = f" (see `{context.command_path} --help`)" if context else ""
        complain(f"{problem.format_message().rstrip('.')}{_audit_hint(context) or hint}")
        return ExitCode.FAILURE
    if type(problem).__name__ == "Abort":
        complain("interrupted")
        return INTERRUPTED
    if os.environ.get("LOGITCHECK_TRACEBACK"):
        sys.excepthook(type(problem), problem, problem.__traceback__)
    complain(
        f"internal failure: {type(problem).__name__}: {problem} (set LOGITCHECK_TRACEBACK=1 to see where)"
    )
    return ExitCode.FAILURE
