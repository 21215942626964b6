"""Keras 3 models in Keras 3, on whichever backend its environment has."""

from __future__ import annotations

import importlib
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from logitcheck.probe.protocol import ProbeRequest
from logitcheck.probe.runtimes.keras_file import custom_objects, linked, load_problem
from logitcheck.probe.runtimes.keras_model import KerasRuntime
from logitcheck.probe.runtimes.runtime import Runtime, RuntimeProblemError, refuse


def load(request: ProbeRequest) -> Runtime:
    """Load a file with safe mode on, unless it is trusted. Raises RuntimeProblemError."""
    try:
        import keras
    except ImportError as problem:
        raise RuntimeProblemError("missing-library", f"Keras 3 cannot be imported: {problem}") from problem
    if int(keras.__version__.partition(".")[0]) < 3:
        raise RuntimeProblemError(
            "missing-library", f"this is Keras {keras.__version__}, and Keras 3 wrote the file"
        )
    if not request.trust:
        forbid_code()
    keras.utils.set_random_seed(request.seed)  # layers draw the seeds of their noise when they are made
    try:
        model = keras.saving.load_model(
            in_scratch(request.path) if request.format == "keras-zip" else linked(request.path, ".h5"),
            custom_objects=custom_objects(request),
            compile=False,
            safe_mode=not request.trust,
        )
    except RuntimeProblemError:
        raise
    except Exception as problem:
        raise load_problem(problem) from problem
    backend = keras.backend.backend()
    if backend == "tensorflow":
        return KerasRuntime("keras 3", model, request, versions(backend), flattening(keras), keras)
    from logitcheck.probe.runtimes.other_backend import BackendRuntime

    return BackendRuntime(keras, model, request, versions(backend), flattening(keras))


def flattening(keras: Any) -> Callable[[Any], list[Any]]:
    """Return what makes a flat list of nested outputs; before Keras 3.4 that is dm-tree's alone."""
    tree: Any = getattr(keras, "tree", None) or importlib.import_module("tree")
    return lambda nested: list(tree.flatten(nested))


def forbid_code() -> None:
    """Make Keras refuse bytecode: up to 3.11.2 it unmarshals a Lambda of an ``.h5`` in safe mode as well.

    That is CVE-2025-9905. Raises RuntimeProblemError where this Keras keeps its loader somewhere else.
    """
    try:
        place: Any = importlib.import_module("keras.src.utils.python_utils")
        place.func_load  # noqa: B018
    except (ImportError, AttributeError) as problem:
        raise RuntimeProblemError("code", f"Keras cannot be kept from running code: {problem}") from problem
    place.func_load = refuse


def in_scratch(path: str) -> str:
    """Return a ``.keras`` file in the scratch folder, a link where that will do.

    Keras 3.4 and later versions may unpack the weights beside the file; those before open it for writing.
    """
    import keras

    here = Path("model.keras").absolute()
    if tuple(int(part) for part in keras.__version__.split(".")[:2]) < (3, 4):
        shutil.copyfile(path, here)
    else:
        here.symlink_to(path)
    return str(here)


def versions(backend: str) -> Mapping[str, str]:
    """Return the versions that took part: of Keras, of its backend under the backend's name, and of NumPy."""
    import keras
    import numpy as np

    version = getattr(importlib.import_module(backend), "__version__", "?")
    return {"keras": keras.__version__, backend: str(version), "numpy": np.__version__}
