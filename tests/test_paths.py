from __future__ import annotations

import os
from pathlib import Path

import pytest

from logitcheck.errors import UsageError
from logitcheck.paths import expand, is_saved_model, is_training_checkpoint, looks_like_model, missing

HDF5 = b"\x89HDF\r\n\x1a\n"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name, data in {
        "a.keras": b"PK\x03\x04",
        "b/model": HDF5,
        "b/notes.txt": b"hello",
        "b/lite.bin": b"\0\0\0\0TFL3",
        "saved/saved_model.pb": b"",
        "saved/keras_metadata.pb": b"",
        "saved/variables/variables.index": b"",
        "saved/assets/inner.h5": HDF5,
        "saved/sub/frozen.pb": b"",
        ".git/x.h5": HDF5,
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(data)
    (tmp_path / "link.h5").symlink_to(tmp_path / "a.keras")
    return tmp_path


def names(found: list[Path], root: Path) -> list[str]:
    return [str(path.relative_to(root)) for path in found]


def test_a_folder_is_searched_by_name_and_content_and_links_are_not_followed(tree: Path) -> None:
    found = names(list(expand([str(tree)])), tree)
    assert found == ["a.keras", "b/lite.bin", "b/model", "saved", "saved/sub/frozen.pb"]


def test_a_checkpoint_with_its_graph_is_one_model(tree: Path) -> None:
    for name in ("run/checkpoint", "run/m.meta", "run/n.meta", "run/m.index", "bare/checkpoint"):
        (tree / name).parent.mkdir(exist_ok=True)
        (tree / name).write_bytes(b"")
    assert names(list(expand([str(tree / "run"), str(tree / "bare")])), tree) == ["run", "bare"]


def test_what_is_given_by_name_is_taken_once_and_as_given(tree: Path) -> None:
    given = [str(tree / "b/notes.txt"), str(tree / "link.h5"), str(tree / "a.keras"), str(tree / "saved")]
    assert names(list(expand(given)), tree) == ["b/notes.txt", "link.h5", "saved", "saved/sub/frozen.pb"]


def test_patterns_are_expanded_and_missing_paths_stay(tree: Path) -> None:
    found = names(list(expand([str(tree / "b/*"), str(tree / "nope.h5"), str(tree / "none*")])), tree)
    assert found == ["b/lite.bin", "b/model", "b/notes.txt", "nope.h5", "none*"]


def test_an_empty_path_is_a_slip_and_not_the_current_folder() -> None:
    with pytest.raises(UsageError, match="empty path"):
        list(expand([""]))


def test_a_folder_that_may_not_be_read_is_told_and_ends_nothing(
    tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The tests may run as the superuser, who may read everything: the refusals are played."""
    scandir, stat = os.scandir, os.stat

    def refuse(path: object) -> None:
        if Path(str(path)).name == "b" or Path(str(path)).parent.name == "b":
            raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(os, "scandir", lambda path: (refuse(path), scandir(path))[1])
    monkeypatch.setattr(os, "stat", lambda path, **more: (refuse(path), stat(path, **more))[1])
    assert names(list(expand([str(tree)])), tree) == ["a.keras", "b", "saved", "saved/sub/frozen.pb"]
    assert not is_saved_model(tree / "b") and not is_training_checkpoint(tree / "b")
    assert "Permission denied" in str(missing(str(tree / "b/model")))


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("nope.h5", "no such file"),
        ("-", "standard input"),
        ("https://example.com/m.keras", "addresses are not fetched"),
        ("no*.keras", "no file matches"),
        ("nul\0.h5", "no such file"),
        ("dangling.h5", "leads nowhere"),
    ],
)
def test_missing_says_what_is_wrong(
    path: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("dangling.h5").symlink_to("gone.h5")
    assert told in str(missing(path))


def test_nothing_is_missing_where_something_is(tree: Path) -> None:
    assert missing(str(tree / "saved")) is None and missing(str(tree / "a.keras")) is None


def test_only_what_may_be_a_model_starts_a_worker(tree: Path) -> None:
    assert looks_like_model(str(tree / "b/model")) and looks_like_model(str(tree / "saved"))
    assert not looks_like_model(str(tree / "b/notes.txt")) and not looks_like_model(str(tree / "nope"))
