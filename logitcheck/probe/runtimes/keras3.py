"""Keras 3 models in Keras 3, on its TensorFlow backend."""

from __future__ import annotations

from collections.abc import Mapping

from logitcheck.probe.protocol import ProbeRequest
from logitcheck.probe.runtimes.keras_model import KerasRuntime, custom_objects, linked, load_problem
from logitcheck.probe.runtimes.runtime import Runtime, RuntimeProblemError


def load(request: ProbeRequest) -> Runtime:
    """Load a file with safe mode on, unless it is trusted. Raises RuntimeProblemError."""
    try:
        import keras
    except ImportError as problem:
        raise RuntimeProblemError("missing-library", f"Keras 3 cannot be imported: {problem}") from problem
    try:
        model = keras.saving.load_model(
            linked(request.path, ".keras" if request.format == "keras-zip" else ".h5"),
            custom_objects=custom_objects(request),
            compile=False,
            safe_mode=not request.trust,
        )
    except Exception as problem:
        raise load_problem(problem) from problem
    return KerasRuntime("keras 3", model, request, versions(), keras.tree.flatten, keras.losses)


def versions() -> Mapping[str, str]:
    """Return the versions that took part."""
    import keras
    import numpy as np
    import tensorflow as tf

    return {"keras": keras.__version__, "tensorflow": tf.__version__, "numpy": np.__version__}
