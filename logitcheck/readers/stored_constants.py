"""Large constants of a graph as stored weights, and several sources of weights as one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from logitcheck.graph import Graph
from logitcheck.model import WeightRef, WeightSource
from logitcheck.readers import tensor_proto

if TYPE_CHECKING:
    import numpy as np


class Constants:
    """Tensors that stand in a graph, by the names of their nodes."""

    def __init__(self, tensors: Mapping[str, Any]):
        self.tensors = tensors

    def chunks(self, key: str) -> Iterator[np.ndarray[Any, Any]]:
        """Yield a tensor's values flat; KeyError for an unknown key, NotAudited where they cannot be had."""
        return tensor_proto.chunks(self.tensors[key])

    def array(self, key: str) -> np.ndarray[Any, Any]:
        """Return a whole tensor in its shape. Raises like :meth:`chunks`."""
        return tensor_proto.array(self.tensors[key])


class Joined:
    """Constants first, then a checkpoint."""

    def __init__(self, constants: Constants, checkpoint: WeightSource):
        self.constants = constants
        self.checkpoint = checkpoint

    def _of(self, key: str) -> WeightSource:
        return self.constants if key in self.constants.tensors else self.checkpoint

    def chunks(self, key: str) -> Iterator[np.ndarray[Any, Any]]:
        """Yield a tensor's values flat; KeyError for an unknown key, NotAudited where they cannot be had."""
        return self._of(key).chunks(key)

    def array(self, key: str) -> np.ndarray[Any, Any]:
        """Return a whole tensor in its shape. Raises like :meth:`chunks`."""
        return self._of(key).array(key)


def constant_refs(graphs: Iterator[Graph], tensors: Mapping[str, Any]) -> tuple[WeightRef, ...]:
    """Return a reference for each large constant that some graphs use."""
    found: dict[str, WeightRef] = {}
    for graph in graphs:
        for node in graph.walk():
            key = str(node.attrs.get("key")) if node.op == "Const" else ""
            shape = node.attrs.get("shape")
            if key in tensors and shape is not None and None not in shape and node.attrs["dtype"] != "string":
                nbytes = tensor_proto.stored_bytes(tensors[key])
                found[key] = WeightRef(key, tuple(shape), node.attrs["dtype"], node.layer, nbytes=nbytes)
    return tuple(found.values())
