"""Recurrent layers run step by step: the same states as Keras, and planted faults told from sound twins."""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module

import numpy as np
import pytest

from logitcheck.probe.options import ProbeOptions
from logitcheck.probe.plan import plan
from logitcheck.probe.session import measured
from logitcheck.probe.topics.recurrent import back_in_time, over_steps
from logitcheck.readers.dispatch import read
from logitcheck.rules.case import Case
from logitcheck.rules.catalogue import catalogue


def test_the_gradient_is_followed_from_the_last_step_back():
    told = back_in_time([1e-6, 1e-5, 0.5, 1.0, 2.0])
    assert told == {"first": 5e-07, "largest": 1.0, "memory": 3}
    assert back_in_time([4.0, 2.0]) == {"first": 2.0, "largest": 2.0, "memory": None}
    assert back_in_time([1.0, 0.0]) is None
    assert back_in_time([float("inf"), 1.0])["largest"] is None


def test_the_widest_state_of_a_step_counts():
    small, large = np.full((2, 3), 0.1, np.float32), np.full((2, 3), 3e30, np.float32)
    told = over_steps([[small, small], [small, small], [small, large]])
    assert (told["first"], told["last"], told["nonfinite"]) == (0.1, pytest.approx(3e30), 0)
    assert over_steps([[small], [small], [small * np.inf]])["nonfinite"] == 6


def lstm(keras, **more):
    return keras.layers.LSTM(6, **more)


LAYERS = {
    "lstm": lstm,
    "backwards": lambda keras: lstm(keras, go_backwards=True),
    "gru": lambda keras: keras.layers.GRU(6),
    "gru before": lambda keras: keras.layers.GRU(6, reset_after=False),
    "cell": lambda keras: keras.layers.RNN(keras.layers.LSTMCell(6)),
    "both ways": lambda keras: keras.layers.Bidirectional(lstm(keras)),
    "simple": lambda keras: keras.layers.SimpleRNN(6),
    "saturated": lambda keras: lstm(keras, kernel_initializer=keras.initializers.RandomNormal(stddev=300)),
    "growing": lambda keras: keras.layers.SimpleRNN(
        6, activation="relu", recurrent_initializer=keras.initializers.Constant(0.6)
    ),
    "forgetful": lambda keras: keras.layers.SimpleRNN(
        6, recurrent_initializer=keras.initializers.RandomNormal(stddev=1e-6)
    ),
}
FAULTS = {"saturated": {"LC409"}, "growing": {"LC404"}, "forgetful": {"LC403"}}


@pytest.mark.tensorflow
@pytest.mark.filterwarnings("ignore")
def test_planted_faults_and_sound_twins(keras, tmp_path):
    rules = [rule() for rule in catalogue() if rule.code in ("LC403", "LC404", "LC409")]
    found, rows = {}, np.random.default_rng(0).standard_normal((8, 24, 3)).astype(np.float32)
    np.save(tmp_path / "rows.npy", rows)
    for name, build in LAYERS.items():
        keras.utils.set_random_seed(2)
        model = keras.Sequential([keras.Input((24, 3)), build(keras), keras.layers.Dense(2, "softmax")])
        model.compile(loss="sparse_categorical_crossentropy")
        path = tmp_path / f"{name}.keras"
        model.save(path)
        request = plan(read(path), ProbeOptions(data=str(tmp_path / "rows.npy")))
        request = replace(request, topics=("gradients", "recurrent"))
        seen = measured(import_module("logitcheck.probe.runtimes.own").load(request), request)
        case = Case(read(path), None, seen)
        found[name] = {finding.rule for rule in rules for finding in rule.check(case)}
        if name in ("lstm", "gru", "gru before", "simple"):  # its last state is its answer
            (told,) = seen.extra["recurrent"]["layers"]
            answer = keras.Model(model.inputs, model.layers[0].output).predict(rows, verbose=0)
            if name != "lstm":
                assert told["state"]["last"] == pytest.approx(np.sqrt((answer**2).mean()), rel=1e-4)
            assert told["steps"] == 24 and told["rows"] == 8
    assert {name: found[name] & FAULTS.get(name, found[name]) for name in LAYERS} == {
        name: FAULTS.get(name, set()) for name in LAYERS
    }
