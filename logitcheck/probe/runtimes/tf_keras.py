"""Keras 1 and 2 models in tf_keras, the Keras 2 that goes with today's TensorFlow."""

from __future__ import annotations

from logitcheck.probe.protocol import ProbeRequest
from logitcheck.probe.runtimes.keras_model import KerasRuntime, custom_objects, linked, load_problem
from logitcheck.probe.runtimes.runtime import Runtime, RuntimeProblemError


def load(request: ProbeRequest) -> Runtime:
    """Load a file without compiling it. Raises RuntimeProblemError."""
    try:
        import tf_keras
    except ImportError as problem:
        advice = "pip install tf_keras"
        raise RuntimeProblemError(
            "missing-library", f"tf_keras cannot be imported ({problem}); {advice}"
        ) from problem
    import numpy as np
    import tensorflow as tf

    if not request.trust:
        forbid_code()
    path = linked(request.path, ".keras" if request.format == "keras-zip" else ".h5")
    try:
        model = tf_keras.models.load_model(
            path, custom_objects=custom_objects(request), compile=False, safe_mode=not request.trust
        )
    except RuntimeProblemError:
        raise
    except Exception as problem:
        raise load_problem(problem) from problem
    versions = {"tf_keras": tf_keras.__version__, "tensorflow": tf.__version__, "numpy": np.__version__}
    return KerasRuntime("tf_keras", model, request, versions, tf.nest.flatten, tf_keras.losses)


def forbid_code() -> None:
    """Make tf_keras refuse bytecode: its HDF5 loader unmarshals a Lambda whatever ``safe_mode`` says."""
    from tf_keras.src.utils import generic_utils

    generic_utils.func_load = _refuse


def _refuse(*_: object, **__: object) -> None:
    raise RuntimeProblemError("code", "the file holds code (a Lambda); it is not run unless trusted")
