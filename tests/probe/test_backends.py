"""Keras 3 on another backend than TensorFlow: who chooses it, what is computed, how it is told."""

from __future__ import annotations

import json
import os
import sys
from types import ModuleType

import numpy as np
import pytest

from logitcheck.probe import worker
from logitcheck.probe.host import Prober
from logitcheck.probe.loss.kinds import labels
from logitcheck.probe.observation import Observation, topics
from logitcheck.probe.options import ProbeOptions
from logitcheck.probe.protocol import LossPlan, OutputPlan, ProbeRequest
from logitcheck.probe.runtimes.other_backend import BackendRuntime, labels_for
from logitcheck.probe.workers import environment
from logitcheck.readers.dispatch import read
from tests.probe.old_words import PACKAGE

SPARSE = LossPlan("sparse_categorical_crossentropy", True)


@pytest.fixture
def kerasrc(tmp_path, monkeypatch):
    """Write a keras.json where Keras would find it."""
    monkeypatch.delenv("KERAS_BACKEND", raising=False)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    return tmp_path / "keras.json"


def test_the_users_choice_counts_in_his_own_interpreter_alone(kerasrc, monkeypatch):
    def passed_on(own):
        return environment("folder", None, own=own)["KERAS_BACKEND"]

    assert passed_on(own=False) == ""
    kerasrc.write_text(json.dumps({"backend": "torch"}))
    assert (passed_on(own=False), passed_on(own=True)) == ("torch", "tensorflow")
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    assert (passed_on(own=False), passed_on(own=True)) == ("jax", "tensorflow")


@pytest.mark.parametrize("text", ["", "[]", "{", '{"backend": 3}', '{"backend": null}'])
def test_an_odd_settings_file_chooses_nothing(text, kerasrc):
    kerasrc.write_text(text)
    assert environment("folder", None, own=False)["KERAS_BACKEND"] == ""


@pytest.mark.parametrize(
    ("chosen", "there", "taken"),
    [
        ("jax", {"tensorflow", "jax"}, "jax"),
        ("jax", {"tensorflow", "torch"}, "tensorflow"),
        ("", {"torch"}, "torch"),
        ("numpy", {"jax"}, "jax"),
        (None, set(), "tensorflow"),
    ],
)
def test_the_worker_takes_what_is_chosen_if_it_is_there(chosen, there, taken, monkeypatch):
    for name in worker.BACKENDS:  # another test may have imported one
        monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: name if name in there else None)
    assert worker.backend(chosen) == taken


def test_made_labels_have_the_outputs_shape():
    assert labels_for(SPARSE, (4, 3), None).tolist() == [0, 1, 2, 0]
    hot = labels_for(LossPlan("categorical_crossentropy", True, axis=1), (2, 3, 2), None)
    assert hot.shape == (2, 3, 2)
    assert np.moveaxis(hot, 1, -1).reshape(4, 3).tolist() == labels("categorical", 4, 3).tolist()
    assert labels_for(LossPlan("binary_crossentropy", True), (2, 2), None).tolist() == [[0, 1], [0, 1]]


def test_the_users_labels_come_in_the_outputs_shape():
    given = np.eye(3)[[2, 0]]
    assert labels_for(SPARSE, (2, 3), given).tolist() == [2, 0]
    assert labels_for(LossPlan("categorical_crossentropy", True), (2, 3), given).tolist() == given.tolist()


@pytest.mark.tensorflow
@pytest.mark.filterwarnings("ignore")
def test_without_a_graph_outputs_and_losses_are_keras_own(keras: ModuleType) -> None:
    layers = keras.layers
    model = keras.Sequential(
        [keras.Input((4,)), layers.BatchNormalization(), layers.Dense(3, "softmax"), layers.Reshape((1, 3))]
    )
    model.layers[0].moving_mean.assign([0.5, 0, -0.5, 1])
    request = ProbeRequest("m", "keras-zip", ("keras3",), outputs=(OutputPlan("head", "n", loss=SPARSE),))
    runtime = BackendRuntime(keras, model, request, {"keras": "3", "jax": "0"}, keras.tree.flatten)
    x = np.random.default_rng(0).normal(size=(6, 4)).astype("float32")
    expected = np.asarray(model(x, training=False))
    np.testing.assert_allclose(runtime.run([x])["head"], expected, rtol=1e-6)
    assert runtime.first_effects is not None
    again = expected - np.log(np.exp(expected).sum(-1, keepdims=True))
    wanted = -np.take_along_axis(again, (np.arange(6) % 3)[:, None, None], -1)[..., 0]
    np.testing.assert_allclose(runtime.first_effects["head"]["loss"], wanted, rtol=1e-5)
    training = runtime.effects([x], training=True, eager=True)["head"]["output"]
    assert np.abs(training - expected).max() > 0.01
    assert np.asarray(model.layers[0].moving_mean).tolist() == [0.5, 0, -0.5, 1]


@pytest.mark.tensorflow
@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_a_softmax_is_doubled_where_nothing_rescues_it(backend: str) -> None:
    variable = f"LOGITCHECK_{backend.upper()}_PYTHON"
    python = os.environ.get(variable)
    if not python:
        pytest.skip(f"{variable} names no interpreter with Keras on {backend} alone")
    model = read(PACKAGE.parent / "sample_models" / "softmax_with_true.keras")
    with Prober(ProbeOptions(python=python, deep=True)) as prober:
        outcome = prober.run(model)
    seen = outcome.measurements
    assert seen is not None, outcome.report
    assert seen.runtime == "keras 3" and backend in seen.versions
    (told,) = seen.extra["effective_loss"].values()
    (modes,) = seen.extra["loss_modes"].values()
    assert {told["is"], *(mode["is"] for mode in modes.values())} == {"softmax-twice"}


def test_a_topic_without_its_library_says_which_it_is(monkeypatch):
    def observe(_):
        raise ModuleNotFoundError("No module named 'tensorflow'", name="tensorflow")

    topic = ModuleType("topic")
    topic.observe = observe
    monkeypatch.setitem(sys.modules, "logitcheck.probe.topics.topic", topic)
    request = ProbeRequest("m", "keras-zip", (), topics=("topic",))
    told = topics(Observation(None, request, None, None, {}))
    assert told == {"not_measured": {"topic": "it needs tensorflow, which is not installed there"}}
