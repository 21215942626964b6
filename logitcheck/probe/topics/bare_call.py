"""Whether ``model(x)`` answers what ``predict`` does: layers that were called with ``training=True``.

Keras 3 keeps that word where the model is called without one, and overrules it in ``predict`` and
``evaluate``; a SavedModel exported from the model keeps it as well. Keys by output: ``same``, ``difference``,
``rows``. Empty for what is no Keras model; outputs that are NaN in one answer alone are left out, since eager
and traced ops treat NaN differently.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from logitcheck.probe.measure import difference
from logitcheck.probe.observation import Observation
from logitcheck.probe.runtimes.keras_model import KerasRuntime
from logitcheck.probe.runtimes.other_backend import BackendRuntime

ALIKE = "bare call alike"
"""Key of ``Observation.shared``: the two answers are the same, up to rounding."""

TOLERANCE = 1e-4


def observe(seen: Observation) -> Mapping[str, Any]:
    """Return how far apart the two answers are."""
    if not isinstance(seen.runtime, (KerasRuntime, BackendRuntime)):
        return {}
    rows = seen.length or seen.batch.rows
    given = seen.batch.piece(0, rows)
    served = seen.answers if seen.length is None else seen.runtime.run(given)
    bare = seen.runtime.bare(given)
    told = {}
    alike = True
    for name, values in served.items():
        same, gap = difference(values, bare[name])
        alike = alike and (same or np.allclose(values, bare[name], TOLERANCE, TOLERANCE))
        if gap is not None:
            told[name] = {"same": same, "difference": gap, "rows": rows}
    seen.shared[ALIKE] = alike
    return told
