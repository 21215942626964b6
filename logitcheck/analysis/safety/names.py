"""Which modules, classes and functions a Keras configuration may name without bringing foreign code along.

Keras resolves ``module`` and ``class_name`` of a stored object by importing them, so a name asks for that
module to run (CVE-2025-1550). The allow-list holds the packages whose public layers, losses and functions
are what what a saved model is made of; within them a few functions reach outside, and those are named
here.
"""

from __future__ import annotations

PACKAGES = ("keras", "tf_keras", "keras.src", "tensorflow.keras", "tensorflow.python.keras", "keras_core")
"""Roots whose objects are Keras's own."""

PLAIN_MODULES = frozenset({"builtins", "numpy", "tensorflow", "tensorflow.python.framework", "math"})
"""Modules that stand beside plain values and dtypes in Keras 3 configurations."""

REACHING_FUNCTIONS = frozenset(
    {
        "get_file", "load_model", "load_weights", "load_img", "model_from_json", "deserialize_keras_object",
        "enable_unsafe_deserialization", "disable_interactive_logging", "set_backend",
        "eval", "exec", "compile", "open", "getattr", "__import__", "print", "input",
        "image_dataset_from_directory", "text_dataset_from_directory", "audio_dataset_from_directory",
    }
)  # fmt: skip
"""Functions inside the allowed packages (or builtins) that read, fetch or run something."""

UTILITY_MODULES = (
    "keras.utils",
    "keras.src.utils",
    "tf_keras.utils",
    "tf_keras.src.utils",
    "keras.saving",
    "keras.src.saving",
    "keras.config",
    "keras.src.config",
    "keras.src.legacy",
)
"""Parts of Keras that a stored model has no business naming as a function."""


def is_keras(module: str) -> bool:
    """Tell whether a module belongs to Keras itself."""
    return any(module == root or module.startswith(root + ".") for root in PACKAGES)


def is_foreign(module: str) -> bool:
    """Tell whether naming this module makes the loader import something that is not Keras."""
    return not is_keras(module) and module not in PLAIN_MODULES


def reaches_out(module: str, name: str) -> bool:
    """Tell whether an allowed module's function reads, fetches or runs something."""
    tail = name.rpartition(".")[2].rpartition(">")[2]
    if tail in REACHING_FUNCTIONS:
        return True
    return any(module == part or module.startswith(part + ".") for part in UTILITY_MODULES)


def is_outside(path: str) -> bool:
    """Tell whether a stored path leaves the model: absolute, remote, a home folder, or with ``..`` in it."""
    plain = path.replace("\\", "/")
    drive = len(plain) > 1 and plain[1] == ":"
    return "://" in plain or plain.startswith(("/", "~")) or drive or ".." in plain.split("/")
