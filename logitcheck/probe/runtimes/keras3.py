"""Keras 3 models in Keras 3, on whichever backend its environment has."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from pathlib import Path

from logitcheck.probe.protocol import ProbeRequest
from logitcheck.probe.runtimes.keras_file import custom_objects, linked, load_problem
from logitcheck.probe.runtimes.keras_model import KerasRuntime
from logitcheck.probe.runtimes.runtime import Runtime, RuntimeProblemError


def load(request: ProbeRequest) -> Runtime:
    """Load a file with safe mode on, unless it is trusted. Raises RuntimeProblemError."""
    try:
        import keras
    except ImportError as problem:
        raise RuntimeProblemError("missing-library", f"Keras 3 cannot be imported: {problem}") from problem
    try:
        model = keras.saving.load_model(
            in_scratch(request.path) if request.format == "keras-zip" else linked(request.path, ".h5"),
            custom_objects=custom_objects(request),
            compile=False,
            safe_mode=not request.trust,
        )
    except Exception as problem:
        raise load_problem(problem) from problem
    backend = keras.backend.backend()
    if backend == "tensorflow":
        return KerasRuntime("keras 3", model, request, versions(backend), keras.tree.flatten, keras)
    from logitcheck.probe.runtimes.other_backend import BackendRuntime

    return BackendRuntime(keras, model, request, versions(backend))


def in_scratch(path: str) -> str:
    """Return a link to a zip in the scratch folder: some versions (3.4) unpack weights beside the file."""
    link = Path("model.keras").absolute()
    link.symlink_to(path)
    return str(link)


def versions(backend: str) -> Mapping[str, str]:
    """Return the versions that took part: of Keras, of its backend under the backend's name, and of NumPy."""
    import keras
    import numpy as np

    version = getattr(importlib.import_module(backend), "__version__", "?")
    return {"keras": keras.__version__, backend: str(version), "numpy": np.__version__}
