"""The measured loss of every way to build a softmax, against the measured tables of Keras versions.

The tables are those of Keras 3.15 on TensorFlow 2.21 and tf_keras 2.21: U un-done, D doubled; traced
evaluation, eager, training.
"""

from __future__ import annotations

import contextlib
from dataclasses import replace
from importlib import import_module

import pytest

from logitcheck.analysis.analyse import analyse
from logitcheck.effective import contradictions, effective_loss
from logitcheck.probe.options import ProbeOptions
from logitcheck.probe.plan import plan
from logitcheck.probe.session import measured
from logitcheck.readers.dispatch import read
from logitcheck.rules.case import Case

pytestmark = [pytest.mark.tensorflow, pytest.mark.filterwarnings("ignore")]

CLASSES = 5
MEANINGS = {"logits": "U", "softmax-twice": "D", "sigmoid-twice": "D"}

SOFTMAX = {  # construction: (Keras 3.15, tf_keras 2.21)
    "Dense": ("UUU", "UUU"),
    "Activation": ("UUU", "UUU"),
    "Softmax layer": ("UUU", "UUU"),
    "bare op": ("UUU", "UDU"),
    "by hand": ("DDD", "DDD"),
    "Reshape": ("DDD", "DDD"),
    "linear": ("UUU", "UUU"),
    "Dropout": ("UUD", "DDD"),
    "nested": ("UUU", "UUU"),
    "TimeDistributed": ("DDD", "DDD"),
    "float16": ("DDD", "UUU"),
}


def softmax_builds(keras, ops):
    """Every construction: from an input of shape (4,) to probabilities."""
    layers = keras.layers

    def by_hand(z):
        raised = ops.exp(z)
        return raised / (ops.sum if hasattr(ops, "sum") else ops.reduce_sum)(raised, axis=-1, keepdims=True)

    def float16(x):
        keras.mixed_precision.set_global_policy("mixed_float16")
        try:
            return layers.Dense(CLASSES, "softmax")(x)
        finally:
            keras.mixed_precision.set_global_policy("float32")

    inner = keras.Sequential([keras.Input((4,)), layers.Dense(CLASSES, "softmax")])
    dense = layers.Dense(CLASSES, "softmax")
    scores = layers.Dense(CLASSES)
    return {
        "Dense": dense,
        "Activation": lambda x: layers.Activation("softmax")(scores(x)),
        "Softmax layer": lambda x: layers.Softmax()(scores(x)),
        "bare op": lambda x: (getattr(ops, "nn", None) or ops).softmax(scores(x)),
        "by hand": lambda x: by_hand(scores(x)),
        "Reshape": lambda x: layers.Reshape((1, CLASSES))(dense(x)),
        "linear": lambda x: layers.Activation("linear")(dense(x)),
        "Dropout": lambda x: layers.Dropout(0.3)(dense(x)),
        "nested": inner,
        "TimeDistributed": lambda x: layers.TimeDistributed(layers.Dense(CLASSES, "softmax"))(
            layers.Reshape((2, 2))(x)
        ),
        "float16": float16,
    }


def modes(case, pairing):
    told = effective_loss(case, pairing)
    return "".join(MEANINGS.get(told[mode], told[mode]) for mode in ("graph", "eager", "training"))


def probed(model, path, runtime):
    """Save a model, and return it with what the topics measured and its only pairing."""
    model.save(path)
    found = read(path)
    request = replace(plan(found, ProbeOptions(rows=16)), topics=("effective_loss", "loss_modes"))
    scratch = path.with_name(f"scratch of {path.name}")
    scratch.mkdir()
    with contextlib.chdir(scratch):  # a runtime may leave links there
        loaded = import_module(f"logitcheck.probe.runtimes.{runtime}").load(request)
    case = Case(found, analyse(found), measured(loaded, request))
    assert "not_measured" not in case.measured.extra
    (pairing,) = case.pairings
    return case, pairing


@pytest.fixture(params=["keras", "tf_keras"])
def library(request, tensorflow, tmp_path, monkeypatch):
    """Keras, its runtime, its ops, an ending for files; in a folder where the runtime may leave links."""
    monkeypatch.chdir(tmp_path)
    keras = request.getfixturevalue(request.param)
    keras.utils.set_random_seed(3)
    if request.param == "keras":
        return keras, "keras3", keras.ops, ".keras"
    return keras, "tf_keras", tensorflow, ".h5"


def compiled(keras, build, loss):
    x = keras.Input((4,))
    model = keras.Model(x, build(x))
    model.compile(loss=loss)
    return model


def test_softmax_tables_come_out_again_and_the_analysis_knows_them(library, tmp_path):
    keras, runtime, ops, ending = library
    found, surprises = {}, []
    for name, build in softmax_builds(keras, ops).items():
        model = compiled(keras, build, keras.losses.SparseCategoricalCrossentropy(from_logits=True))
        case, pairing = probed(model, tmp_path / f"{name}{ending}", runtime)
        found[name] = modes(case, pairing)
        surprises += [(name, remark.reason) for remark in contradictions(case, pairing)]
    assert found == {name: told[runtime == "tf_keras"] for name, told in SOFTMAX.items()}
    assert surprises == []


OTHERS = [
    ("sigmoid", "BinaryCrossentropy", True, "logits"),
    ("sigmoid", "BinaryCrossentropy", False, "as-declared"),
    ("sigmoid", "CategoricalCrossentropy", False, "logits"),
    ("softmax", "BinaryCrossentropy", False, "logits"),
    ("softmax", "CategoricalCrossentropy", False, "as-declared"),
    ("linear", "SparseCategoricalCrossentropy", True, "as-declared"),
    ("linear", "SparseCategoricalCrossentropy", False, "clipped-scores"),
    ("linear", "CategoricalCrossentropy", False, "normalised-scores"),
    ("linear", "BinaryCrossentropy", False, "clipped-scores"),
    ("relu", "SparseCategoricalCrossentropy", False, "clipped-scores"),
    ("linear", "BinaryFocalCrossentropy", False, "clipped-scores"),
    ("softmax", "BinaryFocalCrossentropy", False, "logits"),
]


def test_other_combinations_come_out_again(library, tmp_path):
    keras, runtime, _, ending = library
    found = []
    for number, (activation, name, from_logits, _) in enumerate(OTHERS):
        loss = getattr(keras.losses, name)(from_logits=from_logits)
        model = compiled(keras, keras.layers.Dense(CLASSES, activation), loss)
        case, pairing = probed(model, tmp_path / f"{number}{ending}", runtime)
        found.append((activation, name, from_logits, effective_loss(case, pairing)["is"]))
        assert contradictions(case, pairing) == ()
    assert found == OTHERS


def test_focal_losses_are_doubled_in_keras_3_only(library, tmp_path):
    keras, runtime, _, ending = library
    loss = keras.losses.CategoricalFocalCrossentropy(from_logits=True)
    model = compiled(keras, keras.layers.Dense(CLASSES, "softmax"), loss)
    case, pairing = probed(model, tmp_path / f"focal{ending}", runtime)
    assert modes(case, pairing) == ("DDD" if runtime == "keras3" else "UUU")
    assert contradictions(case, pairing) == ()


def test_training_leaves_the_statistics_where_they_were(library, tmp_path):
    keras, runtime, _, ending = library
    layers = keras.layers
    body = keras.Sequential([keras.Input((4,)), layers.BatchNormalization(), layers.Dense(3, "softmax")])
    body.compile(loss=keras.losses.SparseCategoricalCrossentropy())
    body.save(tmp_path / f"norm{ending}")
    request = plan(read(tmp_path / f"norm{ending}"), ProbeOptions(rows=8))
    loaded = import_module(f"logitcheck.probe.runtimes.{runtime}").load(request)
    measured(loaded, replace(request, topics=("effective_loss", "loss_modes")))
    mean = next(item for item in loaded.model.non_trainable_variables if "mean" in item.name)
    assert float(abs(mean.numpy()).max()) == 0
