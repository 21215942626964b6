"""Weights end up at the nodes they belong to, as real Keras stores them."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from logitcheck.readers.dispatch import read


def recurrent(keras: Any) -> Any:
    layers = keras.layers
    start = keras.Input((6, 4))
    x = layers.Bidirectional(layers.LSTM(3, return_sequences=True))(start)
    x = layers.TimeDistributed(layers.Dense(4))(x)
    x = layers.MultiHeadAttention(2, 3)(x, x)
    if hasattr(layers, "GroupQueryAttention"):  # kept under another name than it is exported
        x = layers.GroupQueryAttention(2, 4, 2)(x, x)
    x = layers.RNN([layers.LSTMCell(3), layers.GRUCell(3)])(x)
    return keras.Model(start, layers.Dense(2)(x))


def nested(keras: Any) -> Any:
    layers = keras.layers
    start, inner = keras.Input((8, 8, 3)), keras.Input((6, 6, 4))
    x = layers.BatchNormalization()(layers.Conv2D(5, 1)(inner))
    tail = keras.Model(inner, layers.Conv2D(5, 1)(x), name="tail")
    head = keras.Sequential(
        [layers.Conv2D(4, 3), layers.BatchNormalization(), layers.SeparableConv2D(4, 1)], name="head"
    )
    frozen = keras.Sequential([layers.Dense(5), layers.BatchNormalization(), layers.Dense(5)], name="frozen")
    shared = layers.Dense(5)
    x = layers.GlobalAveragePooling2D()(tail(head(start)))
    x = shared(shared(frozen(x)))
    frozen.trainable = False
    return keras.Model(start, {"b": layers.Dense(2)(x), "a": layers.Dense(3)(x)})


def owner(model: Any, path: str) -> Any:
    """Return the layer of a model, or of one nested in it, by its path."""
    for layer in model.layers:
        if layer.name == path:
            return layer
        if path.startswith(f"{layer.name}/"):
            return owner(layer, path[len(layer.name) + 1 :])
    raise KeyError(path)


def misplaced(model: Any, path: Path) -> Iterator[str]:
    """Save a model whose every weight holds a number of its own; yield what is read otherwise."""
    for number, weight in enumerate(model.weights):
        weight.assign(np.full(weight.shape, number + 1.0))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.save(path)
    found = read(path)
    nodes = [node for node in found.graph.nodes if node.op == "Weight"]
    assert len(nodes) == len(model.weights)
    assert found.source is not None and not found.sightings
    for node in nodes:
        weight = owner(model, node.attrs["path"]).weights[node.attrs["position"]]
        stored = found.source.array(node.attrs["key"])
        if not np.array_equal(stored, np.asarray(weight)):
            yield f"{node.name} of {path.name}"


@pytest.mark.tensorflow
@pytest.mark.parametrize("module", ["keras", "tf_keras"])
def test_every_weight_is_at_its_place(module: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    keras = request.getfixturevalue(module)
    for model in (recurrent(keras), nested(keras)):
        for suffix in ("h5", "keras"):
            assert list(misplaced(model, tmp_path / f"{model.name}.{suffix}")) == []
