"""What each family of input rows did to every output."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from logitcheck.probe.array import Array
from logitcheck.probe.measure import measure
from logitcheck.probe.protocol import OutputMeasure


def by_family(answers: Mapping[str, Array], families: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Return, for each family of rows and each output: ``rows``, ``min``, ``max``, ``nan``, ``inf``."""
    told: dict[str, dict[str, Any]] = {}
    for family in dict.fromkeys(families):
        rows = [row for row, name in enumerate(families) if name == family]
        told[family] = {
            name: _family(measure(name, values[rows], len(rows)))
            for name, values in answers.items()
            if values.ndim and values.shape[0] == len(families)
        }
    return told


def _family(seen: OutputMeasure) -> dict[str, Any]:
    return {"rows": seen.rows, "min": seen.min, "max": seen.max, "nan": seen.nan, "inf": seen.inf}
