"""Which tensors of a graph are worth looking at: layer outputs, activations, normalisations, weights."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from logitcheck.graph import Graph, Node, Ref

RELUS = frozenset(("Relu", "Relu6"))
SQUASHING = frozenset(("Sigmoid", "Tanh"))
FUSED = frozenset(("FusedBatchNorm", "FusedBatchNormV2", "FusedBatchNormV3"))
SHAPELESS = frozenset(("Identity", "Reshape", "Squeeze", "ExpandDims", "Cast", "Transpose", "StopGradient"))
LIMIT = 2000
"""Places of one kind that are looked at in one model."""


class Spot(NamedTuple):
    """One tensor to look at."""

    layer: str
    """The Keras layer, or the op's name where the graph has no layers."""

    ref: Ref


class Normaliser(NamedTuple):
    """One batch normalisation: what it normalises, and by which stored statistics."""

    layer: str
    data: Ref
    mean: Ref
    variance: Ref


def name_of(node: Node) -> str:
    """Return the layer a node stands for, itself where it belongs to none."""
    return node.layer or node.attrs.get("path") or node.name


def layer_outputs(graph: Graph) -> list[Spot]:
    """Return the last tensor of every layer that computes something, in the graph's order."""
    outputs = {ref.node for ref in graph.outputs}
    found: dict[str, Ref] = {}
    for node in graph.nodes:
        if node.layer is None or node.op in ("Weight", "Const", "Placeholder"):
            continue
        readers = graph.readers.get(node.name, ())
        if node.name in outputs or any(reader.layer != node.layer for reader in readers):
            found[node.layer] = Ref(node.name)
    return [Spot(layer, ref) for layer, ref in found.items()][:LIMIT]


def of_ops(graph: Graph, ops: frozenset[str], *, heads: bool = True) -> list[Spot]:
    """Return the outputs of some ops; without ``heads`` not those that the model answers, reshaped or not."""
    left_out = set() if heads else answered(graph)
    return [
        Spot(name_of(node), Ref(node.name))
        for node in graph.nodes
        if node.op in ops and node.name not in left_out
    ][:LIMIT]


def answered(graph: Graph) -> set[str]:
    """Return the ops whose values are the model's answers, up to their shape."""
    found = set()
    for ref in graph.outputs:
        node = graph.producer(ref)
        found.add(node.name)
        while node.op in SHAPELESS and node.inputs:
            node = graph.producer(node.inputs[0])
            found.add(node.name)
    return found


def weights(graph: Graph) -> list[Node]:
    """Return the stored float tensors that training moves, in the graph's order."""
    floats = ("float16", "bfloat16", "float32", "float64")
    return [
        node
        for node in graph.nodes
        if node.op == "Weight" and node.attrs.get("trainable", True) and node.attrs.get("dtype") in floats
    ]


def normalisers(graph: Graph) -> Iterator[Normaliser]:
    """Yield the batch normalisations: fused ops, and the form that layers are lowered to."""
    fixed = from_weights(graph)
    groups: dict[tuple[str, str], dict[str, Ref]] = {}
    for node in graph.nodes:
        if node.op in FUSED and not node.attrs.get("is_training", True):
            yield Normaliser(name_of(node), node.inputs[0], node.inputs[3], node.inputs[4])
        if node.op == "Weight" and node.attrs.get("slot") in ("moving_mean", "moving_variance"):
            place = (str(node.attrs.get("path")), str(node.attrs.get("inner")))
            groups.setdefault(place, {})[node.attrs["slot"]] = Ref(node.name)
    firsts: dict[str | None, Ref] = {}
    for node in graph.nodes:
        if node.op == "Mul" and (node.inputs[0].node in fixed) != (node.inputs[1].node in fixed):
            data = node.inputs[1] if node.inputs[0].node in fixed else node.inputs[0]
            firsts.setdefault(node.layer, data)
    for (layer, inner), slots in groups.items():
        if not inner and len(slots) == 2 and layer in firsts:
            yield Normaliser(layer, firsts[layer], slots["moving_mean"], slots["moving_variance"])


def from_weights(graph: Graph) -> set[str]:
    """Return the nodes that depend on stored tensors and constants alone."""
    found: set[str] = set()
    for node in graph.nodes:
        if node.op in ("Weight", "Const") or (node.inputs and all(ref.node in found for ref in node.inputs)):
            found.add(node.name)
    return found
