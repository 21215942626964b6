"""A model cut in front of its heads measures what the whole model does, and is not cut where it would not."""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module

import numpy as np
import pytest

from logitcheck.probe.options import ProbeOptions
from logitcheck.probe.plan import plan
from logitcheck.probe.runtimes import keras_model
from logitcheck.probe.runtimes.keras_head import halves
from logitcheck.probe.session import measured
from logitcheck.readers.dispatch import read

pytestmark = [pytest.mark.tensorflow, pytest.mark.filterwarnings("ignore")]

TOPICS = ("effective_loss", "bare_call", "loss_modes")


@pytest.fixture(params=["keras", "tf_keras"])
def library(request, tmp_path, monkeypatch):
    """Keras or tf_keras, in a folder where a runtime may leave links."""
    monkeypatch.chdir(tmp_path)
    keras = request.getfixturevalue(request.param)
    keras.utils.set_random_seed(1)
    return keras


def two_heads(keras):
    """Features whose statistics training takes from the batch, a head of one layer and one of several."""
    layers = keras.layers
    given = keras.Input((6,), name="given")
    features = layers.BatchNormalization(name="norm")(layers.Dense(8, "relu", name="features")(given))
    scores = layers.Dense(3, name="scores")(features)
    second = layers.Dense(4, "softmax", name="second")(features)
    model = keras.Model(given, [layers.Activation("softmax", name="first")(scores), second])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(loss=[loss, loss])
    return model


def flatten(keras):
    return keras.tree.flatten if hasattr(keras, "tree") else lambda items: list(items)


def test_a_head_begins_with_the_last_layers_that_have_weights(library):
    model = two_heads(library)
    body, head = halves(model, library.Model, flatten(library))
    given = np.ones((2, 6), np.float32)
    wanted = [np.asarray(answer) for answer in model(given)]
    found = [np.asarray(answer) for answer in head(flatten(library)([body(given)])[0])]
    for one, other in zip(found, wanted, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5)
    names = {layer.name for layer in head.layers}
    assert {"scores", "first", "second"} <= names and not {"norm", "features"} & names


def test_a_model_that_is_no_graph_of_layers_is_left_whole(library):
    class Own(library.Model):
        def call(self, x):
            return x

    assert halves(Own(), library.Model, flatten(library)) is None


def modes(model, monkeypatch, whole):
    model.save("heads.h5")
    request = replace(plan(read("heads.h5"), ProbeOptions(rows=16)), topics=TOPICS)
    runtime = import_module(f"logitcheck.probe.runtimes.{request.runtimes[0]}").load(request)
    if whole:
        monkeypatch.setattr(keras_model, "halves", lambda *_: None)
    return measured(runtime, request).extra


def test_each_mode_comes_to_what_the_whole_model_comes_to(library, monkeypatch):
    model = two_heads(library)
    cut, whole = (modes(model, monkeypatch, whole=whole) for whole in (False, True))
    assert "not_measured" not in cut and set(cut["loss_modes"]) == {"first", "second"}
    for name, told in whole["loss_modes"].items():
        for mode in ("eager", "training"):
            assert cut["loss_modes"][name][mode]["is"] == told[mode]["is"] == "logits"
            assert cut["loss_modes"][name][mode]["value"] == pytest.approx(told[mode]["value"], rel=1e-3)
        assert told["training"]["value"] != pytest.approx(told["eager"]["value"], rel=1e-2)


def test_masked_features_are_not_cut(library):
    layers = library.layers
    model = library.Sequential(
        [library.Input((5,)), layers.Embedding(9, 4, mask_zero=True), layers.Dense(3, "softmax", name="tag")]
    )
    model.compile(loss=library.losses.SparseCategoricalCrossentropy(from_logits=True))
    model.save("tags.keras")
    request = plan(read("tags.keras"), ProbeOptions(rows=8))
    runtime = import_module(f"logitcheck.probe.runtimes.{request.runtimes[0]}").load(request)
    import tensorflow as tf

    part, given = runtime._head([tf.zeros((2, 5), tf.int32)], training=False)
    assert part is runtime.model and given[0].shape == (2, 5)
