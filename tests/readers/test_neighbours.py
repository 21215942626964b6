"""Tensors read in blocks hold what they hold when each is read alone."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from logitcheck.analysis.weights import WeightScan, scan
from logitcheck.errors import NotAudited
from logitcheck.model import Model
from logitcheck.readers import neighbours
from logitcheck.readers.hdf5_contents import Contents, Dataset
from logitcheck.readers.hdf5_door import contents_of
from logitcheck.readers.options import DEFAULTS
from logitcheck.readers.weight_store import Hdf5Weights, weight_refs
from logitcheck.readers.window import Place, Reader, Window

LENGTHS = (1, 3, 1, 700, 5000, 64, 0, 2, 9000, 17)
DTYPES = ("<f4", "<f4", "<f2", "<f4", "<f8", "<i4", ">f4")


@pytest.fixture
def stored(tmp_path: Path) -> Path:
    """A file of arrays of many lengths and dtypes, two with numbers that are not finite."""
    random = np.random.default_rng(0)
    path = tmp_path / "model.h5"
    with h5py.File(path, "w") as file:
        for place in range(60):
            length, dtype = LENGTHS[place % len(LENGTHS)], DTYPES[place % len(DTYPES)]
            values = (random.standard_normal(length) * 100).astype(dtype)
            if place in (18, 43):
                values[-1] = np.nan if place == 18 else np.inf
            file.create_dataset(f"layer_{place:02}/kernel", data=values)
    return path


class Alone:
    """A source that reads every tensor alone."""

    def __init__(self, source: Hdf5Weights):
        self.chunks, self.array = source.chunks, source.array


def scanned(place: Place, contents: Contents, *, together: bool) -> Mapping[str, WeightScan]:
    source = Hdf5Weights(place, contents)
    return scan(
        Model("m", "keras-hdf5", weights=weight_refs(contents), source=source if together else Alone(source))
    )


def places(path: Path) -> Iterator[Place]:
    yield str(path)
    yield path.read_bytes()
    yield Window(os.open(path, os.O_RDONLY), 0, path.stat().st_size)


@pytest.mark.parametrize("size", [64, 4096, neighbours.SIZE])
def test_blocks_tell_what_every_tensor_tells(
    stored: Path, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(neighbours, "SIZE", size)
    for place in places(stored):
        contents = contents_of(place, DEFAULTS)
        found = scanned(place, contents, together=True)
        assert found == scanned(place, contents, together=False)
        assert len([entry for entry in found.values() if entry.first is not None]) == 2


def test_neighbours_are_read_at_once(stored: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reads: list[int] = []
    fill = Reader.fill

    def counted(self: Reader, start: int, view: memoryview) -> bool:
        reads.append(len(view))
        return fill(self, start, view)

    monkeypatch.setattr(Reader, "fill", counted)
    contents = contents_of(str(stored), DEFAULTS)
    arrays = [item for item in contents.datasets if item.layout == "<f4"]
    got = [name for names, *_ in neighbours.blocks(Reader(str(stored)), arrays) for name in names]
    assert len(got) == len({item.path for item in arrays if item.nbytes})
    assert len(reads) < len(got) / 2 and max(reads) <= neighbours.SIZE


def test_tensors_that_overlap_or_are_not_aligned_are_read_apart(tmp_path: Path) -> None:
    path = tmp_path / "numbers"
    numbers = np.arange(64, dtype="<f4")
    path.write_bytes(b"\0" * 8 + numbers.tobytes())
    arrays = [array("a", 8, 16), array("b", 16, 32), array("c", 50, 8), array("d", 96, 8)]
    found: dict[str, Any] = {}
    for names, bounds, values in neighbours.blocks(Reader(str(path)), arrays):
        for name, start, end in zip(names, bounds[::2], bounds[1::2], strict=True):
            found[name] = values[start:end].tolist()
    assert (found["a"], found["b"], found["d"]) == ([0, 1, 2, 3], list(range(2, 10)), [22, 23])
    assert found["c"] == np.frombuffer(path.read_bytes(), "<f4", 2, 50).tolist()


def array(path: str, offset: int, nbytes: int) -> Dataset:
    return Dataset(path, (nbytes // 4,), "float32", nbytes, offset, "<f4")


def test_a_file_that_ends_before_its_arrays_is_damaged(stored: Path) -> None:
    contents = contents_of(str(stored), DEFAULTS)
    data = stored.read_bytes()
    last = max(item.offset + item.nbytes for item in contents.datasets if item.offset)
    cut = data[: last - 8]
    with pytest.raises(NotAudited):
        list(neighbours.blocks(Reader(cut), contents.datasets))
    found = scanned(cut, contents, together=True)
    assert found == scanned(cut, contents, together=False)
    assert [entry.ref.key for entry in found.values() if entry.unreadable]
