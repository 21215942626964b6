"""Measure what a loss really optimises in each interpreter given, three times over, and print a table.

usage: python tools/loss_table.py INTERPRETER[@tf_keras|@jax|@torch]... [--keep FOLDER]

In every interpreter tools/loss_models.py makes models and asks its Keras (``evaluate``,
``train_on_batch``); the probe runs the same files there (``logitcheck audit --python``); and the table of
versions says what it expects (logitcheck/analysis/rescue_table.py). A cell has the four letters of
Keras's own answer, as they are explained in tools/loss_models.py: evaluation, the same eagerly, training,
the same eagerly. Where the probe or the table of versions says otherwise the cell says so, and the exit
code is 1.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

MODELS = Path(__file__).with_name("loss_models.py")
MODES = ("graph", "eager", "training", "training eager")
LETTERS = {
    "logits": "U",
    "softmax-twice": "D",
    "sigmoid-twice": "D",
    "clipped-scores": "C",
    "as-declared": "C",
    "normalised-scores": "N",
}
"""What the probe says → the letters of tools/loss_models.py. No case is sound, so ``as-declared`` is C."""

MINUTES = 15


def main() -> int:
    """Print the table; 1 where something differs."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("interpreters", nargs="+")
    parser.add_argument("--keep", type=Path, help="keep models and reports in this folder")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        root = (args.keep or Path(scratch)).resolve()
        columns = dict(measured(text, root / str(index)) for index, text in enumerate(args.interpreters))
    print("\n".join(rendered(columns)))
    return int(any("(" in cell for column in columns.values() for cell in column.values()))


def measured(text: str, folder: Path) -> tuple[str, dict[str, str]]:
    """Return the title of one interpreter and its cells by case."""
    python, _, choice = text.partition("@")
    folder.mkdir(parents=True, exist_ok=True)
    env = {**os.environ, **({"KERAS_BACKEND": choice} if choice in ("jax", "torch") else {})}
    wanted = ["tf_keras"] if choice == "tf_keras" else []
    for command in ([python, str(MODELS), str(folder), *wanted], audit(python, folder)):
        subprocess.run(command, env=env, timeout=60 * MINUTES, check=False, stdout=subprocess.DEVNULL)
    made = json.loads((folder / "measured.json").read_text())
    report = json.loads((folder / "report.json").read_text())
    audited = {Path(model["path"]).name: model for model in report["models"]}
    cells = {}
    for name, case in made["cases"].items():
        cells[name] = cell(case, audited.get(case.get("file", "")))
    return title(made), cells


def audit(python: str, folder: Path) -> list[str]:
    """Return the audit as a user would type it."""
    options = ["--deep", "--trust", "--fail-on", "never", "--format", "json"]
    return [
        sys.executable, "-m", "logitcheck", "audit", str(folder), "--python", python, *options,
        "--output", str(folder / "report.json"),
    ]  # fmt: skip


def title(made: dict[str, Any]) -> str:
    """Name Keras and its backend with their versions."""
    versions, backend = made["versions"], made["backend"]
    names = {"tensorflow": "TF", "jax": "JAX", "torch": "PyTorch"}
    keras = {"tensorflow": "tf.keras", "tensorflow_core": "tf.keras"}.get(made["package"], made["package"])
    return f"{keras} {versions['keras']}, {names[backend]} {versions.get(backend)}"


def cell(case: dict[str, Any], model: dict[str, Any] | None) -> str:
    """Return Keras's four letters, and what the probe or the table of versions says against them."""
    if "problem" in case:
        return "-"
    answers = [case["modes"][mode]["is"] for mode in MODES]
    shown = "".join(letters[-1] for letters in answers)  # where nothing is clipped C is N, so N is said
    if model is None or not model["outputs"]:
        return f"{shown} (not audited)"
    effective = model["outputs"][0]["effective_loss"]
    if effective is None:
        return f"{shown} (not probed: {model['probe']['reason']})"
    probed = [LETTERS.get(effective.get(mode), "?") for mode in MODES[:3]]
    notes = []
    if not all(letter in letters for letter, letters in zip(probed, answers[:3], strict=True)):
        notes.append(f"probe {''.join(probed)}")
    if any("the table of versions says" in str(remark) for remark in model["undecided"]):
        notes.append("table")
    return f"{shown} ({', '.join(notes)})" if notes else shown


def rendered(columns: dict[str, dict[str, str]]) -> list[str]:
    """Return the table in Markdown; neighbours that are alike share a column."""
    groups: list[tuple[list[str], dict[str, str]]] = []
    for name, cells in columns.items():
        if groups and groups[-1][1] == cells:
            groups[-1][0].append(name)
        else:
            groups.append(([name], cells))
    cases = dict.fromkeys(case for cells in columns.values() for case in cells)
    rows = [["case", *("; ".join(names) for names, _ in groups)], ["---"] * (len(groups) + 1)]
    rows += [[case, *(cells.get(case, "-") for _, cells in groups)] for case in cases]
    return [f"| {' | '.join(row)} |" for row in rows]


if __name__ == "__main__":
    sys.exit(main())
