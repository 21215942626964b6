"""What the recurrent layers of a graph are given: their sequences, masks and first states."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from logitcheck.graph import Graph, Node, Ref

CELLS = {"KerasLSTM": "LSTM", "KerasGRU": "GRU", "KerasSimpleRNN": "SimpleRNN"}
"""Ops that run a cell along a sequence → the cell."""

LAYERS = 16
"""Recurrent layers that are looked at in one model."""


def loops(graph: Graph) -> Iterator[Node]:
    """Yield the recurrent layers whose weights are in Keras's own layout."""
    found = [node for node in graph.nodes if node.op in CELLS and not node.attrs.get("cudnn")]
    yield from found[:LAYERS]


def given_to(graph: Graph) -> set[Ref]:
    """Return the references that recurrent layers read."""
    return {ref for node in loops(graph) for ref in node.inputs}


def sequences(graph: Graph, values: Mapping[Ref, Any]) -> dict[str, dict[str, Any]]:
    """Return by node what each recurrent layer is given, by role (``x``, ``kernel``, ``mask``…)."""
    return {
        node.name: {role: values[ref] for role, ref in zip(node.attrs["roles"], node.inputs, strict=True)}
        for node in loops(graph)
        if all(ref in values for ref in node.inputs)
    }
