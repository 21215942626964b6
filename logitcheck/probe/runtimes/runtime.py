"""What every runtime offers, and how it says that it cannot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from logitcheck.probe.array import Array
from logitcheck.probe.protocol import InputPlan


class RuntimeProblemError(Exception):
    """A runtime that cannot load or run this model.

    ``kind``: ``missing-library``, ``missing-classes``, ``load-failure``, ``run-failure``, ``memory``,
    ``no-weights``, ``code``, ``data``.
    """

    def __init__(self, kind: str, reason: str):
        super().__init__(reason)
        self.kind = kind
        self.reason = reason


class Runtime(Protocol):
    """A loaded model."""

    label: str
    """As the report names it: ``keras 3``, ``tf_keras``, ``saved-model``…"""

    versions: Mapping[str, str]
    inputs: tuple[InputPlan, ...]
    """What it takes, in order; the request's plans with what the loaded model knows better."""

    def run(self, arrays: Sequence[Array]) -> dict[str, Array]:
        """Return every output under its name for one batch, in inference mode.

        Raises RuntimeProblemError or what the library raises, where these inputs do not fit.
        """


def shortened(problem: BaseException) -> str:
    """Return an exception as one line of 300 characters at most; a sentence of our own as it stands."""
    kind = "" if isinstance(problem, RuntimeProblemError) else f"{type(problem).__name__}: "
    text = " ".join(f"{kind}{problem}".split())
    return text if len(text) <= 300 else text[:297] + "..."


def refuse(*_: object, **__: object) -> None:
    """Take the place of what would run a file's code. Raises RuntimeProblemError."""
    raise RuntimeProblemError("code", "the file holds code (a Lambda); it is not run unless trusted")
