"""What the table says of a doubled softmax, against what Keras computes."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np
import pytest

from logitcheck.analysis.rescue import Rescue, rescue
from logitcheck.model import Writer
from logitcheck.rules.sketch import dense, layer, sketch
from logitcheck.topology import LayerConfig

CLASSES, FEATURES = 3, 4
SHAPE = (2, FEATURES)

BUILDS: dict[str, tuple[LayerConfig, ...]] = {
    "Dense(softmax)": (dense(CLASSES, "softmax"),),
    "Activation": (dense(CLASSES), layer("Activation", activation="softmax")),
    "Softmax layer": (dense(CLASSES), layer("Softmax", axis=-1)),
    "Softmax layer across": (dense(CLASSES), layer("Softmax", axis=1)),
    "softmax > Reshape": (dense(CLASSES, "softmax"), layer("Reshape", target_shape=(1, 2, CLASSES))),
    "softmax > linear": (dense(CLASSES, "softmax"), layer("Activation", activation="linear")),
    "softmax > Dropout": (dense(CLASSES, "softmax"), layer("Dropout", rate=0.5)),
    "softmax > Dropout(0)": (dense(CLASSES, "softmax"), layer("Dropout", rate=0.0)),
    "float16": (dense(CLASSES, "softmax", dtype="float16"),),
}

RUNTIMES = {
    "keras": Writer("keras", "3.15.1", "tensorflow"),
    "tf_keras": Writer("tf.keras", "2.21.0", "tensorflow"),
}


def told(build: tuple[LayerConfig, ...], writer: Writer) -> Rescue:
    case = sketch(*build, shape=SHAPE, loss=("sparse_categorical_crossentropy", True), writer=writer)
    (pairing,) = case.pairings
    return rescue(case.model, pairing.head, pairing.tensor.dtype)


def computed(keras: ModuleType, build: tuple[LayerConfig, ...]) -> str:
    """Return what a loss traced into a graph makes of a model's output in evaluation."""
    import tensorflow as tf

    keras.utils.set_random_seed(1)  # a probability that reaches 0 would tell nothing
    layers = [getattr(keras.layers, lay.class_name)(**arguments(lay)) for lay in build]
    model = keras.Sequential([keras.Input(SHAPE), *layers])
    x = np.random.default_rng(0).normal(0, 5, (8, *SHAPE)).astype("float32")
    output = np.asarray(model(x)).astype("float64")
    y = np.random.default_rng(1).integers(0, CLASSES, output.shape[:-1])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    value = float(tf.function(lambda: loss(y, model(x)))())
    once = -np.log(np.take_along_axis(output, y[..., None], -1)).mean()
    again = np.exp(output) / np.exp(output).sum(-1, keepdims=True)
    twice = -np.log(np.take_along_axis(again, y[..., None], -1)).mean()
    assert abs(once - twice) > 0.01
    return "rescued" if abs(value - once) < abs(value - twice) else "doubled"


def arguments(lay: LayerConfig) -> dict[str, Any]:
    return {key: value for key, value in lay.config.items() if key != "name"}


@pytest.mark.tensorflow
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("runtime", RUNTIMES)
def test_table_agrees_with_keras(runtime: str, request: pytest.FixtureRequest) -> None:
    keras = request.getfixturevalue(runtime)
    request.getfixturevalue("tensorflow")
    expected = {}
    for name, build in BUILDS.items():
        found = told(build, RUNTIMES[runtime])
        in_evaluation = found.status == "mixed" and "rescued in evaluation" in found.sentence
        expected[name] = "rescued" if in_evaluation else found.status
    assert expected == {name: computed(keras, build) for name, build in BUILDS.items()}


@pytest.mark.parametrize(
    ("writer", "status"),
    [
        (Writer("keras", "1.2.2"), "doubled"),
        (Writer("keras", "2.3.1", "tensorflow"), "doubled"),
        (Writer("keras", "2.2.4", "theano"), "doubled"),
        (Writer("tf.keras", "2.2.4-tf", "tensorflow"), "doubled"),
        (Writer("tf.keras", "2.4.0", "tensorflow"), "mixed"),
        (Writer("tf.keras", "2.4.0", "tensorflow", tensorflow="2.4.0"), "rescued"),
        (Writer("tf.keras", "2.4.0", "tensorflow", tensorflow="2.3.4"), "doubled"),
        (Writer("tf.keras", "2.9.0", "tensorflow"), "rescued"),
        (Writer("keras", "3.15.1", "tensorflow"), "rescued"),
        (Writer("keras", "3.15.1", "jax"), "doubled"),
        (Writer("keras", "3.15.1"), "mixed"),
    ],
)
def test_dense_softmax_by_writer(writer: Writer, status: str) -> None:
    found = told(BUILDS["Dense(softmax)"], writer)
    assert found.status == status
    assert found.sentence.endswith(".")


@pytest.mark.parametrize(
    ("version", "build", "words"),
    [
        ("2.9.0", "Softmax layer", "applied twice"),
        ("2.11.0", "Softmax layer", "graph mode"),
        ("2.13.1", "Softmax layer", "graph mode"),
        ("2.14.0", "Softmax layer", "layer is rescued"),
        ("2.15.0", "softmax > Dropout", "applied twice"),
        ("3.15.1", "softmax > Dropout", "doubled in training"),
        ("3.15.1", "float16", "applied twice"),
        ("2.15.0", "float16", "rescued"),
    ],
)
def test_construction_matters(version: str, build: str, words: str) -> None:
    writer = Writer("keras" if version.startswith("3") else "tf.keras", version, "tensorflow")
    assert words in told(BUILDS[build], writer).sentence


@pytest.mark.parametrize(
    ("version", "build", "words"),
    [
        ("2.8.0", "Dense(softmax)", "applied twice up to TensorFlow 2.3 and on JAX and PyTorch."),
        ("2.3.0-tf", "Dense(softmax)", "; elsewhere it is rescued from TensorFlow 2.4 on."),
        ("2.8.0", "Softmax layer", "from TensorFlow 2.10 to 2.13; rescued from TensorFlow 2.14 on."),
        ("3.15.1", "softmax > Dropout", "applied twice up to TensorFlow 2.15 and in tf_keras and on JAX"),
        (
            "2.8.0",
            "softmax > Dropout",
            "rescued in evaluation, doubled in training, in Keras 3 on TensorFlow.",
        ),
        ("2.8.0", "softmax > Reshape", "is applied twice."),
    ],
)
def test_other_versions_are_told_where_they_differ(version: str, build: str, words: str) -> None:
    writer = Writer("keras" if version.startswith("3") else "tf.keras", version, "tensorflow")
    assert words in told(BUILDS[build], writer).sentence


def test_dropout_that_drops_nothing_is_seen_through_by_keras_3_alone() -> None:
    build = (dense(CLASSES, "softmax"), layer("Dropout", rate=0.0))
    assert told(build, RUNTIMES["keras"]).status == "rescued"
    assert told(build, RUNTIMES["tf_keras"]).status == "doubled"
    for version, status in (
        ("2.3.0", "doubled"),
        ("2.5.0", "mixed"),
        ("2.10.1", "mixed"),
        ("2.11.0", "doubled"),
    ):
        assert told(build, Writer("tf.keras", version, "tensorflow")).status == status


@pytest.mark.parametrize(
    ("version", "status"), [("2.4.0", "mixed"), ("2.3.0", "doubled"), ("2.12.0", "mixed")]
)
def test_activation_in_code_that_the_file_does_not_tell(version: str, status: str) -> None:
    from dataclasses import replace

    writer = Writer("tf.keras", version, "tensorflow", tensorflow=version)
    case = sketch(dense(CLASSES, "softmax"), loss=("sparse_categorical_crossentropy", True), writer=writer)
    (pairing,) = case.pairings
    found = rescue(replace(case.model, layers=()), pairing.head, "float32")
    assert found.status == status


def test_time_distributed_is_doubled_everywhere() -> None:
    wrapped = LayerConfig(
        "TimeDistributed", "", {"layer": {}}, "keras.layers", inner=(dense(CLASSES, "softmax", name="inner"),)
    )
    assert told((wrapped,), RUNTIMES["keras"]).status == "doubled"


@pytest.mark.tensorflow
@pytest.mark.filterwarnings("ignore")
def test_losses_of_tensorflow_never_look_behind_what_they_are_given(keras: Any, tensorflow: Any) -> None:
    scores = np.random.default_rng(0).normal(0, 3, (4, 7, 6)).astype("float32")
    labels = np.array([[1, 2, 0], [3, 0, 0], [1, 1, 2], [5, 4, 0]])
    model = keras.Sequential([keras.Input((7, 6)), keras.layers.Activation("softmax")])
    loss = keras.losses.CTC()
    model.compile("sgd", loss)
    seen = model.evaluate(scores, labels, verbose=0)
    assert seen == pytest.approx(float(loss(labels, np.asarray(model(scores)))), rel=1e-4)
    assert abs(seen - float(loss(labels, scores))) > 1

    rows, onehot = scores[:, 0], np.eye(6, dtype="float32")[:4]
    fused = tensorflow.nn.softmax_cross_entropy_with_logits
    model = keras.Sequential([keras.Input((6,)), keras.layers.Activation("softmax")])
    model.compile("sgd", fused)
    given = float(np.mean(fused(onehot, np.asarray(model(rows)))))
    assert model.evaluate(rows, onehot, verbose=0) == pytest.approx(given, rel=1e-4)

    for name in ("ctc", "softmax_cross_entropy_with_logits"):
        case = sketch(dense(CLASSES, "softmax"), loss=name)
        (pairing,) = case.pairings
        assert rescue(case.model, pairing.head, "float32", name).status == "doubled"


@pytest.mark.parametrize(("version", "status"), [("2.13.1", "doubled"), ("2.15.0", "rescued")])
def test_along_another_axis_an_op_of_its_own_comes_last_before_tensorflow_2_14(
    version: str, status: str
) -> None:
    writer = Writer("tf.keras", version, "tensorflow")
    assert told(BUILDS["Softmax layer across"], writer).status == status
