"""A thousand models in one call, fifty of them hostile or broken: all are told right, and nothing is left."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.hostile import config_attacks, container_attacks, graph_attacks  # noqa: F401  (they register themselves)
from tests.hostile.attacks import ATTACKS, Canary
from tests.hostile.keras_files import dense, sequential, write_hdf5, write_zip

SAMPLES = Path(__file__).resolve().parents[1] / "sample_models"
SOUND = 950
ATTACKED = 40

BROKEN: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda good: b"",
    "half": lambda good: good[: len(good) // 2],
    "head": lambda good: good[:600],
    "zeros": lambda good: bytes(len(good)),
    "page": lambda good: b"<!DOCTYPE html><html>404</html>",
    "pointer": lambda good: b"version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 5\n",
    "noise": lambda good: bytes(i * 193 % 251 for i in range(5000)),
    "swapped": lambda good: good[:8] + good[:7:-1],
    "deep": lambda good: b"[" * 200_000,
    "name": lambda good: b"what \x1b[31m is this",
}
"""What is made of a good file's bytes, none of which is a model any more."""


@pytest.fixture(scope="module")
def originals(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Twenty small sound files (all of them readable; some have a loss that does not fit)."""
    made = sorted(path for path in SAMPLES.iterdir() if path.suffix in (".h5", ".keras", ".tflite"))
    for units in range(20 - len(made)):
        folder = tmp_path_factory.mktemp("original")
        model = sequential(dense(units=3, activation="relu" if units % 2 else "softmax"), name=f"m{units}")
        made.append(write_hdf5(folder, model) if units % 3 else write_zip(folder, model))
    return made


def audit(paths: list[Path], output: Path, scratch: Path) -> subprocess.Popen[bytes]:
    """Start the program on many paths, in a session of its own and with a folder for temporary files."""
    scratch.mkdir(exist_ok=True)
    command = [sys.executable, "-m", "logitcheck", "audit", "--no-probe", "--format", "json"]
    return subprocess.Popen(
        [*command, "--output", str(output), *map(str, paths)],
        env={**os.environ, "TMPDIR": str(scratch), "HOME": str(scratch)},
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


def verdicts(report: Path) -> dict[str, dict[str, Any]]:
    """Every model of a report by its path."""
    return {model["path"]: model for model in json.loads(report.read_text())["models"]}


def essence(model: dict[str, Any]) -> tuple[Any, ...]:
    """What is said of a model, its path apart."""
    found = Counter((finding["rule"], finding["message"]) for finding in model["findings"])
    return model["status"], model["verdict"], found, [output["interval"] for output in model["outputs"]]


def session_of(number: int) -> list[int]:
    """Every living process of a session."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split() if entry.name.isdigit() else []
        except OSError:
            continue
        if fields and int(fields[3]) == number:
            found.append(int(entry.name))
    return found


@pytest.mark.skipif(sys.platform != "linux", reason="processes are counted in /proc")
def test_a_thousand_models_with_fifty_hostile_or_broken_ones(originals: list[Path], tmp_path: Path) -> None:
    sound, bad = tmp_path / "sound", tmp_path / "bad"
    sound.mkdir()
    bad.mkdir()
    source = {}
    for number in range(SOUND):
        origin = originals[number % len(originals)]
        copy = sound / f"{number:04}{origin.suffix}"
        shutil.copy(origin, copy)
        source[str(copy)] = origin
    (tmp_path / "secret.txt").write_text(Canary.text)
    canary = Canary(tmp_path / "secret.txt", tmp_path / "target.txt", 9)
    expected = {}
    for attack in ATTACKS[:: len(ATTACKS) // ATTACKED][:ATTACKED]:
        folder = bad / attack.name
        folder.mkdir()
        expected[str(attack.build(folder, canary))] = attack.code
    for number, (name, spoil) in enumerate(BROKEN.items()):
        origin = originals[number % len(originals)]
        spoiled = bad / f"{name}{origin.suffix}"
        spoiled.write_bytes(spoil(origin.read_bytes()))
        expected[str(spoiled)] = ""
    assert len(source) + len(expected) == 1000
    before = sorted(tmp_path.rglob("*"))

    single = audit(originals, tmp_path / "single.json", tmp_path / "scratch")
    single.communicate(timeout=120)
    alone = verdicts(tmp_path / "single.json")
    process = audit([sound, *map(Path, expected)], tmp_path / "report.json", tmp_path / "scratch")
    complaints = process.communicate(timeout=300)[1]

    assert process.returncode == 1 and complaints == b""
    told = verdicts(tmp_path / "report.json")
    assert told.keys() == source.keys() | expected.keys()
    for path, origin in source.items():
        assert essence(told[path]) == essence(alone[str(origin)]), path
        assert told[path]["status"] == "audited" and not told[path]["errors"]
    for path, code in expected.items():
        codes = {finding["rule"] for finding in told[path]["findings"]}
        assert code in codes if code else told[path]["status"] == "not-audited", (path, told[path])
    assert session_of(process.pid) == []
    made = {tmp_path / name for name in ("single.json", "report.json", "scratch")}
    assert set(tmp_path.rglob("*")) - set(before) == made
    assert not canary.target.exists() and Canary.text not in (tmp_path / "report.json").read_text()
