"""Builds small graphs, functions, checkpoints and SavedModels for tests, without TensorFlow."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from logitcheck.readers.proto.messages import message_class
from logitcheck.readers.proto.tables import DATA_TYPES
from logitcheck.readers.sstable import MAGIC

DTYPES = {
    "float32": 1,
    "float64": 2,
    "int32": 3,
    "string": 7,
    "int64": 9,
    "bool": 10,
    "bfloat16": 14,
    "float16": 19,
}
RESOURCE = DATA_TYPES.split().index("RESOURCE")


def node(name: str, op: str, *inputs: str, **attrs: Any) -> Any:
    """A NodeDef; str attributes are dtypes, functions are given as ``("func", name)``."""
    made = message_class("NodeDef")(name=name, op=op, input=inputs)
    for key, value in attrs.items():
        _set(made.attr[key], value)
    return made


def _set(attr: Any, value: Any) -> None:
    if isinstance(value, bool):
        attr.b = value
    elif isinstance(value, int):
        attr.i = value
    elif isinstance(value, str):
        attr.type = DTYPES.get(value, RESOURCE)
    elif isinstance(value, bytes):
        attr.s = value
    elif isinstance(value, tuple):
        attr.func.name = value[1]
    elif isinstance(value, list):
        for size in value:
            attr.shape.dim.add(size=size)
        attr.shape.SetInParent()
    else:
        attr.tensor.CopyFrom(value)


def tensor(array: Any, dtype: str = "float32") -> Any:
    """A TensorProto with packed bytes."""
    values = np.array(array, dtype)
    made = message_class("TensorProto")(dtype=DTYPES[dtype], tensor_content=values.tobytes())
    for size in values.shape:
        made.tensor_shape.dim.add(size=size)
    made.tensor_shape.SetInParent()
    return made


def const(name: str, array: Any, dtype: str = "float32") -> Any:
    return node(name, "Const", value=tensor(array, dtype), dtype=dtype)


def function(name: str, args: Sequence[str], returns: Mapping[str, str], *nodes: Any, dtype: int = 1) -> Any:
    """A FunctionDef; ``returns`` maps result names to tensors of its body."""
    made = message_class("FunctionDef")(node_def=nodes)
    made.signature.name = name
    for arg in args:
        made.signature.input_arg.add(name=arg, type=RESOURCE if arg.startswith("var") else dtype)
    for key, value in returns.items():
        made.signature.output_arg.add(name=key, type=dtype)
        made.ret[key] = value
    return made


def traced(made: Any, *sizes: int) -> Any:
    """A FunctionDef that tells the shape of its first argument."""
    shape = made.arg_attr.add(key=0).value.attr["_output_shapes"].list.shape.add()
    for size in sizes:
        shape.dim.add(size=size)
    return made


def graph(*nodes: Any, functions: Sequence[Any] = ()) -> Any:
    made = message_class("GraphDef")(node=nodes)
    made.library.function.extend(functions)
    return made


def signature(inputs: Mapping[str, str], outputs: Mapping[str, str], method: str = "predict") -> Any:
    made = message_class("SignatureDef")(method_name=f"tensorflow/serving/{method}")
    for side, names in ((made.inputs, inputs), (made.outputs, outputs)):
        for key, name in names.items():
            side[key].name = name
            side[key].dtype = 1
            side[key].tensor_shape.dim.add(size=-1)
    return made


def saved_model(
    folder: Path, made: Any, signatures: Mapping[str, Any], tags: Sequence[str] = ("serve",)
) -> Path:
    """Write a SavedModel of one metagraph."""
    message = message_class("SavedModel")(saved_model_schema_version=1)
    meta = message.meta_graphs.add(graph_def=made)
    meta.meta_info_def.tags.extend(tags)
    meta.meta_info_def.tensorflow_version = "9.8.7"
    for name, found in signatures.items():
        meta.signature_def[name].CopyFrom(found)
    folder.mkdir(exist_ok=True)
    (folder / "saved_model.pb").write_bytes(message.SerializeToString())
    return folder


def varint(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes([*out, value])


def snappy(data: bytes) -> bytes:
    """Snappy's format with literals only."""
    pieces = [data[i : i + 60] for i in range(0, len(data), 60)]
    return varint(len(data)) + b"".join(bytes([(len(piece) - 1) << 2]) + piece for piece in pieces)


def block(entries: Sequence[tuple[bytes, bytes]]) -> bytes:
    """A block of a sorted table, keys sharing their prefixes."""
    out, last = bytearray(), b""
    for key, value in entries:
        shared = next((i for i, (a, b) in enumerate(zip(key, last)) if a != b), min(len(key), len(last)))  # noqa: B905
        out += varint(shared) + varint(len(key) - shared) + varint(len(value)) + key[shared:] + value
        last = key
    return bytes(out) + struct.pack("<II", 0, 1)


def table(entries: Sequence[tuple[bytes, bytes]], compressed: bool = False, per_block: int = 3) -> bytes:
    """A sorted table of strings, as TensorFlow writes a checkpoint's index."""
    out, index = bytearray(), []
    for start in range(0, len(entries), per_block):
        part = list(entries[start : start + per_block])
        index.append((part[-1][0], _append(out, block(part), compressed)))
    handle = _append(out, block(index), compressed)
    footer = varint(0) + varint(0) + handle
    return bytes(out) + footer.ljust(40, b"\0") + MAGIC.to_bytes(8, "little")


def _append(out: bytearray, raw: bytes, compressed: bool) -> bytes:
    body = snappy(raw) if compressed else raw
    handle = varint(len(out)) + varint(len(body))
    out += body + bytes([compressed]) + b"\0\0\0\0"
    return handle


def bundle(
    prefix: Path,
    tensors: Mapping[str, tuple[str, Any]],
    shards: int = 1,
    compressed: bool = False,
    endian: int = 0,
) -> None:
    """Write a checkpoint; ``tensors`` maps keys to dtype names and arrays (of raw bits for bfloat16)."""
    header = message_class("BundleHeaderProto")(num_shards=shards, endianness=endian)
    data = [bytearray() for _ in range(shards)]
    entries = [(b"", header.SerializeToString())]
    for number, (key, (dtype, array)) in enumerate(sorted(tensors.items())):
        shard, raw = number % shards, array if isinstance(array, bytes) else array.tobytes()
        entry = message_class("BundleEntryProto")(
            dtype=DTYPES[dtype], shard_id=shard, offset=len(data[shard]), size=len(raw)
        )
        for size in () if isinstance(array, bytes) else array.shape:
            entry.shape.dim.add(size=size)
        data[shard] += raw
        entries.append((key.encode(), entry.SerializeToString()))
    prefix.parent.mkdir(parents=True, exist_ok=True)
    Path(f"{prefix}.index").write_bytes(table(entries, compressed))
    for shard, content in enumerate(data):
        Path(f"{prefix}.data-{shard:05d}-of-{shards:05d}").write_bytes(content)
