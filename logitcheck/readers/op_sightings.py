"""Every op that a graph names anywhere: in functions, and in graphs packed into strings for datasets."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from logitcheck.errors import NotAudited
from logitcheck.model import Sighting
from logitcheck.readers.proto.messages import parse

NESTED_DEPTH = 4
STRING = 7
NAME = re.compile(r"[A-Za-z_>][\w>./-]*$")
PACKED = ("Dataset", "Iterator", "TRTEngine", "RemoteFused", "Xla")
"""Parts of the names of ops whose attributes may hold a serialised graph."""


def op_sightings(graph: Any, place: str = "") -> Iterator[Sighting]:
    """Yield one sighting for each op name, where it is first used. Functions called by name are no ops."""
    functions = {function.signature.name for function in graph.library.function}
    for op, where in sorted(_first_places(graph, place, 0).items()):
        if op not in functions:
            yield Sighting("op", where, op)


def _first_places(graph: Any, place: str, depth: int) -> dict[str, str]:
    found: dict[str, str] = {}
    packed: list[tuple[str, bytes]] = []
    for prefix, nodes in _bodies(graph, place):
        ops: dict[str, str] = {}
        for node in nodes:
            op = node.op
            if op not in ops:
                ops[op] = node.name
            if op == "Const" or any(part in op for part in PACKED):
                packed += [(prefix + node.name, raw) for raw in _packed(node)]
        found = {**{op: prefix + name for op, name in ops.items()}, **found}
    for where, raw in packed if depth < NESTED_DEPTH else ():
        found = {**_nested(raw, where, depth), **found}
    return found


def _bodies(graph: Any, place: str) -> Iterator[tuple[str, Iterable[Any]]]:
    yield place, graph.node
    for function in graph.library.function:
        yield f"{place}{function.signature.name}/", function.node_def


def _packed(node: Any) -> Iterator[bytes]:
    """Yield the strings of a node that begin like a serialised graph: field 1, some bytes."""
    value = node.attr.get("value") if node.op == "Const" else None
    if value is not None:
        if value.tensor.dtype == STRING:
            yield from (raw for raw in value.tensor.string_val if raw[:1] == b"\n")
    elif node.op != "Const":
        for attr in node.attr.values():
            if attr.s[:1] == b"\n":
                yield attr.s


def _nested(raw: bytes, where: str, depth: int) -> dict[str, str]:
    try:
        graph = parse("GraphDef", raw, where)
    except NotAudited:
        return {}
    if not graph.node or not all(node.name and NAME.match(node.op) for node in graph.node):
        return {}
    return _first_places(graph, f"{where}/", depth + 1)
