"""``read()``: looks at a path's content, never at its name, and calls the reader it needs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from logitcheck.errors import NotAudited
from logitcheck.model import Model
from logitcheck.readers.options import DEFAULTS, ReadOptions
from logitcheck.readers.refusals import not_a_model, weights_only

HEAD = 4096
"""Bytes by which a file is told."""

HDF5 = b"\x89HDF\r\n\x1a\n"
MAX_USER_BLOCK = 1 << 20
"""HDF5 may start at 0, 512, 1024, 2048… bytes; it is looked for up to here."""


def read(path: str | Path, options: ReadOptions = DEFAULTS) -> Model:
    """Read a model of any format.

    Raises NotAudited, with the reason and what to do, for a path that is no model or cannot be read.
    """
    place = Path(path)
    try:
        if place.is_dir():
            return _read_folder(place, options)
        if not place.is_file():
            raise _absent(place)
        with place.open("rb") as stream:
            head = stream.read(HEAD)
    except OSError as error:
        raise NotAudited(
            f"the path cannot be read ({error.strerror or error})", "Check its permissions."
        ) from error
    try:
        return _read_file(place, head, options)
    except RecursionError as error:
        raise not_a_model("a file nested deeper than any model") from error


def _absent(place: Path) -> NotAudited:
    """Say what a path is that is neither a file nor a folder."""
    if place.exists():
        return NotAudited("this is neither a file nor a folder")
    return NotAudited("there is no such file or folder", "Check the path.")


def _read_folder(place: Path, options: ReadOptions) -> Model:
    """Read a SavedModel; name any other folder for what it is."""
    if any((place / name).is_file() for name in ("saved_model.pb", "saved_model.pbtxt")):
        from logitcheck.readers.saved_model import read_saved_model

        return read_saved_model(place, options)
    graphs = sorted(place.glob("*.meta")) if (place / "checkpoint").is_file() else []
    if graphs:
        return replace(_read_graph(graphs[-1], options), path=str(place))
    if (place / "checkpoint").is_file() or any(place.glob("*.index")):
        raise weights_only("this folder is a TensorFlow checkpoint; it")
    if (place / "config.json").is_file() and (place / "model.weights.h5").is_file():
        raise not_a_model(
            "an unpacked .keras file", "Zip its members again: `cd FOLDER && zip ../model.keras *`."
        )
    links = any(entry.is_symlink() for entry in place.iterdir())
    raise NotAudited(
        "no model was found in this folder" + (", where links are not followed" if links else ""),
        "Give a model file, a SavedModel folder, or a folder that holds some.",
    )


def _read_file(place: Path, head: bytes, options: ReadOptions) -> Model:
    """Read a file by its first bytes; a zip first, whose HDF5 member may stand where HDF5 is looked for."""
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _read_zip(place, options)
    if _is_hdf5(place, head):
        from logitcheck.readers.hdf5 import read_hdf5

        return read_hdf5(place, options)
    if head[4:8] == b"TFL3":
        from logitcheck.readers.tflite import read_tflite

        return read_tflite(place, options)
    from logitcheck.readers.strangers import refusal

    known = refusal(place, head)
    if known is not None:
        raise known
    return _read_graph(place, options)


def _is_hdf5(place: Path, head: bytes) -> bool:
    """Look for HDF5's signature where the format allows it."""
    if head.startswith(HDF5):
        return True
    with place.open("rb") as stream:
        offset = 512
        while offset <= MAX_USER_BLOCK:
            stream.seek(offset)
            found = stream.read(len(HDF5))
            if found == HDF5:
                return True
            if len(found) < len(HDF5):
                return False
            offset *= 2
    return False


def _read_zip(place: Path, options: ReadOptions) -> Model:
    """Read a ``.keras`` file; name any other zip for what it is."""
    from logitcheck.readers.keras_zip import read_keras_zip
    from logitcheck.readers.strangers import zip_refusal
    from logitcheck.readers.zip_members import Archive

    with Archive(place, options) as archive:
        names = archive.names
    known = zip_refusal(names)
    if known is not None:
        raise known
    return read_keras_zip(place, options)


def _read_graph(place: Path, options: ReadOptions) -> Model:
    """Read a protobuf: a SavedModel's own file or a GraphDef, binary or text."""
    if place.name in ("saved_model.pb", "saved_model.pbtxt"):
        from logitcheck.readers.saved_model import read_saved_model

        return read_saved_model(place.parent, options)
    from logitcheck.readers.graph_def import read_graph_def

    return read_graph_def(place, options)
