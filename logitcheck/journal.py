"""The journal of a run over many models: one line per finished model, beside the output file.

A run that was interrupted, killed or cut off by a power failure leaves it behind; ``--resume`` takes the
finished models from it and audits the rest. Lines are JSON: first a header with the mark of the options, then
one object per model with its path, a stamp of the file and the report. A line cut off is left out.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from logitcheck import __version__
from logitcheck.errors import UsageError
from logitcheck.finding import ModelReport
from logitcheck.options import AuditOptions
from logitcheck.report.json_v1 import dumps
from logitcheck.report.plain import plain
from logitcheck.revive import model_report


def mark(options: AuditOptions) -> str:
    """Return a mark of everything that changes what is found: the options and our own version."""
    import hashlib

    facts = json.dumps([__version__, asdict(options)], sort_keys=True)
    return hashlib.sha256(facts.encode()).hexdigest()[:32]


def stamp(path: str) -> list[int] | None:
    """Return size and time of change of a model file or a SavedModel's graph; None where there is none."""
    place = Path(path)
    for part in (place / "saved_model.pb", place / "saved_model.pbtxt", place):
        try:
            found = part.stat()
        except OSError:
            continue
        return [found.st_size, found.st_mtime_ns]
    return None


class Journal:
    """The finished models of one run."""

    def __init__(self, output: Path, options: AuditOptions) -> None:
        """Name the journal of an output file; nothing is read or written yet."""
        self.path = output.with_name(f"{output.name}.journal")
        self._mark = mark(options)

    def finished(self) -> dict[str, ModelReport]:
        """Return the reports of an earlier run with the same options, of files unchanged since."""
        found = {}
        for entry in self._entries():
            try:
                if entry["stamp"] == stamp(entry["path"]):
                    found[entry["path"]] = model_report(entry["report"])
            except (KeyError, TypeError, ValueError):
                continue  # not a line of ours: its model is audited again
        return found

    def _entries(self) -> Iterator[dict[str, Any]]:
        try:
            lines = self.path.read_text(encoding="utf-8", errors="replace").split("\n")
        except OSError:
            return
        for number, line in enumerate(lines):
            try:
                entry = json.loads(line)
            except (ValueError, RecursionError):
                entry = None
            if number == 0 and not (isinstance(entry, dict) and entry.get("mark") == self._mark):
                return
            if number and isinstance(entry, dict):
                yield entry

    def start(self, keep: bool) -> None:
        """Begin the journal anew, or go on with one of the same options."""
        if keep and any(True for _ in self._entries()):
            self._write("\n", "a")  # ends a line that was cut off
        else:
            self._append({"logitcheck": __version__, "mark": self._mark}, "w")

    def add(self, report: ModelReport) -> None:
        """Note a finished model."""
        self._append({"path": report.path, "stamp": stamp(report.path), "report": entry_of(report)}, "a")

    def _append(self, entry: dict[str, Any], mode: str) -> None:
        self._write(dumps(entry) + "\n", mode)

    def _write(self, text: str, mode: str) -> None:
        try:
            with self.path.open(mode, encoding="utf-8") as file:
                file.write(text)
        except OSError as problem:
            raise UsageError(f"cannot write {self.path.name}: {problem.strerror or problem}") from problem

    def remove(self) -> None:
        """Remove the journal of a run that came to its end."""
        self.path.unlink(missing_ok=True)


def entry_of(report: ModelReport) -> dict[str, Any]:
    """Return a report as JSON values; its lists are kept whole, what is in them is cut to size."""
    found = asdict(report)
    coverage = found.pop("coverage")
    lists = {
        name: [plain(item) for item in value] for name, value in found.items() if isinstance(value, tuple)
    }
    return {**{name: plain(value) for name, value in found.items()}, **lists, "coverage": coverage}
