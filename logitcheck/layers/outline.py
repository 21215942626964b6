"""A topology from outside: its layers flattened, and which layers make its outputs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from logitcheck.topology import LayerConfig, TensorRef, Topology

MAX_DEPTH = 60
"""Models nested in models deeper than this are refused."""


def output_refs(topology: Topology) -> list[TensorRef]:
    """Return the calls behind a model's outputs, in order."""
    if topology.kind == "sequential":
        return [TensorRef(layer.name) for layer in topology.layers[-1:]]
    return list(_ref_leaves(topology.outputs))


def _ref_leaves(structure: Any) -> Iterator[TensorRef]:
    if isinstance(structure, Mapping):
        for key in sorted(structure, key=str):
            yield from _ref_leaves(structure[key])
    elif isinstance(structure, TensorRef):
        yield structure
    elif isinstance(structure, (list, tuple)):
        for item in structure:
            yield from _ref_leaves(item)


def layer_of(topology: Topology, ref: TensorRef, prefix: str) -> str:
    """Return the path of the layer that makes an output, nested models entered."""
    layer = next((layer for layer in topology.layers if layer.name == ref.layer), None)
    if layer is None or layer.model is None or layer.model.kind == "opaque":
        return prefix + ref.layer
    inside = output_refs(layer.model)
    if not 0 <= ref.output < len(inside):
        return prefix + ref.layer
    return layer_of(layer.model, inside[ref.output], f"{prefix}{ref.layer}/")


def all_layers(topology: Topology, prefix: str) -> Iterator[LayerConfig]:
    """Yield every layer in order, those inside others after these, named by their path."""
    for layer in topology.layers:
        yield from _with_inner(layer, prefix)


def _with_inner(layer: LayerConfig, prefix: str) -> Iterator[LayerConfig]:
    path = prefix + layer.name
    yield replace(layer, name=path) if prefix else layer
    for held in layer.inner:
        yield from _with_inner(held, path + "/")
    if layer.model is not None and path.count("/") <= MAX_DEPTH:
        yield from all_layers(layer.model, path + "/")
