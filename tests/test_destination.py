from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from logitcheck.destination import Destination, to_stdout
from logitcheck.errors import UsageError


def test_a_file_is_replaced_as_a_whole_and_keeps_its_rights(tmp_path: Path) -> None:
    target = tmp_path / "report.json"
    target.write_text("old")
    target.chmod(0o640)
    Destination(str(target)).write("new")
    assert target.read_text() == "new"
    assert target.stat().st_mode & 0o777 == 0o640
    assert [path.name for path in tmp_path.iterdir()] == ["report.json"]


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real.json").write_text("old")
    (tmp_path / "link.json").symlink_to(tmp_path / "real.json")
    Destination(str(tmp_path / "link.json")).write("new")
    assert (tmp_path / "link.json").is_symlink()
    assert (tmp_path / "real.json").read_text() == "new"


def test_where_nothing_can_be_written_is_said_before_work_begins(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="it is a folder"):
        Destination(str(tmp_path))
    with pytest.raises(UsageError, match="there is no folder"):
        Destination(str(tmp_path / "no" / "report.json"))


@pytest.mark.parametrize("data", [b"PK\x03\x04", b"\x89HDF\r\n\x1a\n", b"\0\0\0\0TFL3"])
def test_a_model_is_never_replaced_by_a_report(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "model").write_bytes(data)
    with pytest.raises(UsageError, match="it is a model"):
        Destination(str(tmp_path / "model"))
    assert (tmp_path / "model").read_bytes() == data


@pytest.mark.skipif(not Path("/dev/fd").exists(), reason="the system has no /dev/fd")
def test_a_pipe_is_written_to_by_the_name_that_the_shell_gives() -> None:
    reading, writing = os.pipe()
    target = Destination(f"/dev/fd/{writing}")
    assert target.special
    target.write("report")
    os.close(writing)
    with os.fdopen(reading) as pipe:
        assert pipe.read() == "report"


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser writes everywhere")
def test_a_read_only_folder_is_one_line(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(UsageError, match="read-only"):
        Destination(str(tmp_path / "report.json"))


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no /dev/full")
def test_a_full_disk_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match="No space left"):
        Destination("/dev/full").write("x" * 10_000)


def test_a_failed_replacement_leaves_the_old_file_and_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "report.json"
    target.write_text("old")

    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(UsageError, match=r"cannot write .*No space left"):
        Destination(str(target)).write("new")
    assert target.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["report.json"]


def test_standard_output_gets_the_text(capsys: pytest.CaptureFixture[str]) -> None:
    to_stdout("report\n")
    assert capsys.readouterr().out == "report\n"
    assert sys.stdout is not None
