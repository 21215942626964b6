"""A flat graph while it is made: how large it may get, and what of it is needed in the end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from logitcheck.errors import NotAudited
from logitcheck.graph import Graph, Node, Ref


class Budget:
    """Counts nodes and calls over a whole file, so that functions that double each other end somewhere."""

    def __init__(self, limit: int):
        self.limit = limit
        self.used = 0

    def spend(self) -> None:
        """Count one more. Raises NotAudited beyond the limit."""
        self.used += 1
        if self.used > self.limit:
            raise NotAudited(f"the graph has more than {self.limit} nodes once its functions are inlined")


def pruned(nodes: Mapping[str, Node], inputs: Iterable[str], outputs: Iterable[Ref]) -> Graph:
    """Return the graph of what the outputs need, and of all inputs, in the order of ``nodes``.

    Raises NotAudited where something is needed that is not there.
    """
    outputs, inputs = tuple(outputs), tuple(inputs)
    needed: set[str] = set()
    waiting = [*inputs, *(ref.node for ref in outputs)]
    while waiting:
        name = waiting.pop()
        if name not in nodes:
            raise NotAudited(f"the graph refers to a node {name!r} that it does not have")
        if name not in needed:
            needed.add(name)
            waiting += [ref.node for ref in nodes[name].inputs if ref.node not in needed]
    return Graph(tuple(node for name, node in nodes.items() if name in needed), inputs, outputs)
