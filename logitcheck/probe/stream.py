"""The user's own data run through a model from the first row to the last, in bounded memory and time."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from typing import Any

from logitcheck.probe import inputs as made
from logitcheck.probe.array import Array
from logitcheck.probe.batches import run
from logitcheck.probe.data.feed import Fed, open_feed
from logitcheck.probe.measure import OutputTally
from logitcheck.probe.protocol import Notify, OutputMeasure, ProbeRequest
from logitcheck.probe.runtimes.runtime import Runtime, RuntimeProblemError, shortened
from logitcheck.probe.topics.labels import LabelTally

ROWS = 256
"""Rows of a batch, fewer where a row is large."""

TIME_SHARE = 0.6
"""Part of a model's time that its data may take; what is left belongs to loading and to the topics."""


class Stream:
    """The user's data, a batch at a time, and what is counted of the answers.

    Raises RuntimeProblemError of kind ``data`` with a sentence for the user.
    """

    def __init__(self, runtime: Runtime, request: ProbeRequest, notify: Notify) -> None:
        self._runtime, self._notify = runtime, notify
        self._end = time.monotonic() + TIME_SHARE * request.timeout
        self.length = made.fixed_batch(runtime.inputs)
        try:
            self._feed = open_feed(request, runtime.inputs)
        except ValueError as problem:
            raise RuntimeProblemError("data", str(problem)) from problem
        self._head = self._size(request.rows)
        self._pieces = self._read(max(self._head, self._size(ROWS)))
        self._outputs: dict[str, OutputTally] = {}
        self._labels: dict[str, LabelTally] = {}
        self._plans = {plan.name: plan for plan in request.outputs}
        self._problems: dict[str, str] = {}
        self._first: tuple[Array, ...] = ()
        self._differ = False
        self._rows = self._left_over = 0

    def _size(self, wanted: int) -> int:
        shapes = tuple(
            tuple(size or 1 for size in plan.shape[1:]) if plan.shape else () for plan in self._runtime.inputs
        )
        rows = made.rows_for(shapes, wanted)
        return rows if self.length is None else max(1, rows // self.length) * self.length

    def _read(self, size: int) -> Iterator[Fed]:
        try:
            yield from self._feed.batches(size)
        except (ValueError, OSError) as problem:
            raise RuntimeProblemError("data", str(problem)) from problem

    def first(self) -> tuple[made.Batch, dict[str, Array], Mapping[str, Array]]:
        """Return a first batch, as long as a made one, its answers and labels; more rows are run at once."""
        fed = self._whole(next(self._pieces, None))
        if fed is None:
            few = (
                "holds no rows" if self.length is None else f"holds fewer than {self.length} rows, one batch"
            )
            raise RuntimeProblemError("data", f"the data {few}")
        self._first = tuple(array[:1] for array in fed.arrays)
        answers = self._run(fed)
        rows = min(fed.rows, self._head)
        batch = made.Batch(tuple(array[:rows] for array in fed.arrays), ("data",) * rows)
        if rows < fed.rows:
            answers = run(self._runtime, batch, self.length)
        return batch, answers, {name: array[:rows] for name, array in fed.labels.items()}

    def rest(self) -> dict[str, Any]:
        """Run what is left and return what the report says of it all: ``data`` and ``labels``."""
        complete = True
        for piece in self._pieces:
            if time.monotonic() > self._end:
                complete = False
                break
            fed = self._whole(piece)
            if fed:
                self._run(fed)
                self._notify(self._rows, self._feed.rows)
        note = {"rows": self._rows, "of": self._feed.rows, "complete": complete, "left_over": self._left_over}
        told: dict[str, Any] = {"data": {**self._feed.note(), **note}}
        if self._labels or self._problems:
            counted = {name: tally.told() for name, tally in self._labels.items()}
            problems = {name: {"problem": reason} for name, reason in self._problems.items()}
            told["labels"] = {**counted, **problems}
        return told

    def _whole(self, fed: Fed | None) -> Fed | None:
        """Leave out rows that do not fill a fixed batch."""
        if fed is None or self.length is None:
            return fed
        over = fed.rows % self.length
        self._left_over += over
        rows = fed.rows - over
        labels = {name: array[:rows] for name, array in fed.labels.items()}
        return Fed(tuple(array[:rows] for array in fed.arrays), labels) if rows else None

    def _run(self, fed: Fed) -> dict[str, Array]:
        batch = made.Batch(fed.arrays, ("data",) * fed.rows)
        try:
            answers = run(self._runtime, batch, self.length)
        except MemoryError:
            raise
        except Exception as problem:  # whatever a library says of inputs that do not fit
            raise RuntimeProblemError(
                "data", f"the model does not take the data: {shortened(problem)}"
            ) from problem
        self._rows += fed.rows
        for name, values in answers.items():
            self._outputs.setdefault(name, OutputTally(name)).add(values, fed.rows)
        self._differ = self._differ or any(
            bool((array != first).any()) for array, first in zip(fed.arrays, self._first, strict=True)
        )
        self._count(answers, fed.labels)
        return answers

    def _count(self, answers: Mapping[str, Array], labels: Mapping[str, Array]) -> None:
        for name, given in labels.items():
            if name not in answers or name in self._problems:
                continue
            tally = self._labels.setdefault(name, LabelTally(self._plans[name]))
            try:
                tally.add(answers[name], given)
            except (ValueError, IndexError) as problem:  # the outputs' own measurements must not go with it
                self._problems[name] = shortened(problem)
                del self._labels[name]

    def measures(self) -> tuple[OutputMeasure, ...]:
        """Return what was measured at each output over all rows."""
        return tuple(tally.told(rows_differ=self._differ) for tally in self._outputs.values())
