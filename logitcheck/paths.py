"""Which paths are models: files as given, SavedModel folders, and what a search of other folders finds."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from logitcheck.errors import NotAudited, UsageError

SUFFIXES = (".h5", ".hdf5", ".keras", ".pb", ".pbtxt", ".tflite")
"""Names under which a folder search takes a file for a model, whatever is in it."""

PARTS = frozenset({"saved_model.pb", "saved_model.pbtxt", "keras_metadata.pb", "fingerprint.pb"})
"""Files of a SavedModel folder, which is one model."""

INNER = frozenset({"variables", "assets", "assets.extra"})
"""Folders of a SavedModel that hold no model of their own."""

_HDF5 = b"\x89HDF\r\n\x1a\n"
_TFLITE = b"TFL3"
_ZIP = b"PK\x03\x04"


def is_saved_model(folder: Path) -> bool:
    """Tell whether a folder is a SavedModel."""
    return any(_sure((folder / name).is_file) for name in ("saved_model.pb", "saved_model.pbtxt"))


def is_training_checkpoint(folder: Path) -> bool:
    """Tell whether a folder is where a session of TensorFlow 1 saved its graph and its weights."""
    return _sure((folder / "checkpoint").is_file) and _sure(lambda: any(folder.glob("*.meta")))


def expand(given: Iterable[str]) -> Iterator[Path]:
    """Yield every model under the paths, patterns and folders given, each once, in order of name per folder.

    A path that does not exist, a folder without models and one that may not be read are yielded as they
    stand: the reader says why they cannot be audited. UsageError for an empty path, which is a slip (a
    variable without a value) and not the current folder.
    """
    seen: set[str] = set()
    for word in given:
        if not word:
            raise UsageError("an empty path was given; the current folder is `.`")
        for path in _one(word):
            if (real := os.path.realpath(path)) not in seen:
                seen.add(real)
                yield path


def _one(word: str) -> Iterator[Path]:
    path = Path(word)
    if _is_pattern(word) and not _sure(path.exists):
        import glob

        found = sorted(glob.glob(word, recursive=True))  # noqa: PTH207 (patterns may be absolute)
        yield from (model for match in found for model in _under(Path(match))) if found else [path]
    else:
        yield from _under(path)


def _is_pattern(word: str) -> bool:
    return any(sign in word for sign in "*?[")


def _under(path: Path) -> Iterator[Path]:
    if not _sure(path.is_dir):
        yield path
        return
    found = False
    for model in _search(path):
        found = True
        yield model
    if not found:
        yield path


def _search(folder: Path) -> Iterator[Path]:
    """Yield the models of a folder and of those below it, and folders that may not be read.

    Links are not followed, and folders whose names begin with a dot are left out.
    """
    saved = is_saved_model(folder)
    if saved or is_training_checkpoint(folder):
        yield folder
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:
        yield folder
        return
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            if not (saved and entry.name in INNER) and not entry.name.startswith("."):
                yield from _search(Path(entry.path))
        elif entry.is_file(follow_symlinks=False) and not (saved and entry.name in PARTS) and _looks(entry):
            yield Path(entry.path)


def _looks(entry: os.DirEntry[str]) -> bool:
    if entry.name.lower().endswith(SUFFIXES):
        return True
    head = _head(entry.path)
    return head == _HDF5 or head[4:] == _TFLITE


def looks_like_model(path: str) -> bool:
    """Tell from a look at the outside whether a path may well hold a model that can be run."""
    if _sure(Path(path).is_dir):
        return is_saved_model(Path(path))
    head = _head(path)
    return head == _HDF5 or head[:4] == _ZIP or head[4:] == _TFLITE or path.endswith((".pb", ".pbtxt"))


def _head(path: str) -> bytes:
    """Return a file's first eight bytes; none where it cannot be read or is no plain file."""
    try:
        if not Path(path).is_file():
            return b""
        with Path(path).open("rb") as file:
            return file.read(8)
    except OSError:
        return b""


def _sure(look: Callable[[], bool]) -> bool:
    """Return what a look at a path says; False where looking is not allowed."""
    try:
        return look()
    except OSError:
        return False


def missing(path: str) -> NotAudited | None:
    """Return why there is nothing to read at a path, None where there is something."""
    try:
        os.stat(path)  # noqa: PTH116 (the path may be a text that no file can have)
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return NotAudited(*_absence(path))
    except OSError as problem:
        return NotAudited(f"the path cannot be read ({problem.strerror or problem})", "check its permissions")
    return None


def _absence(path: str) -> tuple[str, str]:
    """Return what a path is at which there is nothing, and what to do."""
    if path == "-":
        return "a model is not read from standard input", "give the name of its file"
    if "://" in path:
        return "there is no such file, and addresses are not fetched", "download it first"
    if os.path.islink(path):  # noqa: PTH114 (the path may be a text that no file can have)
        return "this link leads nowhere", "check what it points to"
    if _is_pattern(path):
        return "no file matches this pattern", "`**` stands for any folders, `*` for part of one name"
    return "there is no such file or folder", "check the path"
