"""Whatever lies under a model's name is told by its content."""

from __future__ import annotations

import io
import pickle
import zipfile
from pathlib import Path

import numpy as np
import pytest

from logitcheck.errors import NotAudited
from logitcheck.readers.dispatch import read
from logitcheck.readers.strangers import TABLE_MAGIC

LFS = b"version https://git-lfs.github.com/spec/v1\noid sha256:abc\nsize 123\n"


def zipped(*names: str) -> bytes:
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w") as archive:
        for name in names:
            archive.writestr(name, b"x")
    return memory.getvalue()


def npy() -> bytes:
    memory = io.BytesIO()
    np.save(memory, np.zeros(3))
    return memory.getvalue()


@pytest.mark.parametrize(
    ("content", "reason", "code"),
    [
        (b"", "empty file", None),
        (b"\x00" * 5000, "file of zeros", None),
        (LFS, "git-lfs pointer", "LC503"),
        (pickle.dumps({"a": 1}), "pickle", "LC603"),
        (zipped("archive/data.pkl", "archive/version"), "PyTorch", "LC603"),
        (zipped("a.npy", "b.npy"), "NumPy archive", None),
        (zipped("model/saved_model.pb"), "with a model in it", None),
        (zipped("readme.txt"), "zip file without", None),
        (npy(), "NumPy array", None),
        (b"\x1f\x8b\x08 and so on", "gzip", None),
        (b"<!DOCTYPE html><html>404</html>", "web page", None),
        (b"\n  <html><body>", "web page", None),
        (b'{"class_name": "Sequential", "config": {}}', "architecture in JSON", None),
        (b'{"a": 1}', "JSON text", None),
        (b"backend: tensorflow\nclass_name: Sequential\nconfig:\n", "architecture in YAML", None),
        (b"\x08\x07\x12\x07pytorch\x1a\x031.9:\x05hello", "ONNX", None),
        (b'model_checkpoint_path: "ckpt-1"\n', "checkpoint", "LC501"),
        (b"index" * 20 + TABLE_MAGIC, "checkpoint", "LC501"),
        (b"PK\x03\x04 cut", "damaged", "LC502"),
        (b"\x89HDF\r\n\x1a\n cut", "damaged", "LC502"),
        (b"\x00" * 257 + b"ustar", "tar archive", None),
        (b"just some words in a file\n", "this is a text", None),
        (b"\n" * 4000 + "ß".encode(), "this is a text", None),  # and is told at once
        ("f0,gr\u00f6\u00dfe\n1,2\n".encode(), "this is a text", None),
        (b"# a graph\nnode { name: 3 }", "", None),
        (bytes(range(200, 250)) * 3, "", None),
    ],
)
def test_strangers_are_refused_by_name(tmp_path: Path, content: bytes, reason: str, code: str | None) -> None:
    path = tmp_path / "model.keras"
    path.write_bytes(content)
    with pytest.raises(NotAudited) as caught:
        read(path)
    assert reason in caught.value.reason
    if reason:
        assert (caught.value.code, bool(caught.value.advice)) == (code, True)


def test_a_part_of_a_checkpoint_beside_its_index(tmp_path: Path) -> None:
    (tmp_path / "ckpt.index").write_bytes(TABLE_MAGIC)
    data = tmp_path / "ckpt.data-00000-of-00001"
    data.write_bytes(b"\x01\x02" * 40)
    with pytest.raises(NotAudited, match="checkpoint"):
        read(data)
    with pytest.raises(NotAudited, match="checkpoint") as caught:
        read(tmp_path)
    assert caught.value.format == "weights-only"


def test_folders_and_paths_that_are_no_model(tmp_path: Path) -> None:
    with pytest.raises(NotAudited, match="no model was found"):
        read(tmp_path)
    with pytest.raises(NotAudited, match="no such file"):
        read(tmp_path / "gone.h5")
    (tmp_path / "config.json").write_text("{}")
    (tmp_path / "model.weights.h5").write_bytes(b"")
    with pytest.raises(NotAudited, match="unpacked"):
        read(tmp_path)


def test_files_of_known_truth_are_read_or_refused(shared_models: Path) -> None:
    """A tenth of the files beside the project: no exception but a refusal."""
    paths = sorted(
        path for name in ("matrix", "real", "contracts") for path in (shared_models / name).rglob("*")
    )
    files = [path for path in paths if path.suffix in (".h5", ".hdf5", ".keras")][::10]
    assert files
    for path in files:
        try:
            model = read(path)
        except NotAudited as refusal:
            assert refusal.reason
        else:
            assert model.outputs
