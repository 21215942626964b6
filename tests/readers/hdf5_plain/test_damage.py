"""Damaged files: what is still listed plainly is what the library lists."""

from __future__ import annotations

import json
from collections.abc import Iterator
from random import Random

import pytest

from logitcheck.errors import NotAudited
from logitcheck.readers.hdf5_access import list_contents
from logitcheck.readers.hdf5_contents import Contents
from logitcheck.readers.hdf5_isolated import _contents, _plain
from logitcheck.readers.hdf5_plain.image import NotPlain
from logitcheck.readers.hdf5_plain.listing import list_plainly
from logitcheck.readers.limited_child import LimitedChild
from logitcheck.readers.options import DEFAULTS
from tests.readers.hdf5_plain.samples import PLAIN

SEEDS = ("model", "every_number", "every_space", "every_text", "hard_links", "attributes_in_blocks")
ROUNDS = 150


def damaged(data: bytes, random: Random) -> bytes:
    """A copy in which 1 to 3 bytes or addresses are others, not the bytes of 0 that are mostly filling."""
    changed = bytearray(data)
    places = [at for at, byte in enumerate(data) if byte]
    for _ in range(random.choice([1, 1, 1, 2, 3])):
        at = random.choice(places)
        match random.randrange(4):
            case 0:
                changed[at] ^= 1 << random.randrange(8)
            case 1:
                changed[at] = random.choice([0, 1, 2, 3, 8, 16, 127, 255])
            case 2:
                source = random.randrange(len(data))
                changed[at : at + 8] = data[source : source + 8]
            case _:
                word = at // 8 * 8
                changed[word : word + 8] = (random.randrange(len(data)) // 8 * 8).to_bytes(8, "little")
    return bytes(changed[: len(data)])


def listed_plainly(seed: bytes, random: Random) -> Iterator[tuple[bytes, Contents]]:
    """Damaged files that are listed all the same."""
    for _ in range(ROUNDS):
        data = damaged(seed, random)
        try:
            yield data, list_plainly(data, DEFAULTS)
        except NotPlain:
            continue


@pytest.mark.parametrize("name", SEEDS)
def test_a_damaged_file_is_listed_as_by_the_library_or_not(name: str) -> None:
    cases = list(listed_plainly(PLAIN[name], Random(name)))
    assert 0 < len(cases) < ROUNDS

    def by_the_library() -> Iterator[bytes]:
        for data, _ in cases:
            yield json.dumps(_plain(list_contents(data, DEFAULTS))).encode()

    with LimitedChild(by_the_library, "the damaged file", seconds=60) as child:
        for (data, found), answer in zip(cases, child.pieces(), strict=True):
            assert vars(found) | {"starts_at_zero": False} == vars(_contents(answer)), data


@pytest.mark.parametrize("name", ["model", "every_space"])
def test_a_file_cut_short_is_never_listed(name: str) -> None:
    data = PLAIN[name]
    for size in range(0, len(data), 97):
        with pytest.raises(NotPlain):
            list_plainly(data[:size], DEFAULTS)


def test_a_file_that_is_gone_is_not_listed() -> None:
    with pytest.raises(NotPlain):
        list_plainly("/nowhere/model.h5", DEFAULTS)


def test_the_library_has_the_last_word_on_damage() -> None:
    from logitcheck.readers.hdf5_door import contents_of

    with pytest.raises(NotAudited) as caught:
        contents_of(PLAIN["model"][:1500], DEFAULTS)
    assert caught.value.code == "LC502"
