"""A file is read in pages: few reads, nothing far from what is wanted, and never more than is held."""

from __future__ import annotations

from pathlib import Path
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from logitcheck.readers.dispatch import read
from logitcheck.readers.hdf5_plain.image import COST, HELD, MOST, OVERLAP, PAGE, Image, NotPlain
from logitcheck.readers.hdf5_plain.listing import list_plainly
from logitcheck.readers.options import DEFAULTS
from logitcheck.readers.window import Reader
from tests.readers.hdf5_plain.samples import hdf5, model

DATA = Random(7).randbytes(3 * PAGE + 100)
SAMPLE = Path(__file__).resolve().parents[3] / "sample_models" / "softmax_with_true.h5"


class Reads:
    """Bytes that note which of them are read."""

    def __init__(self, data: bytes):
        self.data = data
        self.places: list[tuple[int, int]] = []

    def __call__(self, start: int, size: int) -> bytes:
        self.places.append((start, size))
        return self.data[start : start + size]


@given(st.lists(st.tuples(st.integers(0, len(DATA)), st.integers(0, 2 * PAGE)), max_size=9))
def test_what_is_taken_is_what_stands_there(places: list[tuple[int, int]]) -> None:
    image = Image(Reads(DATA), len(DATA))
    for start, size in places:
        try:
            found = image.take(start, size, again=True)
        except NotPlain:
            continue
        assert found == DATA[start : start + size] and len(found) == size
    for place in (PAGE - 1, PAGE + OVERLAP - 1, len(DATA) - 2):
        assert Image(Reads(DATA), len(DATA)).take(place, 2) == DATA[place : place + 2]


def test_a_page_is_read_once_and_only_around_what_is_wanted() -> None:
    reads = Reads(DATA)
    image = Image(reads, len(DATA))
    for at in range(PAGE, 2 * PAGE, 100):
        image.take(at, OVERLAP)
    assert reads.places == [(PAGE, PAGE + OVERLAP)]


def test_a_file_that_jumps_about_is_given_up() -> None:
    reads = Reads(b"")
    image = Image(lambda start, size: reads(start, size) + bytes(size), 1 << 40)
    with pytest.raises(NotPlain, match="too much"):
        for index in range(1 << 20):
            image.take(index * PAGE, 1)
    assert len(reads.places) <= MOST // COST


def test_no_more_pages_are_held_than_there_is_room_for() -> None:
    image = Image(lambda start, size: bytes(size), 1 << 40)
    for index in range(HELD + 10):
        image.take(index * PAGE, 8)
        assert len(image._pages) <= HELD


@pytest.mark.parametrize("cut", [0, PAGE - 1, PAGE + 4, PAGE + OVERLAP])
def test_a_file_that_is_cut_while_it_is_read_ends_early(cut: int) -> None:
    image = Image(Reads(DATA[:cut]), len(DATA))
    with pytest.raises(NotPlain):
        image.take(cut - 2 if cut else 0, 8)


def test_a_large_model_is_listed_in_few_reads(tmp_path: Path) -> None:
    path = tmp_path / "model.h5"
    path.write_bytes(hdf5(lambda file: model(file, layers=300)))
    reads: list[int] = []
    reader = Reader(str(path))

    class Counting(Reader):
        def read(self, start: int, size: int) -> bytes:
            reads.append(size)
            return reader.read(start, size)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("logitcheck.readers.hdf5_plain.listing.Reader", Counting)
        assert len(list_plainly(str(path), DEFAULTS).datasets) == 602
    assert len(reads) <= path.stat().st_size // PAGE + 20
    assert sum(reads) < 2 * path.stat().st_size


def test_a_models_file_is_opened_once_for_all_its_arrays_and_closed_with_it() -> None:
    descriptors = Path("/proc/self/fd")
    if not descriptors.is_dir():
        pytest.skip("this system does not list open files")

    def count() -> int:
        return len(list(descriptors.iterdir()))

    before = count()
    loaded = read(SAMPLE)
    assert loaded.source is not None
    assert count() == before
    for ref in loaded.weights:
        assert np.concatenate(list(loaded.source.chunks(ref.key))).size
        assert count() == before + 1
    del loaded
    assert count() == before
