"""One op-level graph for every format.

Ops have TensorFlow's names and attributes, whichever file they come from, so that a law is written once:
a Keras ``Dense`` is lowered to ``MatMul``, ``BiasAdd`` and its activation's op. Three kinds of node are ours:

``Weight``
    A stored tensor. ``attrs``: ``key`` (the name of its :class:`~logitcheck.model.WeightRef`, or None
    where the file holds none), ``shape``, ``dtype``.
``Unknown``
    An operation that is not understood. ``attrs``: ``what`` (a class or op name). Its outputs are unknown.
composites (``KerasLSTM``, ``KerasMultiHeadAttention``…)
    A layer with an inner loop, whose law and execution are written as one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from logitcheck.record import dataclass

if TYPE_CHECKING:
    from typing import TypeAlias

Shape: TypeAlias = "tuple[int | None, ...] | None"
"""Sizes per axis; None for an unknown size, and None for the whole where even the rank is unknown."""


class Ref(NamedTuple):
    """One output of one node."""

    node: str
    index: int = 0  # type: ignore[assignment]  # hides tuple.index, which nobody calls


@dataclass(frozen=True)
class Node:
    """One operation."""

    name: str
    """Unique in its graph. In a function: the function's path before it, joined by ``/``."""

    op: str
    """TensorFlow's op name, or one of ours."""

    inputs: tuple[Ref, ...] = ()
    """Data inputs in order; control inputs are left out."""

    attrs: Mapping[str, Any] = field(default_factory=dict)
    """TensorFlow's attributes as plain values: str, int, float, bool, dtype names ("float32"), shapes as
    tuples, ``value`` of a Const as a NumPy array; ``body``, ``cond``, ``then_branch``… as :class:`Graph`.
    """

    layer: str | None = None
    """The Keras layer it came from: its name, nested models joined by ``/``."""

    def __init__(
        self,
        name: str,
        op: str,
        inputs: tuple[Ref, ...] = (),
        attrs: Mapping[str, Any] | None = None,
        layer: str | None = None,
    ) -> None:
        attrs = {} if attrs is None else attrs
        self.__dict__.update(name=name, op=op, inputs=inputs, attrs=attrs, layer=layer)


@dataclass(frozen=True)
class Graph:
    """Nodes in an order in which every input stands before its reader (loops excepted)."""

    nodes: tuple[Node, ...] = ()
    inputs: tuple[str, ...] = ()
    """Names of the ``Placeholder`` nodes, in the order of the signature."""

    outputs: tuple[Ref, ...] = ()
    """What the graph answers, in order."""

    @cached_property
    def by_name(self) -> dict[str, Node]:
        """Every node under its name."""
        return {node.name: node for node in self.nodes}

    @cached_property
    def readers(self) -> dict[str, tuple[Node, ...]]:
        """For every node name: the nodes that take one of its outputs."""
        found: dict[str, list[Node]] = {}
        for node in self.nodes:
            for name in {ref.node for ref in node.inputs}:
                found.setdefault(name, []).append(node)
        return {name: tuple(nodes) for name, nodes in found.items()}

    def producer(self, ref: Ref) -> Node:
        """Return the node behind a reference; KeyError if there is none."""
        return self.by_name[ref.node]

    def ancestors(self, names: Iterable[str]) -> set[str]:
        """Return the names of nodes and of everything they are computed from."""
        by_name, pending = self.by_name, list(names)
        found: set[str] = set()
        while pending:
            name = pending.pop()
            if name not in found and name in by_name:
                found.add(name)
                pending += [ref.node for ref in by_name[name].inputs]
        return found

    def ops_after(self, node: Node) -> set[str]:
        """Return the ops of everything that is computed from a node."""
        waiting = [node]
        seen: set[str] = set()
        ops: set[str] = set()
        while waiting:
            for reader in self.readers.get(waiting.pop().name, ()):
                if reader.name not in seen:
                    seen.add(reader.name)
                    ops.add(reader.op)
                    waiting.append(reader)
        return ops

    def walk(self) -> Iterator[Node]:
        """Return every node in turn, those of loop bodies and branches included."""
        return self._walk() if self._nests else iter(self.nodes)

    @cached_property
    def _nests(self) -> bool:
        """Whether some node has a body or a branch."""
        return any(Graph in map(type, node.attrs.values()) for node in self.nodes)

    def _walk(self) -> Iterator[Node]:
        for node in self.nodes:
            yield node
            for value in node.attrs.values():
                if isinstance(value, Graph):
                    yield from value.walk()
