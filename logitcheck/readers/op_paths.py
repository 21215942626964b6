"""File names written into a graph: what its checkpoint, table and print ops use where nobody feeds them
another.

A sound SavedModel feeds these names: the saver's through ``SaverDef.filename_tensor_name``, a table's
through its entry in ``asset_file_def``; both stand in the graph as constants all the same.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from logitcheck.model import Sighting

NAME_INPUT = {
    "Save": 0, "SaveV2": 0, "SaveSlices": 0, "Restore": 0, "RestoreV2": 0, "RestoreSlice": 0,
    "MergeV2Checkpoints": 1, "InitializeTableFromTextFile": 1, "InitializeTableFromTextFileV2": 1,
}  # fmt: skip
"""Op → which of its inputs is the file's name."""

PASSING = ("Identity", "StringJoin", "ShardedFilename", "Pack", "Reshape", "ExpandDims", "Squeeze")
"""Ops behind which the name is still (part of) a constant."""

MAX_STEPS = 16
FILE_STREAM = b"file://"


def written_paths(graph: Any, fed: Collection[str] = ()) -> Iterator[Sighting]:
    """Yield an ``op`` sighting with ``path`` for every such op whose constant file name is not fed."""
    yield from _in_body(graph.node, "", fed)
    for function in graph.library.function:
        yield from _in_body(function.node_def, f"{function.signature.name}/", ())


def fed_names(meta_graph: Any) -> set[str]:
    """Return the nodes of a metagraph that the loader feeds with file names of its own."""
    names = {meta_graph.saver_def.filename_tensor_name}
    names |= {asset.tensor_info.name for asset in meta_graph.asset_file_def}
    return {name.partition(":")[0] for name in names if name}


def _in_body(nodes: Iterable[Any], prefix: str, fed: Collection[str]) -> Iterator[Sighting]:
    nodes = list(nodes)
    used = [node for node in nodes if node.op in NAME_INPUT or node.op == "PrintV2"]
    by_name = {node.name: node for node in nodes} if used else {}
    for node in used:
        path = _stream(node) if node.op == "PrintV2" else _constant(node, NAME_INPUT[node.op], by_name, fed)
        if path:
            yield Sighting("op", prefix + node.name, node.op, {"path": path.decode("utf-8", "replace")})


def _stream(node: Any) -> bytes:
    stream: bytes = node.attr["output_stream"].s
    return stream if stream.startswith(FILE_STREAM) else b""


def _constant(node: Any, index: int, by_name: Mapping[str, Any], fed: Collection[str]) -> bytes:
    """Return the constant behind an input, b"" where it is fed or computed."""
    data = [name for name in node.input if not name.startswith("^")]
    pending = data[index : index + 1]
    for _ in range(MAX_STEPS):
        if not pending:
            return b""
        name = pending.pop(0).partition(":")[0]
        source = by_name.get(name)
        if source is None or name in fed:
            return b""
        if source.op == "Const":
            return b"".join(source.attr["value"].tensor.string_val[:1])
        if source.op in PASSING:
            pending += [name for name in source.input if not name.startswith("^")]
    return b""
