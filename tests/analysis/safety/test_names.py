"""What counts as Keras's own, and what as foreign."""

from __future__ import annotations

import pytest

from logitcheck.analysis.safety.names import is_foreign, is_outside, reaches_out


@pytest.mark.parametrize(
    "module",
    [
        "keras",
        "keras.layers",
        "keras.src.layers.core.dense",
        "tensorflow.python.keras.layers",
        "builtins",
        "tf_keras.layers",
    ],
)
def test_keras_and_plain_values_are_not_foreign(module: str) -> None:
    assert not is_foreign(module)


@pytest.mark.parametrize(
    "module", ["os", "subprocess", "kerasx.layers", "keras_evil", "my_package.layers", "tensorflow.io"]
)
def test_everything_else_is_foreign(module: str) -> None:
    assert is_foreign(module)


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("keras.utils", "get_file"),
        ("keras.src.utils.file_utils", "get_file"),
        ("keras.config", "enable_unsafe_deserialization"),
        ("keras.saving", "load_model"),
        ("builtins", "eval"),
        ("builtins", "exec"),
    ],
)
def test_functions_of_keras_that_reach_out(module: str, name: str) -> None:
    assert reaches_out(module, name)


@pytest.mark.parametrize(("module", "name"), [("keras.activations", "relu"), ("keras.src.ops.nn", "softmax")])
def test_functions_of_keras_that_only_compute(module: str, name: str) -> None:
    assert not reaches_out(module, name)


@pytest.mark.parametrize(
    "path",
    ["/etc/passwd", "../x", "a/../../x", "C:/x", "\\\\host\\share", "https://host/x", "~/x", "gs://b/x"],
)
def test_paths_that_leave_the_model(path: str) -> None:
    assert is_outside(path)


@pytest.mark.parametrize("path", ["vocab.txt", "assets/vocab.txt", "a..b/c", ""])
def test_paths_inside_the_model(path: str) -> None:
    assert not is_outside(path)
