"""Speed as ratios of pairs of processes, run in turn so that both meet the same machine.

usage: python benchmarks/run.py [--rounds N] [--large FOLDER] [--with-probe] [--json FILE]

A ratio is the median over rounds of ours divided by the other's wall time; CPU time (user and system,
children included) is printed beside it. ``--large`` is the folder that ``make sample-models-large`` writes;
without it the pairs that need a DenseNet121 are left out. Byte code is compiled first, as installing does.
"""

from __future__ import annotations

import argparse
import compileall
import json
import os
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
PROGRAM = [str(Path(sys.executable).with_name("logitcheck"))]
PYTHON = [sys.executable, "-c"]
BY_HAND = [sys.executable, str(ROOT / "benchmarks" / "by_hand.py")]
SMALL = ROOT / "sample_models" / "softmax_with_true.h5"

ROWS = {"small": "32", "large": "6"}
"""Rows of the batch that the probe makes for a small model, and for pictures of 224 by 224."""


class Pair(NamedTuple):
    """Ours against another process, and how much longer ours may take; ``probe``: it runs the model."""

    name: str
    ours: list[str]
    other: list[str]
    limit: float
    probe: bool = False


class Times(NamedTuple):
    """Seconds of one process."""

    wall: float
    cpu: float


def pairs(large: Path | None) -> list[Pair]:
    """Return all pairs that can be run here."""
    found = [
        Pair(
            "help / import typer, rich.console",
            [*PROGRAM, "--help"],
            [*PYTHON, "import typer, rich.console"],
            1.5,
        ),
        Pair(
            "small .h5 / load, forward and backward",
            [*PROGRAM, "audit", str(SMALL)],
            [*BY_HAND, str(SMALL), "tf_keras", ROWS["small"]],
            1.5,
            probe=True,
        ),
    ]
    if large is None:
        return found
    h5, saved = large / "densenet121_softmax.h5", large / "densenet121_saved_model"
    audit = [*PROGRAM, "audit"]
    bare = [*PYTHON, f"import h5py, numpy; open({str(h5)!r}, 'rb').read()"]
    load = f"import tensorflow as tf; m = tf.saved_model.load({str(saved)!r})"
    serve = f"{load}; m.signatures['serving_default'](tf.zeros((1, 224, 224, 3)))"
    keras = (
        f"import tf_keras, numpy; m = tf_keras.models.load_model({str(h5)!r}); "
        "m.predict(numpy.zeros((1, 224, 224, 3), 'f'))"
    )
    return [
        *found,
        Pair("static .h5 / import h5py, numpy and read", [*audit, "--no-probe", str(h5)], bare, 2.0),
        Pair(
            "static SavedModel / tf.saved_model.load",
            [*audit, "--no-probe", str(saved)],
            [*PYTHON, load],
            0.15,
        ),
        Pair("probe .h5 / load and predict", [*audit, str(h5)], [*PYTHON, keras], 1.25, probe=True),
        Pair(
            "deep .h5 / load, forward and backward",
            [*audit, "--deep", str(h5)],
            [*BY_HAND, str(h5), "tf_keras", ROWS["large"]],
            1.5,
            probe=True,
        ),
        Pair("probe SavedModel / load and serve", [*audit, str(saved)], [*PYTHON, serve], 0.35, probe=True),
    ]


def timed(command: list[str]) -> Times:
    """Run a process and return what it took."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.perf_counter()
    quiet = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1"}
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=quiet)
    wall = time.perf_counter() - began
    if done.returncode not in (0, 1):
        raise SystemExit(f"exit {done.returncode}: {' '.join(command)}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return Times(wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def measure(pair: Pair, rounds: int) -> dict[str, object]:
    """Run a pair in turn and return ratio and medians; the first round warms the caches and is left out."""
    times = [(timed(pair.ours), timed(pair.other)) for _ in range(rounds + 1)][1:]
    ratio = statistics.median(ours.wall / other.wall for ours, other in times)
    middle = {
        f"{who}_{kind}": statistics.median(getattr(both[i], kind) for both in times)
        for i, who in enumerate(("ours", "other"))
        for kind in ("wall", "cpu")
    }
    return {"name": pair.name, "ratio": ratio, "limit": pair.limit, "kept": ratio <= pair.limit, **middle}


def main() -> int:
    """Measure and print; exit status 1 where a limit is passed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--large", type=Path)
    parser.add_argument("--with-probe", action="store_true")
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    compileall.compile_dir(str(ROOT / "logitcheck"), quiet=1)
    rows = []
    for pair in pairs(args.large):
        if pair.probe and not args.with_probe:
            continue
        row = measure(pair, args.rounds)
        rows.append(row)
        print(
            f"{row['ratio']:.2f} (limit {pair.limit}) {pair.name}: wall {row['ours_wall']:.2f} s / "
            f"{row['other_wall']:.2f} s, CPU {row['ours_cpu']:.2f} s / {row['other_cpu']:.2f} s"
        )
    if args.json:
        args.json.write_text(json.dumps(rows, indent=2) + "\n")
    return 0 if all(row["kept"] for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
