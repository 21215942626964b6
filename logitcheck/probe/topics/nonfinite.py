"""Where NaN or Inf in an answer begins; a second pass, op by op, and only where an answer has such numbers.

Keys: the outputs that hold NaN or Inf; for each ``node``, ``op`` and ``layer`` of the first op of the audited
graph that made them of finite numbers, how many ``nan`` and ``inf`` it gave, ``low`` and ``high`` of what
came in, and ``family`` of the input.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from logitcheck.model import Model
from logitcheck.probe.array import Array
from logitcheck.probe.hunt.first import Walk
from logitcheck.probe.observation import Observation

ROWS = 8
"""Rows that are looked at, of those with such an answer."""


def observe(seen: Observation) -> Mapping[str, Any]:
    """Return the origin for every output that has one. Raises RuntimeProblemError for ops we cannot run."""
    found_bad = {name: bad_rows(answer, seen.batch.rows) for name, answer in seen.answers.items()}
    bad = {name: rows for name, rows in found_bad.items() if rows}
    if not bad:
        return {}
    from logitcheck.readers.dispatch import read

    model = read(seen.request.path)
    found = {}
    for name, rows in bad.items():
        origin = _origin(model, seen, name, rows)
        if origin is not None:
            found[name] = {**origin, "family": seen.batch.families[rows[0]]}
    return found


def bad_rows(answer: Array, rows: int) -> list[int]:
    """Return the rows with NaN or Inf; all of them where an answer is not by rows."""
    if answer.dtype.kind not in "fc" or np.isfinite(answer).all():
        return []
    if not answer.ndim or answer.shape[0] != rows:
        return list(range(rows))
    return [int(row) for row in np.flatnonzero(~np.isfinite(answer.reshape(rows, -1)).all(axis=1))]


def _origin(model: Model, seen: Observation, name: str, rows: list[int]) -> dict[str, Any] | None:
    output = next((item for item in model.outputs if item.name == name), None)
    if output is None:
        return None
    walk = Walk(model, model.graph, [output.ref])
    walk.run(_given(model, seen, rows))
    return walk.first(output.ref)


def _given(model: Model, seen: Observation, rows: list[int]) -> dict[str, Array]:
    """Return the rows by placeholder: matched by the names of the inputs where they agree, else by place."""
    chosen = rows[:ROWS]
    if seen.length is not None:  # a batch of fixed length is taken as it was
        start = rows[0] - rows[0] % seen.length
        chosen = list(range(start, start + seen.length))
    arrays = [array[chosen] if array.ndim else array for array in seen.batch.arrays]
    names = [plan.name for plan in seen.runtime.inputs]
    by_name = dict(zip(names, arrays, strict=True))
    if all(item.name in by_name for item in model.inputs):
        return {item.node: by_name[item.name] for item in model.inputs}
    return {item.node: array for item, array in zip(model.inputs, arrays, strict=False)}
