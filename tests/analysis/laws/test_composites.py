"""Composite nodes against the Keras layers they stand for."""

from __future__ import annotations

from types import ModuleType

import numpy as np
import pytest

from logitcheck.analysis.laws.composites import ACTIVATION_RANGES
from tests.analysis.laws.bench import Box, derive, holds

X = Box((3, 6, 4), -30.0, 30.0)
KERNEL = Box((4, 5))


def attrs(kind: str, activation: str, **more: object) -> dict[str, object]:
    recurrent = {} if kind == "SimpleRNN" else {"recurrent_activation": "sigmoid"}
    loop = {"units": 5, "activation": activation, "return_sequences": True, "return_state": True}
    return {**loop, **recurrent, "roles": ("x", "kernel"), **more}


@pytest.mark.tensorflow
def test_recurrent_layers_stay_within_their_bounds(keras: ModuleType) -> None:
    x = X.sample(np.random.default_rng(1))
    for kind in ("LSTM", "GRU", "SimpleRNN"):
        for activation in ("tanh", "relu", "softmax", "sigmoid"):
            options = {"return_sequences": True, "return_state": True, "activation": activation}
            answers = getattr(keras.layers, kind)(5, **options)(x)
            told = derive(f"Keras{kind}", [X, KERNEL], attrs(kind, activation), len(answers))
            for tensor, answer in zip(told, answers, strict=True):
                holds(tensor, np.array(answer))


@pytest.mark.tensorflow
def test_activations_stay_within_the_range_named_for_them(keras: ModuleType) -> None:
    x = np.linspace(-60, 60, 4001, dtype="float32").reshape(1, -1)
    for name, interval in ACTIVATION_RANGES.items():
        y = np.array(keras.activations.get(name)(x))
        assert y.min() >= interval.low - 1e-4 and y.max() <= interval.high + 1e-4, name
        assert y.min() <= max(interval.low, -60.0) + 0.02, name


def test_a_masked_step_repeats_the_first_state() -> None:
    (plain, *_) = derive("KerasSimpleRNN", [X, KERNEL], attrs("SimpleRNN", "softplus"), 1)
    assert plain.interval.low_open
    masked = attrs("SimpleRNN", "softmax", roles=("x", "kernel", "mask"))
    (tensor, *_) = derive("KerasSimpleRNN", [X, KERNEL, Box((3, 6), 0, 1, "bool")], masked, 1)
    assert tensor.sums_to_one is None and tensor.interval.low == 0.0
    (softmax, *_) = derive("KerasSimpleRNN", [X, KERNEL], attrs("SimpleRNN", "softmax"), 1)
    assert softmax.sums_to_one == -1 and softmax.shape == (3, 6, 5)


def test_preprocessing_counts_from_zero() -> None:
    (index,) = derive("KerasLookup", [Box((3,), dtype="int64")], {"size": 7, "invert": False})
    assert index.interval[:2] == (0.0, 6.0)
    (image,) = derive("KerasImage", [Box((2, 4, 4, 3))], {"value_range": (0.0, 255.0)})
    assert image.interval[:2] == (0.0, 255.0)
    (pooled,) = derive("KerasAdaptiveAveragePool", [Box((2, 8, 8, 3))], {"output_size": (2, 2)})
    assert pooled.shape == (2, 2, 2, 3) and pooled.interval[:2] == (-2.0, 3.0)
