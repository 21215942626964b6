"""What all graphs of one file share, and signatures placed with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from logitcheck.graph import Node, Ref, Shape
from logitcheck.model import Input
from logitcheck.readers.dtypes import dtype_name
from logitcheck.readers.flat_graph import Budget
from logitcheck.readers.frames import Frame
from logitcheck.readers.function_library import Library
from logitcheck.readers.inline import Binding, Inliner, LayerOf
from logitcheck.readers.tensor_proto import shape_of

PASSING = frozenset({"Identity", "IdentityN", "StopGradient", "EnsureShape", "Cast"})
"""Ops between a layer and the output that carries its values."""


class GraphSource:
    """Functions, variables, layer names and the node budget of a file."""

    def __init__(self, library: Library, binding: Binding, layer_of: LayerOf, max_nodes: int):
        self.library = library
        self.binding = binding
        self.layer_of = layer_of
        self.budget = Budget(max_nodes)
        self.constants: dict[str, Any] = {}

    def inliner(self) -> Inliner:
        """Return an empty graph to place nodes in."""
        return Inliner(self.library, self.binding, self.layer_of, self.budget, self.constants)


def tensors(info: Any) -> Iterator[tuple[str, str]]:
    """Yield suffix and tensor name of each part of a ``TensorInfo``; a sparse tensor has three."""
    kind = info.WhichOneof("encoding")
    if kind == "name":
        yield "", info.name
    elif kind == "coo_sparse":
        sparse = info.coo_sparse
        yield "/values", sparse.values_tensor_name
        yield "/indices", sparse.indices_tensor_name
        yield "/dense_shape", sparse.dense_shape_tensor_name
    elif kind == "composite_tensor":
        for number, part in enumerate(info.composite_tensor.components):
            for suffix, name in tensors(part):
                yield f"/{number}{suffix}", name


def feed(inliner: Inliner, frame: Frame, signature: Any, *, by_name: bool = False) -> tuple[Input, ...]:
    """Put a Placeholder in the place of each input of a signature, in the order of the names.

    ``by_name`` calls the Placeholder as the signature calls the input instead of as the graph does.
    """
    found: list[Input] = []
    for key in sorted(signature.inputs):
        info = signature.inputs[key]
        for suffix, tensor in tensors(info):
            node, index = frame.body.locate(tensor)
            dtype, shape = dtype_name(info.dtype), None if suffix else shape_of(info.tensor_shape)
            if node not in frame.bound:
                name = key + suffix if by_name else node
                frame.bound[node] = (inliner.placeholder(name, dtype, shape),) * (index + 1)
            found.append(Input(key + suffix, frame.bound[node][0].node, shape, dtype))
    return tuple(found)


def results(signature: Any) -> dict[str, str]:
    """Return the tensors a signature answers, by output name in order; an op without a value is none."""
    return {
        key: next(tensors(info))[1]
        for key, info in sorted(signature.outputs.items())
        if info.dtype and any(True for _ in tensors(info))
    }


def stated(signature: Any, key: str) -> tuple[Shape, str | None]:
    """Return shape and dtype that a signature states for an output; neither for one of several tensors."""
    info = signature.outputs[key]
    if info.WhichOneof("encoding") != "name":
        return None, None
    return shape_of(info.tensor_shape), dtype_name(info.dtype)


def layer_behind(nodes: Mapping[str, Node], ref: Ref) -> str | None:
    """Return the layer whose value an output carries, through ops that only pass it on."""
    for _ in range(len(nodes)):
        node = nodes[ref.node]
        if node.layer is not None or node.op not in PASSING or not node.inputs:
            return node.layer
        ref = node.inputs[ref.index if node.op == "IdentityN" and ref.index < len(node.inputs) else 0]
    return None
