"""The stages of one audit: what fails in one of them is noted, and the others go on."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from logitcheck.errors import NotAudited
from logitcheck.finding import Remark

_T = TypeVar("_T")


class Stages:
    """Runs the stages of one audit and keeps what went wrong in them."""

    def __init__(self) -> None:
        self.errors: list[Remark] = []

    def run(self, stage: str, work: Callable[[], _T], otherwise: _T) -> _T:
        """Return the work's result, or the other value and a remark where the work fails."""
        try:
            return work()
        except NotAudited as problem:
            self.errors.append(Remark(stage, problem.reason, problem.advice))
        except Exception as problem:  # a defect of ours in one stage must not take the others' findings along
            self.note(stage, problem)
        return otherwise

    def note(self, stage: str, problem: Exception) -> None:
        """Keep a failure of ours."""
        self.errors.append(Remark(stage, f"internal failure: {describe(problem)}", "please report this"))


def describe(problem: BaseException) -> str:
    """Return an exception's kind, text and innermost place in one line."""
    trace = problem.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    place = f" ({trace.tb_frame.f_code.co_name}:{trace.tb_lineno})" if trace else ""
    return f"{type(problem).__name__}: {problem}{place}"
