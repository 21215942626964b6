"""Builds small TensorFlow Lite files for tests: a flatbuffer writer for tables, vectors and strings."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from typing import Any

from logitcheck.readers.tflite_schema import CUSTOM, DTYPES, OPS, PLACEHOLDER

CODES = {name: number for number, name in enumerate(OPS.split())}
TYPES = {name: number for number, name in enumerate(DTYPES.split())}


class Table(dict[int, Any]):
    """Fields by number: ``(code, value)`` for numbers, else Table, str, bytes or a list of one kind."""


def flatbuffer(root: Table, identifier: bytes = b"TFL3") -> bytes:
    """Lay out a tree of tables, every part before what it points to."""
    out = bytearray(b"\0\0\0\0" + identifier)
    struct.pack_into("<I", out, 0, _table(out, root))
    return bytes(out)


def _align(out: bytearray, width: int) -> None:
    out += b"\0" * (-len(out) % width)


def _table(out: bytearray, fields: Table) -> int:
    """Append vtable, table and all they point to; return the table's position."""
    _align(out, 8)
    start, count, size = len(out), max(fields, default=-1) + 1, 8 + 8 * len(fields)
    slots = {number: 8 + 8 * i for i, number in enumerate(sorted(fields))}
    out += struct.pack("<HH", 4 + 2 * count, size)
    out += b"".join(struct.pack("<H", slots.get(number, 0)) for number in range(count))
    _align(out, 8)
    position = len(out)
    out += struct.pack("<i", position - start) + bytes(size - 4)
    for number, value in fields.items():
        place = position + slots[number]
        if isinstance(value, tuple):
            struct.pack_into(f"<{value[0]}", out, place, value[1])
        else:
            target = _object(out, value)
            struct.pack_into("<I", out, place, target - place)
    return position


def _object(out: bytearray, value: Any) -> int:
    if isinstance(value, Table):
        return _table(out, value)
    _align(out, 8)
    out += b"\0" * 4  # so that the items after the length are aligned to 8
    if isinstance(value, str | bytes):
        raw = value.encode() if isinstance(value, str) else value
        out += struct.pack("<I", len(raw)) + raw + b"\0"
        return len(out) - len(raw) - 5
    position = len(out)
    out += struct.pack("<I", len(value))
    if value and isinstance(value[0], Table):
        first = len(out)
        out += bytes(4 * len(value))
        for index, item in enumerate(value):
            place = first + 4 * index
            target = _table(out, item)
            struct.pack_into("<I", out, place, target - place)
        return position
    code = "f" if value and isinstance(value[0], float) else "q" if isinstance(value, Long) else "i"
    out += struct.pack(f"<{len(value)}{code}", *value)
    return position


class Long(list[int]):
    """A vector of 64-bit integers."""


def tensor(
    name: str, shape: Sequence[int], dtype: str = "float32", buffer: int = 0, **quantised: Any
) -> Table:
    made = Table({0: [max(size, 1) for size in shape], 1: ("b", TYPES[dtype]), 2: ("I", buffer), 3: name})
    made[7] = list(shape)
    if quantised:
        scale, zero = quantised["scale"], quantised["zero"]
        made[4] = Table({2: list(scale), 3: Long(zero), 6: ("i", quantised.get("axis", 0))})
    return made


def operator(code: int, inputs: Sequence[int], outputs: Sequence[int], options: Table | None = None) -> Table:
    made = Table({0: ("I", code), 1: list(inputs), 2: list(outputs)})
    return made if options is None else Table({**made, 4: options})


def model(
    kinds: Sequence[str],
    tensors: Sequence[Table],
    operators: Sequence[Table],
    ends: tuple[Sequence[int], Sequence[int]],
    buffers: Sequence[bytes] = (),
    signature: tuple[str, Mapping[str, int], Mapping[str, int]] | None = None,
) -> bytes:
    """A file with one subgraph; buffer 0 is empty, as the format wants it."""
    graph = Table({0: list(tensors), 1: list(ends[0]), 2: list(ends[1]), 3: list(operators)})
    root = Table({0: ("I", 3), 1: [_code(kind) for kind in kinds], 2: [graph]})
    root[4] = [Table({}), *(Table({0: data}) for data in buffers)]
    if signature is not None:
        key, *sides = signature
        maps = [[Table({0: name, 1: ("I", number)}) for name, number in side.items()] for side in sides]
        root[7] = [Table({0: maps[0], 1: maps[1], 2: key, 4: ("I", 0)})]
    return flatbuffer(root)


def _code(kind: str) -> Table:
    if kind.startswith("custom "):
        return Table({0: ("b", CUSTOM), 1: kind.removeprefix("custom "), 3: ("i", CUSTOM)})
    return Table({0: ("b", min(CODES[kind], PLACEHOLDER)), 3: ("i", CODES[kind])})
