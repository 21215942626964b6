"""Attributes that are texts (section IV.A.2.m)."""

from __future__ import annotations

from functools import lru_cache
from math import prod
from struct import Struct
from typing import TYPE_CHECKING

from logitcheck.readers.hdf5_plain.dataspaces import shape_of
from logitcheck.readers.hdf5_plain.datatypes import Kind, kind_of
from logitcheck.readers.hdf5_plain.global_heap import GlobalHeap
from logitcheck.readers.hdf5_plain.image import NotPlain

if TYPE_CHECKING:
    from typing import TypeAlias

HEAD = Struct("<BBHHH")
"""Version, flags, bytes of the name, of the datatype and of the dataspace."""

STARTS = {1: 8, 2: 8, 3: 9}
"""Where the name stands; in version 3 behind its character set."""

REFERENCE = Struct("<IQI")
"""A text in the global heap: its bytes, the collection, the number in it."""


Attribute: TypeAlias = "tuple[Kind, bytes]"
"""How an attribute's values are stored, and they."""


def attributes_of(messages: list[bytes]) -> dict[bytes, Attribute]:
    """Return an object's attributes by name. Raises NotPlain for one not understood or there twice."""
    found: dict[bytes, Attribute] = {}
    for data in messages:
        name, attribute = _attribute(data)
        if name in found:
            raise NotPlain("an attribute twice")
        found[name] = attribute
    return found


def _attribute(data: bytes) -> tuple[bytes, Attribute]:
    name_at, type_at, space_at, start = _places(data[: HEAD.size])
    name = data[name_at]
    if name.find(b"\0") != len(name) - 1 or len(name) < 2 or start > len(data):
        raise NotPlain("an unusual attribute")
    kind, shape = kind_of(data[type_at]), shape_of(data[space_at])
    end = start + (0 if shape is None else prod(shape)) * kind.stored
    if end > len(data):
        raise NotPlain("an unusual attribute")
    return name[:-1], (kind, data[start:end])


@lru_cache(64)
def _places(head: bytes) -> tuple[slice, slice, slice, int]:
    """Return where an attribute's name, datatype and dataspace stand, and where its values begin."""
    version, flags, name_size, type_size, space_size = HEAD.unpack(head)
    if version not in STARTS or flags:
        raise NotPlain("an unusual attribute")
    unit = 8 if version == 1 else 1  # only version 1 fills up to multiples of 8
    name_at = STARTS[version]
    type_at = name_at + _filled(name_size, unit)
    space_at = type_at + _filled(type_size, unit)
    return (
        slice(name_at, name_at + name_size),
        slice(type_at, type_at + type_size),
        slice(space_at, space_at + space_size),
        space_at + _filled(space_size, unit),
    )


def _filled(size: int, unit: int) -> int:
    return (size + unit - 1) // unit * unit


def texts_of(attribute: Attribute, heap: GlobalHeap) -> list[bytes]:
    """Return an attribute's texts as the library gives them; empty where it holds none. Raises NotPlain."""
    kind, data = attribute
    if kind.text == "long":
        return [heap.value(*place).partition(b"\0")[0] for place in REFERENCE.iter_unpack(data)]
    if kind.text != "fixed":
        return []
    texts = [data[at : at + kind.size].rstrip(b"\0") for at in range(0, len(data), kind.size)]
    if any(b"\0" in text for text in texts):  # what stands behind it depends on how the text is said to end
        raise NotPlain("a text after its end")
    return texts
