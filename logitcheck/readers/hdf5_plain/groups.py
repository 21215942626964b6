"""The links of a group: its B-tree, whose leaves are symbol nodes, and its heap of names.

Sections III.A.1 (B-tree, version 1), III.B (symbol node), III.C (symbol table entry), III.D (local heap).
"""

from __future__ import annotations

from functools import lru_cache
from struct import Struct
from typing import TYPE_CHECKING

from logitcheck.readers.hdf5_plain.image import Image, NotPlain
from logitcheck.readers.hdf5_plain.start import Start

if TYPE_CHECKING:
    from typing import TypeAlias

TREE = Struct("<4sBBH16x")
"""Signature, type, level, children in use; the siblings are not needed."""

NODE = Struct("<4sBxH")
"""Signature, version, symbols in use."""

ENTRY = Struct("<QQI20x")
"""A symbol: where its name stands in the heap, the object's address, what is cached of it."""

HEAP = Struct("<4sB3xQQQ")
"""Signature, version, bytes of names, the first free block, address of the names."""

FREE = Struct("<QQ")
"""A free block of the heap: the next one, bytes of this one."""

TABLE = Struct("<QQ")
"""What a group's header says: the addresses of its B-tree and of its heap (section IV.A.2.r)."""

NO_MORE = 1
"""Stands where the next free block would."""

MAX_LEVEL = 8
MAX_NAMES = 4 << 20
"""Bytes of a heap."""

MAX_FREE = 64
MAX_NAME = 1024
"""Bytes of one name."""


Link: TypeAlias = "tuple[bytes, int]"
"""A hard link: its name, and the address of its object."""


class Groups:
    """Reads the links of one group after another."""

    def __init__(self, image: Image, start: Start):
        """``start`` says how large nodes are."""
        self._image = image
        self._children = 2 * start.node_k
        self._symbols = 2 * start.leaf_k
        self._node_size = TREE.size + 16 * self._children + 8
        self._leaf_size = NODE.size + ENTRY.size * self._symbols

    def links(self, tree: int, heap: int) -> list[Link]:
        """Return a group's links in the order of their names. Raises NotPlain."""
        return self._below(tree, self._names(heap), None)

    def _names(self, heap: int) -> bytes:
        """Return a heap's bytes, its list of free blocks checked as the library does."""
        signature, version, size, free, address = HEAP.unpack(self._image.take(heap, HEAP.size))
        if signature != b"HEAP" or version or size > MAX_NAMES:
            raise NotPlain("an unknown heap")
        inside = address == heap + HEAP.size  # then the library reads both as one
        names = self._image.take(address, size, inside)
        for _ in range(MAX_FREE):
            if free == NO_MORE:
                return names
            if not free or free + FREE.size > size:
                raise NotPlain("a free block outside its heap")
            following, length = FREE.unpack_from(names, free)
            if free + length > size:
                raise NotPlain("a free block outside its heap")
            free = following
        raise NotPlain("too many free blocks")

    def _below(self, address: int, names: bytes, expected: int | None) -> list[Link]:
        """Return the links below a tree's node; as deep as levels, of which each is one below the last."""
        level, keys, children = self._node(address)
        if expected not in (None, level) or (expected is not None and not children):
            raise NotPlain("an unusual B-tree")
        found: list[Link] = []
        low = _name(names, keys[0]) if children else b""
        for key, child in zip(keys[1:], children, strict=True):
            part = self._below(child, names, level - 1) if level else self._leaf(child, names)
            # The library finds a name by these keys; it would not find one on the wrong side. So names that
            # are in order in every leaf are in order in all.
            high = _name(names, key)
            if not low < part[0][0] or part[-1][0] > high:
                raise NotPlain("a name on the wrong side of a key")
            found += part
            low = high
        return found

    def _node(self, address: int) -> tuple[int, tuple[int, ...], tuple[int, ...]]:
        """Return a tree node's level, its keys (places in the heap) and its children."""
        data = self._image.take(address, self._node_size)
        signature, kind, level, used = TREE.unpack_from(data)
        if signature != b"TREE" or kind or used > self._children or level > MAX_LEVEL:
            raise NotPlain("an unknown B-tree")
        fields = _fields(used).unpack_from(data, TREE.size)
        return level, fields[::2], fields[1::2]

    def _leaf(self, address: int, names: bytes) -> list[Link]:
        """Return the links of a symbol node in the order of their names; at least one."""
        data = self._image.take(address, self._leaf_size)
        signature, version, used = NODE.unpack_from(data)
        if signature != b"SNOD" or version != 1 or not 0 < used <= self._symbols:
            raise NotPlain("an unknown symbol node")
        found: list[Link] = []
        size, last = 0, b""
        for place, child, cached in ENTRY.iter_unpack(data[NODE.size : NODE.size + ENTRY.size * used]):
            name = _name(names, place)
            if cached > 1 or name == b"." or b"/" in name:  # 2 is a soft link
                raise NotPlain("an unusual link")
            if name <= last:
                raise NotPlain("names out of order, or none")
            last = name
            size += len(name)
            found.append((name, child))
        self._image.charge(2 * size)  # names may overlap in the heap, and each becomes part of a path
        return found


@lru_cache(64)
def _fields(children: int) -> Struct:
    """A tree node's keys and children in turn, keys first and last."""
    return Struct(f"<{2 * children + 1}Q")


def _name(names: bytes, place: int) -> bytes:
    end = names.find(b"\0", place, place + MAX_NAME + 1)
    if end < 0:
        raise NotPlain("a name without an end")
    return names[place:end]
