"""Readers give a model or a clean refusal: what broke them once, and a short run of what might."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import zlib
from pathlib import Path
from random import Random

import pytest

from tests.fuzz.mutate import mutated
from tests.fuzz.targets import TARGETS, one_input

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
REGRESSIONS = sorted(HERE.glob("regressions/*/*"))


@pytest.mark.parametrize("path", REGRESSIONS, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_what_broke_a_reader_once(path: Path) -> None:
    one_input(TARGETS[path.parent.name], path.read_bytes())


@pytest.mark.parametrize("name", TARGETS)
def test_every_seed_is_a_sound_model(name: str) -> None:
    assert all(one_input(TARGETS[name], seed) for seed in TARGETS[name].seeds())


@pytest.mark.parametrize("name", TARGETS)
def test_mutated_files_are_models_or_refusals(name: str) -> None:
    random = Random(zlib.crc32(name.encode()))
    seeds = TARGETS[name].seeds()
    for _ in range(200):
        one_input(TARGETS[name], mutated(random.choice(seeds), random))


@pytest.mark.skipif(importlib.util.find_spec("atheris") is None, reason="atheris is not made for this Python")
@pytest.mark.parametrize("name", TARGETS)
def test_a_short_run_of_the_fuzzer(name: str, tmp_path: Path) -> None:
    words = [
        sys.executable,
        "-m",
        "tests.fuzz.run",
        name,
        "-runs=200",
        "-seed=1",
        f"-artifact_prefix={tmp_path}/",
    ]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-3000:]
