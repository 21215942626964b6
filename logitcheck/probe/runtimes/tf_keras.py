"""Keras 1 and 2 models in tf_keras, today's Keras 2, or in the Keras 2 of an old TensorFlow.

An interpreter with a TensorFlow up to 2.15 (``--python``) has Keras 2 without tf_keras: as the package
``keras`` from TensorFlow 2.6 on, inside TensorFlow before.
"""

from __future__ import annotations

import importlib
from typing import Any

from logitcheck.probe.protocol import ProbeRequest
from logitcheck.probe.runtimes.keras_file import custom_objects, linked, load_problem
from logitcheck.probe.runtimes.keras_model import KerasRuntime
from logitcheck.probe.runtimes.runtime import Runtime, RuntimeProblemError, refuse

ADVICE = "pip install tf_keras"

LOADERS = ("tf_keras.src", "keras.src", "keras", "tensorflow.python.keras")
"""Packages that hold ``utils.generic_utils``: tf_keras, Keras 2.13 to 2.15, older ones, TensorFlow to 2.5."""

PACKAGE_FROM = (2, 6)
"""The first TensorFlow whose Keras is the package ``keras``; beside an older one that is another Keras."""


def load(request: ProbeRequest) -> Runtime:
    """Load a file without compiling it. Raises RuntimeProblemError."""
    keras = library()
    import numpy as np
    import tensorflow as tf

    if not request.trust:
        forbid_code(keras)
    path = linked(request.path, ".keras" if request.format == "keras-zip" else ".h5")
    try:
        model = keras.models.load_model(
            path, custom_objects(request), compile=False, **safety(keras, request)
        )
    except RuntimeProblemError:
        raise
    except Exception as problem:
        raise load_problem(problem) from problem
    name = "tf_keras" if keras.__name__.startswith("tf_keras") else "keras"
    versions = {name: keras.__version__, "tensorflow": tf.__version__, "numpy": np.__version__}
    return KerasRuntime("tf_keras", model, request, versions, tf.nest.flatten, keras)


def library() -> Any:
    """Return tf_keras, or the Keras 2 of an old TensorFlow. Raises RuntimeProblemError where neither is."""
    try:
        return importlib.import_module("tf_keras")
    except ImportError as problem:
        reason = f"tf_keras cannot be imported ({problem}); {ADVICE}"
    import tensorflow as tf

    if numbers(tf.__version__) < (2,):
        text = f"this is TensorFlow {tf.__version__}, and 2.0 is the oldest that models are run in"
        raise RuntimeProblemError("missing-library", text)
    if numbers(tf.__version__) < PACKAGE_FROM:
        return tf.keras
    try:
        keras = importlib.import_module("keras")
    except ImportError as problem:
        raise RuntimeProblemError("missing-library", reason) from problem
    if numbers(keras.__version__) >= (3,):
        raise RuntimeProblemError("missing-library", reason)
    return keras


def numbers(version: str) -> tuple[int, ...]:
    """Return a version's first two numbers."""
    return tuple(int(part) for part in version.split(".")[:2])


def safety(keras: Any, request: ProbeRequest) -> dict[str, bool]:
    """Return the argument that keeps ``.keras`` files from running code, which Keras has from 2.13 on."""
    return {"safe_mode": not request.trust} if numbers(keras.__version__) >= (2, 13) else {}


def forbid_code(keras: Any) -> None:
    """Make Keras 2 refuse bytecode: its HDF5 loader unmarshals a Lambda whatever ``safe_mode`` says.

    Raises RuntimeProblemError where this Keras keeps its loader somewhere else.
    """
    package = keras.__name__.partition(".")[0].partition("_core")[0]  # tensorflow_core up to 2.1
    for place in LOADERS:
        if place.partition(".")[0] != package:
            continue
        try:
            generic_utils: Any = importlib.import_module(f"{place}.utils.generic_utils")
        except ImportError:
            continue
        generic_utils.func_load = refuse
        return
    raise RuntimeProblemError("code", f"Keras {keras.__version__} cannot be kept from running code in a file")
