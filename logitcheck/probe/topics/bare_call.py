"""Whether ``model(x)`` answers what ``predict`` does: layers that were called with ``training=True``.

Keras 3 keeps that word where the model is called without one, and overrules it in ``predict`` and
``evaluate``; a SavedModel exported from the model keeps it as well. Keys by output: ``same``, ``difference``,
``rows``. Empty for what is no Keras model; outputs that are NaN in one answer alone are left out, since eager
and traced ops treat NaN differently.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from logitcheck.probe.measure import difference
from logitcheck.probe.observation import Observation
from logitcheck.probe.runtimes.keras_model import KerasRuntime
from logitcheck.probe.runtimes.other_backend import BackendRuntime

ROWS = 4
"""Enough for statistics of a batch to differ from stored ones."""


def observe(seen: Observation) -> Mapping[str, Any]:
    """Return how far apart the two answers are."""
    if not isinstance(seen.runtime, (KerasRuntime, BackendRuntime)):
        return {}
    rows = seen.length or min(ROWS, seen.batch.rows)
    given = seen.batch.piece(0, rows)
    bare, served = seen.runtime.bare(given), seen.runtime.run(given)
    told = {}
    for name, values in served.items():
        same, gap = difference(values, bare[name])
        if gap is not None:
            told[name] = {"same": same, "difference": gap, "rows": rows}
    return told
