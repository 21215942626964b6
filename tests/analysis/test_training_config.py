"""What a configuration means for training, held against Keras 3 and tf_keras."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from logitcheck.analysis.analyse import analyse
from logitcheck.analysis.learning_rates import times_off, usual
from logitcheck.analysis.training_config import (
    clips,
    dense_parameters,
    depth,
    half_layers,
    regularisers,
    scales_loss,
    trainable_layers,
)
from logitcheck.model import Model, Optimizer
from logitcheck.readers.dispatch import read
from logitcheck.rules.sketch import dense, layer, sketch

NAMES = (
    "SGD",
    "RMSprop",
    "Adam",
    "AdamW",
    "Adamax",
    "Nadam",
    "Adagrad",
    "Adadelta",
    "Adafactor",
    "Ftrl",
    "Lion",
)


def test_depth_counts_matrices_in_a_row_and_no_biases() -> None:
    assert depth(sketch(dense(4), dense(4, "relu"), layer("BatchNormalization"), dense(2)).model.graph) == 3


def test_parameters_are_those_of_the_matrix() -> None:
    assert dense_parameters(sketch(dense(4), dense(2), shape=(8,)).model) == {"dense": 32, "dense_1": 8}


@pytest.mark.parametrize(
    ("part", "told"),
    [
        (layer("SpatialDropout1D", rate=0.1), ["SpatialDropout1D"]),
        (layer("RandomFlip"), ["RandomFlip"]),
        (dense(4, kernel_regularizer={"class_name": "L2"}), ["kernel_regularizer"]),
        (layer("GRU", units=3, recurrent_dropout=0.2), ["recurrent_dropout"]),
        (layer("GRU", units=3, recurrent_dropout=0.0), []),
    ],
)
def test_regularisers_are_seen(part: Any, told: list[str]) -> None:
    assert list(regularisers(Model("m", "keras-hdf5", layers=(part,)))) == told


def test_a_rate_is_off_by_the_distance_to_the_nearer_end() -> None:
    span = usual("Adam")
    assert span is not None
    assert [round(times_off(rate, span), 6) for rate in (1e-3, 1.0, 1e-8)] == [1.0, 100.0, 100.0]
    assert times_off(0.0, span) == times_off(-1.0, span) == times_off(float("nan"), span) == float("inf")


@pytest.mark.tensorflow
@pytest.mark.parametrize("runtime", ["keras", "tf_keras"])
def test_defaults_of_keras_are_usual_and_do_not_clip(runtime: str, request: pytest.FixtureRequest) -> None:
    optimizers = request.getfixturevalue(runtime).optimizers
    for name in NAMES:
        made = getattr(optimizers, name)()
        span = usual(name)
        assert span is not None and times_off(float(made.learning_rate), span) <= 1.0 + 1e-6, name
        stored = Optimizer(
            name, clipnorm=made.clipnorm, clipvalue=made.clipvalue, global_clipnorm=made.global_clipnorm
        )
        assert not clips(stored), name


@pytest.mark.tensorflow
@pytest.mark.parametrize("runtime", ["keras", "tf_keras"])
@pytest.mark.parametrize("suffix", ["h5", "keras"])
@pytest.mark.filterwarnings("ignore")
def test_scaling_is_told_as_keras_did_it(
    runtime: str, suffix: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    keras = request.getfixturevalue(runtime)
    for whole in (True, False):
        path = tmp_path / f"{whole}.{suffix}"
        model = _half_model(keras, whole)
        model.save(path)
        wrapped = type(model.optimizer).__name__.startswith("LossScaleOptimizer")
        assert wrapped is whole
        found = read(path)
        assert scales_loss(found) is wrapped
        assert half_layers(found, analyse(found)) == ("half",)
        lacking = replace(found, weights=())
        assert scales_loss(lacking) is (None if suffix == "keras" else wrapped)


def _half_model(keras: ModuleType, whole: bool) -> Any:
    """Return a model with one layer in mixed_float16, by the global policy or by its own."""
    keras.mixed_precision.set_global_policy("mixed_float16" if whole else "float32")
    try:
        start = keras.Input((4,))
        half = keras.layers.Dense(8, name="half", dtype="mixed_float16")(start)
        model = keras.Model(start, keras.layers.Dense(3, "softmax", dtype="float32")(half))
        model.compile("adam", "sparse_categorical_crossentropy")
    finally:
        keras.mixed_precision.set_global_policy("float32")
    return model


@pytest.mark.tensorflow
@pytest.mark.parametrize("runtime", ["keras", "tf_keras"])
@pytest.mark.filterwarnings("ignore")
def test_a_frozen_model_is_seen_and_is_not_moved_by_fit(
    runtime: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    keras = request.getfixturevalue(runtime)
    inner = keras.Sequential([keras.Input((4,)), keras.layers.Dense(4, name="deep")], name="inner")
    start = keras.Input((4,))
    model = keras.Model(start, keras.layers.Dense(3, "softmax", name="head")(inner(start)))
    model.trainable = False
    model.compile("adam", "sparse_categorical_crossentropy")
    before = model.get_weights()
    model.fit(_rows(4), _labels(4), verbose=0)
    assert all((old == new).all() for old, new in zip(before, model.get_weights(), strict=True))
    model.save(tmp_path / "frozen.keras")
    trained, frozen = trainable_layers(read(tmp_path / "frozen.keras"))
    assert (trained, len(frozen)) == ((), 2)
    model.get_layer("head").trainable = True
    model.save(tmp_path / "head.keras")
    assert trainable_layers(read(tmp_path / "head.keras"))[0] == ("head",)


def _rows(count: int) -> Any:
    import numpy as np

    return np.random.default_rng(0).normal(size=(count, 4)).astype("float32")


def _labels(count: int) -> Any:
    import numpy as np

    return np.arange(count) % 3
