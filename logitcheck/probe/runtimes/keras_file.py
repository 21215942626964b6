"""What Keras needs to load a file: its ending, the user's own classes; and what its complaints mean."""

from __future__ import annotations

import importlib
import re
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


UNKNOWN_NAME = re.compile(
    r"Could not locate (?:class|function) '([^']+)'|Unknown [a-z_ ]+: '?([\w>.]+)'?", re.ASCII
)
"""How Keras names it: Keras 3, then Keras 2."""


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
    if isinstance(problem, RuntimeProblemError):
        return problem
    if isinstance(problem, MemoryError):
        return RuntimeProblemError("memory", shortened(problem))
    named = UNKNOWN_NAME.search(str(problem))
    if named:
        name = named[1] or named[2]
        advice = "--custom-objects MODULE:FUNCTION gives your own classes"
        return RuntimeProblemError("missing-classes", f"Keras does not know {name[:80]!r}; {advice}")
    missing = any(mark in str(problem) for mark in UNKNOWN_CLASS)
    return RuntimeProblemError("missing-classes" if missing else "load-failure", shortened(problem))


def linked(path: str, suffix: str) -> str:
    """Return a path with the ending Keras goes by: a link in the scratch folder where the file's differs."""
    if path.endswith(suffix):
        return path
    link = Path(f"model{suffix}").absolute()
    link.symlink_to(path)
    return str(link)
