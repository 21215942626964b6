"""One model's measurements: which batches it gets, and what is made of its answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from logitcheck.probe import inputs as made
from logitcheck.probe.array import Array
from logitcheck.probe.batches import run
from logitcheck.probe.families import by_family
from logitcheck.probe.measure import difference, measure
from logitcheck.probe.observation import Observation, topics
from logitcheck.probe.protocol import Measurements, Notify, ProbeRequest
from logitcheck.probe.runtimes.runtime import Runtime, RuntimeProblemError
from logitcheck.probe.stream import Stream

if TYPE_CHECKING:
    from typing import TypeAlias

Answers: TypeAlias = "dict[str, Array]"

SINGLE_ROWS = (0, 1)
"""Rows that are asked again one at a time, to see whether they depend on the rest of their batch."""

FIXED_RUNS = 8
"""Batches that a model with a fixed batch axis gets, one family each."""


def silent(_rows: int, _of: int | None) -> None:
    """Tell nobody how far the user's data are done."""


def measured(runtime: Runtime, request: ProbeRequest, notify: Notify = silent) -> Measurements:
    """Run the model on its batch and measure each output. Raises RuntimeProblemError if it takes none.

    Of the user's own data the first batch takes the place of the made one; the outputs are measured on all.
    """
    stream = None if request.data is None else Stream(runtime, request, notify)
    labels: Mapping[str, Array] = {}
    if stream:
        length = stream.length
        batch, answers, labels = stream.first()
    else:
        batch, length, answers = _first_answers(runtime, request)
    extra: dict[str, Any] = {
        "rows": batch.rows,
        "input_shapes": {p.name: list(a.shape) for p, a in zip(runtime.inputs, batch.arrays, strict=True)},
        "families": by_family(answers, batch.families),
        "repeat": repeat(runtime, batch, length, answers),
    }
    if length is None and batch.rows > 1:
        extra["batch"] = singly(runtime, batch, answers)
    extra.update(topics(Observation(runtime, request, batch, length, answers, labels)))
    extra["families"].update(extra.get("lengths", {}).get("families", {}))
    if stream:
        extra.update(stream.rest())
        return Measurements(runtime.label, stream.measures(), dict(runtime.versions), extra)
    differ = any(array.ndim > 0 and bool((array != array[:1]).any()) for array in batch.arrays)
    outputs = tuple(measure(n, v, batch.rows, rows_differ=differ) for n, v in answers.items())
    return Measurements(runtime.label, outputs, dict(runtime.versions), extra)


def _first_answers(runtime: Runtime, request: ProbeRequest) -> tuple[made.Batch, int | None, Answers]:
    """Make a batch the model accepts: the batch, the fixed length of its batch axis, the answers."""
    first: Exception | None = None
    length = made.fixed_batch(runtime.inputs)
    for shapes in made.shape_guesses(runtime.inputs):
        rows = made.rows_for(shapes, request.rows) if length is None else length * FIXED_RUNS
        batch = made.make(runtime.inputs, shapes, rows, request.seed, length or 1)
        try:
            return batch, length, run(runtime, batch, length)
        except MemoryError:
            raise
        except Exception as problem:  # these inputs do not fit; the next guess may
            first = first or problem
    raise RuntimeProblemError(
        "run-failure", f"no batch was accepted: {' '.join(str(first).split())[:240]}"
    ) from first


def repeat(runtime: Runtime, batch: made.Batch, length: int | None, answers: Answers) -> dict[str, Any]:
    """Ask the same again: per output ``same`` (bit for bit) and ``difference`` (largest absolute one)."""
    return compare(answers, run(runtime, batch, length))


def singly(runtime: Runtime, batch: made.Batch, answers: Answers) -> dict[str, Any]:
    """Ask some rows one at a time: per output the largest ``difference`` to their answer inside the batch.

    ``same`` is not bit for bit here, since a batch of another size is summed in another order. An output
    whose rows grow with the batch (each example against all others) is made of the batch and left out.
    """
    rows = [row for row in SINGLE_ROWS if row < batch.rows]
    try:
        alone = [runtime.run(batch.piece(row, 1)) for row in rows]
    except Exception:  # a model that takes no single row cannot be asked
        return {}
    told: dict[str, Any] = {}
    for name, values in answers.items():
        if values.ndim and values.shape[0] == batch.rows and _row_shapes(name, alone) == {values.shape[1:]}:
            gaps = [
                difference(values[row : row + 1], one[name]) for row, one in zip(rows, alone, strict=True)
            ]
            scale = measure(name, values, batch.rows)
            told[name] = {**_widest(gaps), "scale": max(abs(scale.min or 0.0), abs(scale.max or 0.0))}
    return told


def _row_shapes(name: str, alone: Iterable[Answers]) -> set[tuple[int, ...]]:
    """Return the shapes that one row of an output has when it is asked alone."""
    return {answers[name].shape[1:] for answers in alone}


def compare(one: Mapping[str, Array], other: Mapping[str, Array]) -> dict[str, Any]:
    """Return per output whether two answers are the same, and how far apart."""
    return {name: _widest([difference(values, other[name])]) for name, values in one.items()}


def _widest(gaps: list[tuple[bool, float | None]]) -> dict[str, Any]:
    same = all(gap[0] for gap in gaps)
    known = [gap[1] for gap in gaps if gap[1] is not None]
    return {"same": same, "difference": max(known) if len(known) == len(gaps) else None}
