"""Graphs and functions of one ``GraphDef`` as bodies that can be looked into by name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field
from functools import cached_property
from typing import Any

from logitcheck.errors import NotAudited
from logitcheck.graph import Shape
from logitcheck.readers.op_outputs import Args, output_index
from logitcheck.readers.tensor_proto import shape_of
from logitcheck.record import dataclass

OUTPUTS_LIMIT = 100_000
"""Outputs of one op: more is no graph."""


@dataclass(frozen=True)
class Body:
    """The nodes of a graph or of one function."""

    nodes: Mapping[str, Any]
    """``NodeDef`` by name."""

    args: tuple[str, ...] = ()
    arg_types: tuple[int, ...] = ()
    """``DataType`` of each argument; 0 where it is generic."""

    arg_shapes: Mapping[int, Shape] = field(default_factory=dict)
    """Shapes that the function was traced with, by the argument's number, where they are stored."""

    returns: tuple[str, ...] = ()
    """Each result as the function's body writes it: ``node:argument:index`` or an argument's name."""

    declared: Mapping[str, Args] = field(default_factory=dict)
    """Output arguments of ops, from the file's own list."""

    is_function: bool = False
    attrs: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Attributes already turned into plain values, by node."""

    def locate(self, text: str) -> tuple[str, int]:
        """Return node (or argument) and flat output index of a tensor's name.

        Raises NotAudited where the index is none.
        """
        name, *rest = text.split(":")
        if not rest:
            return name, 0
        try:
            index = int(rest[-1])
        except ValueError:
            index = -1
        if not 0 <= index < OUTPUTS_LIMIT:
            raise NotAudited(f"the graph refers to a tensor {text!r}")
        node = self.nodes.get(name)
        if len(rest) < 2 or node is None:
            return name, index
        return name, output_index(node, rest[0], index, self.declared)


class Library:
    """All functions of a graph."""

    def __init__(self, graph: Any, declared: Mapping[str, Args] | None = None):
        self.declared = declared or {}
        self.graph = graph
        self.functions = {function.signature.name: function for function in graph.library.function}
        self._bodies: dict[str, Body] = {}

    @cached_property
    def main(self) -> Body:
        """The nodes outside all functions."""
        return Body({node.name: node for node in self.graph.node}, declared=self.declared)

    def body(self, name: str) -> Body | None:
        """Return a function's body, None where the file holds no such function."""
        if name not in self._bodies and name in self.functions:
            self._bodies[name] = self._read(self.functions[name])
        return self._bodies.get(name)

    def _read(self, function: Any) -> Body:
        signature = function.signature
        returns = dict(function.ret)
        missing = [arg.name for arg in signature.output_arg if arg.name not in returns]
        if missing:
            raise NotAudited(f"function {signature.name!r} returns {missing[0]!r}, which nothing computes")
        return Body(
            {node.name: node for node in function.node_def},
            args=tuple(arg.name for arg in signature.input_arg),
            arg_types=tuple(arg.type for arg in signature.input_arg),
            arg_shapes=dict(_traced_shapes(function)),
            returns=tuple(returns[arg.name] for arg in signature.output_arg),
            declared=self._outputs,
            is_function=True,
        )

    @cached_property
    def _outputs(self) -> dict[str, Args]:
        """Output arguments of ops and of functions, which may be called by their own name."""
        own = {
            name: tuple((arg.name, "") for arg in function.signature.output_arg)
            for name, function in self.functions.items()
        }
        return {**self.declared, **own}

    def callees(self, name: str) -> set[str]:
        """Return the functions that a function's nodes name in any attribute or call as an op."""
        return set(called(self.functions[name].node_def, self.functions)) if name in self.functions else set()

    def reachable(self, roots: Iterable[str]) -> set[str]:
        """Return the functions reached from some, themselves included."""
        found: set[str] = set()
        waiting = [name for name in roots if name in self.functions]
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                waiting += [callee for callee in self.callees(name) if callee not in found]
        return found


def _traced_shapes(function: Any) -> Iterator[tuple[int, Shape]]:
    """Yield number and shape of the arguments of which a ``FunctionDef`` tells them."""
    for entry in function.arg_attr:
        if "_output_shapes" in entry.value.attr:
            shapes = list(entry.value.attr["_output_shapes"].list.shape)
            if len(shapes) == 1:
                yield entry.key, shape_of(shapes[0])


CALLING = (
    "PartitionedCall",
    "While",
    "If",
    "Case",
    "For",
    "Dataset",
    "Batch",
    "Map",
    "Remote",
    "Xla",
    "Func",
)
"""Parts of the names of ops that take functions: only their attributes are looked through."""


def called(nodes: Iterable[Any], functions: Mapping[str, Any]) -> Iterator[str]:
    """Yield the function names that nodes refer to, once or more."""
    calling: dict[str, bool] = {}
    for node in nodes:
        op = node.op
        if op not in calling:
            calling[op] = any(part in op for part in CALLING)
        if op in functions:
            yield op
        if calling[op]:
            for value in node.attr.values():
                yield from functions_in(value)


def functions_in(value: Any) -> Iterator[str]:
    """Yield the function names in an ``AttrValue``."""
    kind = value.WhichOneof("value")
    if kind == "func":
        yield value.func.name
    elif kind == "list":
        for function in value.list.func:
            yield function.name
