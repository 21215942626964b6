"""Every lowered layer against Keras itself: shapes, dtypes, weights in order, numbers."""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterable
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from logitcheck.layers.lower import Lowered, lower
from logitcheck.readers.keras_config import parse_model
from tests.layers.execute import execute
from tests.layers.ops_zoo import keras_ops, tensorflow_functions
from tests.layers.zoo import FAMILIES, Case

BATCH = 2


def build(k: ModuleType, case: Case) -> tuple[Any, Lowered]:
    """Return the Keras model of a case, its weights random, and what lowering makes of its configuration."""
    _, function, shapes = case
    inputs = [k.Input(shape) for shape in shapes]
    outputs = function(*inputs)
    model = k.Model(inputs, list(outputs) if isinstance(outputs, tuple) else outputs)
    rng = np.random.default_rng(1)
    model.set_weights([_values(rng, w) for w in model.get_weights()])
    for layer in model.layers:
        if isinstance(layer, k.layers.Normalization):
            layer.finalize_state()
    topology = parse_model(json.loads(model.to_json()), k.__version__)
    return model, lower(topology)


def _values(rng: np.random.Generator, w: Any) -> Any:
    return rng.uniform(0.1, 1.0, np.shape(w)).astype(w.dtype) if w.dtype.kind == "f" else w


def feeds(model: Any, lowered: Lowered, case: Case) -> dict[str, Any]:
    rng = np.random.default_rng(2)
    values = [np.round(rng.uniform(-1.5, 3.0, (BATCH, *shape)), 1).astype("float32") for shape in case[2]]
    if case[0] in (
        "embedding",
        "masked all",
        "masked mean",
        "masked both ways",
        "multi hot",
        "count",
        "one hot",
    ):
        values = [np.abs(np.round(value)).clip(0, 4).astype("float32") for value in values]
        values[0][:, 0] = 1.0
    if case[0].startswith("masked"):
        values[0][0, 2:] = 1.0 if values[0].ndim > 2 else 0.0
    return {one.node: value for one, value in zip(lowered.inputs, values, strict=True)}


def layer_weights(k: ModuleType, model: Any, prefix: str = "") -> dict[tuple[str, int], Any]:
    """Every weight under the path of its layer and its position there, as HDF5 files list them."""
    found: dict[tuple[str, int], Any] = {}
    for layer in model.layers:
        if isinstance(layer, k.Model):
            found |= layer_weights(k, layer, f"{prefix}{layer.name}/")
        else:
            stored = [*layer.trainable_weights, *layer.non_trainable_weights]
            found |= {(prefix + layer.name, i): w for i, w in enumerate(stored)}
    return found


def differences(tf: Any, k: ModuleType, case: Case) -> list[str]:
    """Say in what a lowered model differs from Keras's."""
    model, lowered = build(k, case)
    if lowered.unknown:
        return [f"unknown: {[sighting.what for sighting in lowered.unknown]}"]
    found = []
    weights = layer_weights(k, model)
    for node in lowered.graph.nodes:
        if node.op == "Weight":
            stored = weights.get((node.attrs["path"], node.attrs["position"]))
            if stored is None or tuple(stored.shape) != node.attrs["shape"]:
                found.append(
                    f"weight {node.name} {node.attrs['shape']}, Keras: {getattr(stored, 'shape', None)}"
                )
            elif stored.name.split("/")[-1].split(":")[0] != node.attrs["slot"]:
                found.append(f"slot {node.attrs['slot']}, Keras: {stored.name}")
    if sum(node.op == "Weight" for node in lowered.graph.nodes) != len(weights):
        found.append(f"{len(weights)} weights in Keras")
    given = feeds(model, lowered, case)
    expected = model(list(given.values()) if len(given) > 1 else next(iter(given.values())), training=False)
    expected = list(expected) if isinstance(expected, (list, tuple)) else [expected]
    for output, value in zip(lowered.outputs, expected, strict=True):
        if output.shape != (None, *value.shape[1:]) and output.shape != tuple(value.shape):
            found.append(f"shape {output.shape}, Keras: {value.shape}")
        if output.dtype != np.asarray(value).dtype.name:
            found.append(f"dtype {output.dtype}, Keras: {np.asarray(value).dtype.name}")
    if not found:
        values = {place: np.asarray(w) for place, w in weights.items()}
        for got, value in zip(execute(tf, lowered.graph, given, values), expected, strict=True):
            tolerance = 2e-2 if got.dtype.name == "float16" else 1e-4
            if not np.allclose(got, np.asarray(value), tolerance, tolerance, equal_nan=True):
                found.append(f"numbers differ by {np.abs(got - np.asarray(value)).max()}")
    return found


def all_differences(tf: Any, k: ModuleType, cases: Iterable[Case]) -> dict[str, list[str]]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = {case[0]: differences(tf, k, case) for case in cases}
    return {name: wrong for name, wrong in found.items() if wrong}


@pytest.mark.tensorflow
@pytest.mark.parametrize("which", ["keras", "tf_keras"])
def test_lowered_layers_do_what_keras_does(which: str, request: pytest.FixtureRequest) -> None:
    k, tf = request.getfixturevalue(which), request.getfixturevalue("tensorflow")
    assert not all_differences(tf, k, (case for family in FAMILIES for case in family(k)))


@pytest.mark.tensorflow
def test_lowered_keras_ops_do_what_keras_does(keras: ModuleType, tensorflow: ModuleType) -> None:
    assert not all_differences(tensorflow, keras, keras_ops(keras))


@pytest.mark.tensorflow
def test_lowered_tensorflow_functions_do_what_they_do(tf_keras: ModuleType, tensorflow: ModuleType) -> None:
    assert not all_differences(tensorflow, tf_keras, tensorflow_functions(tensorflow))
