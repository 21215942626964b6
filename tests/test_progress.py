from __future__ import annotations

import os

import pytest

from logitcheck.progress import Progress, complain


def test_nothing_is_shown_where_standard_error_is_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    with Progress(3, quiet=False) as progress:
        progress.begin("a.h5")
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("quiet", [True, False])
def test_a_terminal_sees_one_line_that_is_wiped(
    quiet: bool, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    with Progress(2, quiet=quiet) as progress:
        progress.begin("\x1b[2Ja.h5")
        progress.begin("b" * 200)
    shown = capsys.readouterr().err
    if quiet:
        assert shown == ""
    else:
        assert "[1/2] \\x1b[2Ja.h5" in shown and "[2/2]" in shown and "\n" not in shown
        assert max(map(len, shown.split("\r"))) <= 70 and shown.endswith(" \r")


def test_trouble_is_one_harmless_line(capsys: pytest.CaptureFixture[str]) -> None:
    complain("no\nfile \x1b[31m")
    assert capsys.readouterr().err == "logitcheck: no\\nfile \\x1b[31m\n"


def test_the_line_is_narrower_than_its_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    monkeypatch.setattr("sys.stderr.fileno", lambda: 2, raising=False)
    monkeypatch.setattr("os.get_terminal_size", lambda _: os.terminal_size((40, 24)))
    with Progress(2, quiet=False) as progress:
        progress.begin("b" * 200)
    assert max(map(len, capsys.readouterr().err.split("\r"))) == 39
