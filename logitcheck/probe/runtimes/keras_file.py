"""What Keras needs to load a file: its ending, the user's own classes; and what its complaints mean."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Any

from logitcheck.probe.protocol import ProbeRequest
from logitcheck.probe.runtimes.runtime import RuntimeProblemError, shortened

UNKNOWN_CLASS = (
    "Unknown layer",
    "Unknown object",
    "Unknown activation",
    "Unknown initializer",
    "Could not locate class",
    "Could not locate function",
    "custom_object",
    "@keras.saving.register",
)
"""Words in Keras's complaint about a class or function that the file does not hold."""


def custom_objects(request: ProbeRequest) -> dict[str, Any]:
    """Import the user's own classes: what ``module:function`` returns, or a mapping of that name.

    Raises RuntimeProblemError.
    """
    if request.custom_objects is None or request.code is None:
        return {}
    module, _, function = request.custom_objects.partition(":")
    sys.path.insert(0, request.code)
    try:
        given = getattr(importlib.import_module(module), function)
        return dict(given() if callable(given) else given)
    except Exception as problem:
        text = f"{request.custom_objects} gave no custom objects: {problem}"
        raise RuntimeProblemError("missing-classes", text) from problem


def load_problem(problem: Exception) -> RuntimeProblemError:
    """Tell a class that is not there from other failures to load."""
    text = shortened(problem)
    kind = "missing-classes" if any(mark in text for mark in UNKNOWN_CLASS) else "load-failure"
    if isinstance(problem, MemoryError):
        kind = "memory"
    return RuntimeProblemError(kind, text)


def linked(path: str, suffix: str) -> str:
    """Return a path with the ending Keras goes by: a link in the scratch folder where the file's differs."""
    if path.endswith(suffix):
        return path
    link = Path(f"model{suffix}").absolute()
    link.symlink_to(path)
    return str(link)
