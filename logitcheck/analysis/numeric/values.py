"""Which references hold the same value: expressions that are written twice, and ops that only pass on.

Relations such as ``x - max(x)`` must be seen where ``x`` is computed twice, read through an ``Identity``, or
stopped in the gradient.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from typing import Any

from logitcheck.analysis.context import TRANSPARENT
from logitcheck.graph import Graph, Node, Ref

PASSING = TRANSPARENT | {"ReadVariableOp", "Enter"}
"""Ops whose first output equals their first input, inside and outside of a loop."""

SAME = PASSING | {"Switch"}

IMPURE = frozenset(
    [
        "Placeholder",
        "Weight",
        "Unknown",
        "VarHandleOp",
        "VariableV2",
        "Merge",
        "While",
        "StatelessWhile",
        "If",
        "StatelessIf",
        "Case",
    ]
)
"""Ops of which two are never the same value, whatever their inputs."""


class Values:
    """Numbers every reference of a graph so that equal values have equal numbers."""

    def __init__(self, graph: Graph, outer: Values | None = None, given: Sequence[Ref] = ()):
        """Number all nodes; inputs that stand after their reader (loops) are numbered by name.

        A branch shares the numbers of the graph around it: ``given`` are the references there that its
        inputs stand for.
        """
        self.graph = graph
        self._number: dict[Ref, Hashable] = {}
        self._seen: dict[Hashable, Hashable] = outer._seen if outer is not None else {}
        known = {name: outer.of(ref) for name, ref in zip(graph.inputs, given, strict=False)} if outer else {}
        for node in graph.nodes:
            key = self._key(node)
            here = self._here(node, key)
            self._number[Ref(node.name)] = known.get(node.name, here)

    def _here(self, node: Node, key: Hashable) -> Hashable:
        if node.op in SAME and node.inputs:
            return self.of(node.inputs[0])
        return self._seen.setdefault(key, node.name) if key is not None else node.name

    def of(self, ref: Ref) -> Hashable:
        """Return the number of one reference."""
        if ref.index and not self._is_switch(ref):
            return (self._number.get(Ref(ref.node), ref.node), ref.index)
        return self._number.get(Ref(ref.node), ref.node)

    def _is_switch(self, ref: Ref) -> bool:
        """Both outputs of a Switch are its input, on one side of a branch each."""
        node = self.graph.by_name.get(ref.node)
        return node is not None and node.op == "Switch"

    def same(self, a: Ref, b: Ref) -> bool:
        """Tell whether two references hold the same value."""
        return self.of(a) == self.of(b)

    def maker(self, ref: Ref) -> Node | None:
        """Return the node that computes a value, passing ops skipped."""
        node = self.graph.by_name.get(ref.node)
        for _ in range(64):
            if node is None or node.op not in PASSING or not node.inputs:
                return node
            node = self.graph.by_name.get(node.inputs[0].node)
        return node

    def _key(self, node: Node) -> Hashable:
        if node.op in IMPURE or "Random" in node.op:
            return None
        if node.op == "Const":
            return _constant(node)
        if not node.inputs:
            return None
        return (node.op, tuple(self.of(ref) for ref in node.inputs), tuple(_attributes(node)))


def _constant(node: Node) -> Hashable:
    value = node.attrs.get("value")
    if value is None or getattr(value, "size", 0) > 16:
        return None
    return (
        "Const",
        str(value.dtype),
        value.shape,
        value.tobytes() if value.dtype.kind != "O" else repr(value),
    )


def _attributes(node: Node) -> Iterator[Any]:
    for name in sorted(node.attrs):
        if not name.startswith("_"):
            yield name, repr(node.attrs[name])
