"""The isolated readings answer as the direct ones do."""

from __future__ import annotations

import json
from pathlib import Path

import h5py
import numpy as np
import pytest

from logitcheck.errors import NotAudited
from logitcheck.readers import hdf5_access
from logitcheck.readers.hdf5_contents import Contents
from logitcheck.readers.hdf5_isolated import contents_from, listing, read_isolated
from logitcheck.readers.options import ReadOptions


def list_isolated(place: str | bytes, options: ReadOptions) -> Contents:
    """The listing, started and awaited."""
    with listing(place, options) as child:
        return contents_from(child)


@pytest.fixture
def file(tmp_path: Path) -> str:
    """A file with two arrays, an attribute and a link that leads elsewhere."""
    path = tmp_path / "x.h5"
    with h5py.File(path, "w") as out:
        out.attrs["model_config"] = json.dumps({"class_name": "Sequential"})
        out["group/large"] = np.arange(700_000, dtype="f8").reshape(700, 1000)
        out["group/small"] = np.float32(3)
        out["away"] = h5py.ExternalLink("other.h5", "/x")
    return str(path)


def test_the_listing_is_the_same(file: str) -> None:
    assert list_isolated(file, ReadOptions()) == hdf5_access.list_contents(file, ReadOptions())


@pytest.mark.parametrize("path", ["group/large", "group/small"])
def test_the_values_are_the_same(file: str, path: str) -> None:
    direct = np.concatenate(list(hdf5_access.read_chunks(file, path)))
    isolated = np.concatenate(list(read_isolated(file, path)))
    assert isolated.dtype == direct.dtype
    np.testing.assert_array_equal(isolated, direct)


def test_a_missing_array_is_a_key_error(file: str) -> None:
    with pytest.raises(KeyError):
        list(read_isolated(file, "group/none"))


def test_a_damaged_file_is_refused(file: str) -> None:
    data = bytearray(Path(file).read_bytes())
    data[100:2000] = bytes(1900)
    with pytest.raises(NotAudited):
        list_isolated(bytes(data), ReadOptions())
