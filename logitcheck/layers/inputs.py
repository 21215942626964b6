"""What a model takes: names, shapes and dtypes, told by input layers or a Sequential's first layer."""

from __future__ import annotations

from collections.abc import Iterator

from logitcheck.graph import Shape
from logitcheck.layers.builder import FLOATS, Builder
from logitcheck.layers.dtypes import policy
from logitcheck.layers.state import State, Value
from logitcheck.model import Input
from logitcheck.topology import LayerConfig, Topology


def inputs_of(topology: Topology) -> Iterator[tuple[str, LayerConfig]]:
    """Yield name and describing layer of every input of the whole model."""
    by_name = {layer.name: layer for layer in topology.layers}
    if topology.kind != "sequential":
        for ref in topology.inputs:
            yield ref.layer, by_name.get(ref.layer, LayerConfig("InputLayer", ref.layer))
        return
    first = topology.layers[0] if topology.layers else LayerConfig("InputLayer", "input")
    if first.class_name == "InputLayer":
        yield first.name, first
    elif first.model is not None:
        yield from [(f"{first.name}_input", layer) for _, layer in inputs_of(first.model)]
    else:
        yield f"{first.name}_input", first


def placeholder(state: State, name: str, layer: LayerConfig) -> tuple[Input, Value]:
    """Write an input of the whole model, of the shape and dtype that a layer tells."""
    shape = _input_shape(layer)
    dtype = policy(layer.config.get("dtype"))[0] if layer.class_name == "InputLayer" else _input_dtype(layer)
    builder = Builder(state, LayerConfig("InputLayer", name), name)
    node = builder.placeholder(name, shape, dtype)
    return Input(name, node.ref.node, shape, dtype), node


def _input_shape(layer: LayerConfig) -> Shape:
    stored = layer.config.get("batch_shape")
    if stored is None and layer.model is None and isinstance(layer.build_shapes, (list, tuple)):
        stored = layer.build_shapes
    if not isinstance(stored, (list, tuple)) or any(not _is_size(n) for n in stored):
        return None
    return tuple([None if n is None or n < 0 else n for n in stored])


def _is_size(stored: object) -> bool:
    return stored is None or isinstance(stored, int)


def _input_dtype(layer: LayerConfig) -> str:
    """What a Sequential makes of its first layer's dtype for an input that is not stored."""
    if layer.class_name == "Embedding":
        return "float32" if layer.config.get("input_dtype") is None else str(layer.config["input_dtype"])
    compute, variable = policy(layer.config.get("dtype"))
    return variable if compute in FLOATS else compute
