"""Large members of a zip are read where they stand, and compressed ones from a file without a name."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

import numpy as np
import pytest

from logitcheck.errors import NotAudited
from logitcheck.model import Model
from logitcheck.readers import zip_members
from logitcheck.readers.dispatch import read
from logitcheck.readers.options import DEFAULTS
from logitcheck.readers.window import Reader, Window, size_of
from logitcheck.readers.zip_members import Archive

SAMPLE = Path(__file__).resolve().parents[2] / "sample_models" / "softmax_with_true.keras"
MEMBER = "model.weights.h5"


@pytest.fixture(params=[zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED], ids=["stored", "compressed"])
def archive(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """The sample, its members compressed or not."""
    path = tmp_path / "model.keras"
    with zipfile.ZipFile(SAMPLE) as old, zipfile.ZipFile(path, "w", request.param) as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
    return path


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take every member for a large one."""
    monkeypatch.setattr(zip_members, "IN_MEMORY", 0)
    monkeypatch.setattr(zip_members, "UNPACKED_IN_MEMORY", 0)


def values(model: Model) -> list[np.ndarray]:
    assert model.source is not None
    return [model.source.array(ref.key) for ref in model.weights]


@pytest.mark.usefixtures("small")
def test_a_model_is_the_same_wherever_its_weights_are_read(archive: Path, tmp_path: Path) -> None:
    with Archive(archive, DEFAULTS) as opened:
        place = opened.place(MEMBER)
    assert isinstance(place, Window) and size_of(place) == len(zipfile.ZipFile(archive).read(MEMBER))
    data = zipfile.ZipFile(archive).read(MEMBER)
    assert place.read() == Reader(place).read(0, 1 << 30) == data
    assert Reader(place).read(100, 50) == data[100:150]
    place.close()
    ours, plain = read(archive), read(SAMPLE)
    assert [ref.key for ref in ours.weights] == [ref.key for ref in plain.weights]
    assert all((a == b).all() for a, b in zip(values(ours), values(plain), strict=True))
    assert list(tmp_path.iterdir()) == [archive]


@pytest.mark.usefixtures("small")
def test_a_member_that_is_damaged_or_cut_off_is_told(archive: Path) -> None:
    data = bytearray(archive.read_bytes())
    spot = zipfile.ZipFile(archive).getinfo(MEMBER).header_offset + 200
    data[spot : spot + 8] = bytes(8 * [0x5A])
    archive.write_bytes(data)
    told = [sighting for sighting in read(archive).sightings if sighting.kind == "refused"]
    assert [sighting.where for sighting in told] == [MEMBER]


@pytest.mark.usefixtures("small")
def test_where_no_temporary_file_can_be_made_memory_is_taken(
    archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tempfile.TemporaryFile", refuse)
    assert len(read(archive).weights) == len(read(SAMPLE).weights)


def test_a_file_that_shrinks_while_it_is_read_is_damaged(tmp_path: Path) -> None:
    path = tmp_path / "model.h5"
    shutil.copy(SAMPLE.with_suffix(".h5"), path)
    model = read(path)
    path.write_bytes(path.read_bytes()[:4096])
    with pytest.raises(NotAudited, match="damaged"):
        values(model)
