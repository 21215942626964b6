"""The first look at an HDF5 file."""

from __future__ import annotations

import io
from pathlib import Path

import h5py
import pytest

from logitcheck.readers.superblock import plausible


def hdf5(libver: str) -> bytes:
    """A small file, in an old or the newest layout."""
    buffer = io.BytesIO()
    with h5py.File(buffer, "w", libver=libver) as file:
        file["x"] = list(range(100))
    return buffer.getvalue()


@pytest.mark.parametrize("libver", ["earliest", "latest"])
def test_a_whole_file_is_plausible_on_disk_and_in_memory(libver: str, tmp_path: Path) -> None:
    path = tmp_path / "x.h5"
    path.write_bytes(hdf5(libver))
    assert plausible(str(path))
    assert plausible(path.read_bytes())


@pytest.mark.parametrize("libver", ["earliest", "latest"])
def test_a_file_cut_short_is_not(libver: str) -> None:
    assert not plausible(hdf5(libver)[:-1])


def test_an_unknown_version_is_not() -> None:
    data = bytearray(hdf5("earliest"))
    data[8] = 9
    assert not plausible(bytes(data))


@pytest.mark.parametrize("data", [b"", b"\x89HDF\r\n\x1a\n", bytes(200)])
def test_rubbish_is_not(data: bytes) -> None:
    assert not plausible(data)
