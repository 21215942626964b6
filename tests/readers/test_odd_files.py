"""Paths that are no plain files, files that are mostly holes, folders that lead back into themselves."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from logitcheck.errors import NotAudited
from logitcheck.paths import expand
from logitcheck.readers import tflite
from logitcheck.readers.dispatch import read

SAMPLES = Path(__file__).resolve().parents[2] / "sample_models"
TERABYTE = 1 << 40


def fifo(place: Path) -> Path:
    os.mkfifo(place / "model.h5")
    return place / "model.h5"


def device(place: Path) -> Path:
    (place / "model.h5").symlink_to("/dev/zero")
    return place / "model.h5"


def link_to_nowhere(place: Path) -> Path:
    (place / "model.keras").symlink_to("nowhere")
    return place / "model.keras"


def link_to_itself(place: Path) -> Path:
    (place / "model.keras").symlink_to("model.keras")
    return place / "model.keras"


def graph_that_is_a_fifo(place: Path) -> Path:
    os.mkfifo(place / "saved_model.pb")
    return place


def index_that_is_a_device(place: Path) -> Path:
    folder = Path(shutil.copytree(SAMPLES / "softmax_saved_model", place / "model"))
    index = folder / "variables" / "variables.index"
    index.unlink()
    index.symlink_to("/dev/zero")
    return folder


def holes(head: bytes, name: str) -> Callable[[Path], Path]:
    def make(place: Path) -> Path:
        (place / name).write_bytes(head)
        os.truncate(place / name, TERABYTE)
        return place / name

    make.__name__ = f"terabyte-{name}-{len(head)}"
    return make


def folder_of_holes(name: str) -> Callable[[Path], Path]:
    def make(place: Path) -> Path:
        holes(b"\x08\x01\x12\x10", name)(place)
        return place

    make.__name__ = f"terabyte-folder-{name}"
    return make


REFUSED = [
    fifo,
    device,
    link_to_nowhere,
    link_to_itself,
    graph_that_is_a_fifo,
    holes(b"", "model.h5"),
    holes(b"", "model.keras"),
    holes(b"", "model.pb"),
    holes((SAMPLES / "softmax_with_true.keras").read_bytes()[:4096], "model.keras"),
    holes(b"\x1c\0\0\0TFL3", "model.tflite"),
    holes(b"\x0a\x10", "model.pb"),
    holes(b"\x89HDF\r\n\x1a\n", "model.h5"),
    folder_of_holes("saved_model.pb"),
    folder_of_holes("saved_model.pbtxt"),
]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="POSIX files")
@pytest.mark.parametrize("make", REFUSED, ids=lambda make: make.__name__)
def test_it_is_refused_at_once(make: Callable[[Path], Path], tmp_path: Path) -> None:
    path = make(tmp_path)
    with pytest.raises(NotAudited) as refusal:
        read(path)
    assert refusal.value.reason


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="POSIX files")
def test_weights_that_are_a_device_do_not_stop_the_reader(tmp_path: Path) -> None:
    try:
        model = read(index_that_is_a_device(tmp_path))
        assert not model.weights
    except NotAudited as refusal:
        assert refusal.reason


def test_a_sound_file_with_a_terabyte_of_holes_behind_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "model.h5"
    shutil.copy(SAMPLES / "softmax_with_true.h5", path)
    os.truncate(path, TERABYTE)
    assert read(path).outputs


def test_a_linked_folder_is_read_when_it_is_named_and_not_when_it_is_found(tmp_path: Path) -> None:
    link = tmp_path / "linked"
    link.symlink_to(SAMPLES / "softmax_saved_model")
    assert read(link).format == "saved-model"
    assert list(expand([str(tmp_path)])) == [tmp_path]


def test_folders_that_lead_back_into_themselves_are_searched_once(tmp_path: Path) -> None:
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    (inner / "back").symlink_to(tmp_path)
    shutil.copy(SAMPLES / "softmax_with_true.h5", inner / "model.h5")
    (inner / "again.h5").symlink_to("model.h5")
    assert list(expand([str(tmp_path)])) == [inner / "model.h5"]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="the superuser reads everything")
def test_a_file_that_may_not_be_read_is_told(tmp_path: Path) -> None:
    path = tmp_path / "model.h5"
    shutil.copy(SAMPLES / "softmax_with_true.h5", path)
    path.chmod(0)
    with pytest.raises(NotAudited, match="Permission denied"):
        read(path)


def test_a_right_that_is_missing_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "model.h5"
    shutil.copy(SAMPLES / "softmax_with_true.h5", path)

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(NotAudited, match="Permission denied"):
        read(path)


def test_a_lite_file_that_shrinks_ends_no_process(tmp_path: Path) -> None:
    path = tmp_path / "model.tflite"
    content = (SAMPLES / "softmax.tflite").read_bytes() + bytes(4 * 4096)
    path.write_bytes(content)
    data = tflite._bytes_of(path)
    os.truncate(path, 0)
    assert bytes(data) == content
