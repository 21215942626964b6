"""Structures made to keep their reader busy end it soon."""

from __future__ import annotations

import struct
from struct import pack
from typing import Any

import pytest

from logitcheck.readers.hdf5_plain.attributes import attributes_of
from logitcheck.readers.hdf5_plain.dataspaces import shape_of
from logitcheck.readers.hdf5_plain.datatypes import kind_of
from logitcheck.readers.hdf5_plain.global_heap import GlobalHeap
from logitcheck.readers.hdf5_plain.groups import Groups
from logitcheck.readers.hdf5_plain.image import MOST, UNDEFINED, Image, NotPlain
from logitcheck.readers.hdf5_plain.listing import list_plainly
from logitcheck.readers.hdf5_plain.object_header import read_header
from logitcheck.readers.hdf5_plain.start import Start
from logitcheck.readers.options import DEFAULTS
from logitcheck.readers.window import Reader
from tests.readers.hdf5_plain.samples import PLAIN, hdf5

FLOAT = bytes.fromhex("11201f000400000000002000170800177f000000")


def image(data: bytes) -> Image:
    return Image(Reader(data).read, len(data))


def padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % 8)


def header(*messages: tuple[int, bytes], count: int | None = None) -> bytes:
    """An object header of version 1."""
    body = b"".join(pack("<HHB3x", kind, len(padded(data)), 0) + padded(data) for kind, data in messages)
    return pack("<BxHII4x", 1, len(messages) if count is None else count, 1, len(body)) + body


def tree(level: int, *children: int) -> bytes:
    """A B-tree node whose keys are all the heap's first name, in a tree of at most 4 children."""
    pairs = b"".join(pack("<QQ", 0, child) for child in children)
    head = b"TREE" + pack("<BBHQQ", 0, level, len(children), UNDEFINED, UNDEFINED)
    return (head + pairs + bytes(8)).ljust(24 + 16 * 4 + 8, b"\0")


def heap(at: int, free: int, data: bytes) -> bytes:
    return b"HEAP" + pack("<4xQQQ", len(data), free, at + 32) + data


def test_a_header_that_goes_on_in_itself() -> None:
    looping = image(header((0x10, pack("<QQ", 16, 24)), count=65535))
    with pytest.raises(NotPlain):
        read_header(looping, 0)


@pytest.mark.parametrize("length", [0, 4, 12])
def test_a_header_that_goes_on_in_less_than_a_message(length: int) -> None:
    data = header((0x10, pack("<QQ", 40, length)), count=2) + pack("<HHB3x", 0x5, 8, 0) + b"the fill"
    with pytest.raises((NotPlain, struct.error)):  # both mean not plain to list_plainly()
        read_header(image(data), 0)


def test_a_header_that_goes_on_in_another_one() -> None:
    both = image(header((0x10, pack("<QQ", 40, 24))) + header((0, bytes(24))))
    read_header(both, 40)
    with pytest.raises(NotPlain):
        read_header(both, 0)


def test_a_header_that_goes_on_elsewhere() -> None:
    data = header((0x10, pack("<QQ", 40, 16)), count=2) + pack("<HHB3x", 0x5, 8, 0) + b"the fill"
    assert read_header(image(data), 0)[0] == {0x5: b"the fill"}


def test_two_groups_that_share_a_heap() -> None:
    data = tree(0) + tree(0)
    at = len(data)
    groups = Groups(image(data + heap(at, 1, bytes(16))), Start(2, 2, 0))
    assert groups.links(0, at) == []
    with pytest.raises(NotPlain):
        groups.links(at // 2, at)


def test_a_header_whose_messages_are_more_or_fewer_than_announced() -> None:
    nothing = (0, bytes(8))
    assert not any(read_header(image(header(nothing, nothing)), 0))
    for count in (1, 3):
        with pytest.raises(NotPlain):
            read_header(image(header(nothing, nothing, count=count)), 0)


@pytest.mark.parametrize("kind", [0x2, 0x6, 0x7, 0xA, 0xB, 0xF, 0x15, 0x17, 0xFFFF])
def test_messages_that_are_not_known(kind: int) -> None:
    with pytest.raises(NotPlain):
        read_header(image(header((kind, bytes(16)))), 0)


@pytest.mark.parametrize("level", [0, 1, 2, 200])
def test_a_tree_that_is_its_own_branch(level: int) -> None:
    data = tree(level, 0)
    data += heap(len(data), 1, bytes(16))
    with pytest.raises(NotPlain):
        Groups(image(data), Start(2, 2, 0)).links(0, data.index(b"HEAP"))


def test_a_heap_whose_free_blocks_go_in_a_circle() -> None:
    data = tree(0)
    at = len(data)
    sound = data + heap(at, 1, bytes(32))
    assert Groups(image(sound), Start(2, 2, 0)).links(0, at) == []
    circle = data + heap(at, 8, bytes(8) + pack("<QQ", 8, 16) + bytes(8))
    with pytest.raises(NotPlain):
        Groups(image(circle), Start(2, 2, 0)).links(0, at)


def test_a_text_that_is_read_over_and_over() -> None:
    text = bytes(3000)
    data = b"GCOL" + pack("<B3xQ", 1, 4096) + pack("<HH4xQ", 1, 1, len(text)) + text
    data += pack("<HH4xQ", 0, 0, 4096 - len(data))
    shared = GlobalHeap(image(data.ljust(4096, b"\0")))
    assert shared.value(len(text), 0, 1) == text
    with pytest.raises(NotPlain):
        for _ in range(1000):
            shared.value(len(text), 0, 1)


def test_what_is_free_in_a_heap_is_no_empty_text() -> None:
    data = b"GCOL" + pack("<B3xQ", 1, 4096) + pack("<HH4xQ", 0, 0, 4096 - 16)
    shared = GlobalHeap(image(bytes(8) + data.ljust(4096, b"\0")))
    with pytest.raises(NotPlain):
        shared.value(0, 8, 0)


@pytest.mark.parametrize("length", [0, 15, 4096, UNDEFINED])
def test_a_heap_whose_objects_do_not_fit(length: int) -> None:
    data = b"GCOL" + pack("<B3xQ", 1, 4096) + pack("<HH4xQ", 0, 0, length)
    with pytest.raises(NotPlain):
        GlobalHeap(image(data.ljust(4096, b"\0"))).value(1, 0, 1)


def test_a_heap_whose_end_is_free_twice() -> None:
    one = b"GCOL" + pack("<B3xQ", 1, 4096) + pack("<HH4xQ", 1, 1, 1) + b"x".ljust(8, b"\0")
    for rest, sound in ((0, True), (8, False)):
        data = one + pack("<HH4xQ", 0, 0, 4096 - len(one) - rest)
        shared = GlobalHeap(image(data.ljust(4096, b"\0")))
        if sound:
            assert shared.value(1, 0, 1) == b"x"
        else:
            with pytest.raises(NotPlain):
                shared.value(1, 0, 1)


def test_no_file_is_looked_at_without_end() -> None:
    large = Image(Reader(b"").read, 1 << 50)
    with pytest.raises(NotPlain):
        large.take(0, MOST + 1)
    small = image(bytes(100))
    with pytest.raises(NotPlain):
        for _ in range(1000):
            small.take(0, 100, again=True)


def test_an_address_is_of_one_structure() -> None:
    both = image(bytes(100))
    both.take(8, 8)
    both.take(8, 16, again=True)
    for read in (lambda: both.take(8, 8), lambda: both.claim(8)):
        with pytest.raises(NotPlain, match="two structures"):
            read()


@pytest.mark.parametrize(("address", "size"), [(100, 1), (0, 101), (UNDEFINED, 1), (99, UNDEFINED)])
def test_addresses_outside_the_file(address: int, size: int) -> None:
    with pytest.raises(NotPlain):
        image(bytes(100)).take(address, size)


@pytest.mark.parametrize(
    "data",
    [
        pack("<4B", 1, 33, 0, 0) + bytes(4 + 8 * 33),
        pack("<4B", 1, 1, 2, 0) + bytes(20),
        pack("<4B", 2, 1, 0, 0) + bytes(8),
        pack("<4B", 2, 0, 0, 3),
        pack("<4B4xQ", 1, 1, 0, 0, 1 << 41),
        pack("<4B4xQQ", 1, 1, 1, 0, 3, UNDEFINED),
        pack("<4B", 3, 0, 0, 0),
    ],
)
def test_shapes_that_are_not_known(data: bytes) -> None:
    with pytest.raises(NotPlain):
        shape_of(data)


def test_every_bit_of_a_type_counts() -> None:
    assert kind_of(FLOAT).layout == "<f4"
    for bit in range(8 * len(FLOAT)):
        changed = bytearray(FLOAT)
        changed[bit // 8] ^= 1 << bit % 8
        try:
            assert kind_of(bytes(changed)).layout == ">f4"
        except NotPlain:
            continue


def test_an_attribute_twice() -> None:
    one = (
        pack("<BBHHH", 1, 0, 2, 8, 8) + padded(b"a\0") + pack("<BBHI", 0x13, 0, 0, 3) + bytes([1]) + bytes(7)
    )
    data = one + padded(b"abc")
    assert attributes_of([data])[b"a"][1] == b"abc"
    with pytest.raises(NotPlain):
        attributes_of([data, data])


def test_a_file_of_nothing_but_attributes() -> None:
    def fill(file: Any) -> None:
        for index in range(1500):
            file.attrs.create(f"{index}", None, dtype="f4")

    data = hdf5(fill)
    with pytest.raises(NotPlain, match="too much"):
        list_plainly(data, DEFAULTS)


def test_random_bytes_are_never_listed_and_never_raise_anything_else() -> None:
    seed = PLAIN["model"]
    for start in range(0, len(seed), 256):
        for filling in (b"\0", b"\xff", seed[:256]):
            data = seed[:start] + (filling * 256)[:256] + seed[start + 256 :]
            try:
                list_plainly(data, DEFAULTS)
            except NotPlain:
                continue
