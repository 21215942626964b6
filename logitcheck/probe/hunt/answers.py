"""What a search answers, as JSON values."""

from __future__ import annotations

import base64
from typing import Any

from logitcheck.probe.array import Array
from logitcheck.probe.hunt.search import Trail

LARGEST = 4 << 20
"""Bytes of inputs that are handed back; larger ones are told, but cannot be saved."""


def answer(trail: Trail) -> dict[str, Any]:
    """Return one suspect's outcome; arrays stand under the names of their placeholders."""
    suspect, found = trail.suspect, trail.found
    told: dict[str, Any] = {
        "graph": suspect.graph,
        "node": suspect.node,
        "gradient": suspect.gradient,
        "found": found is not None,
        "tries": trail.tries,
        "seconds": round(trail.seconds, 3),
        "value": trail.value,
        "seed": trail.seed,
        "family": found.family if found is not None else None,
        "distance": trail.distance,
        "reason": trail.reason,
        "arrays": {},
    }
    if found is not None and sum(array.nbytes for array in found.arrays) <= LARGEST:
        told["arrays"] = {name: packed(array) for name, array in zip(trail.nodes, found.arrays, strict=True)}
    return told


def packed(array: Array) -> dict[str, Any]:
    """Return an array as ``dtype``, ``shape`` and base64 ``data`` in C order."""
    data = base64.b64encode(array.tobytes()).decode()
    return {"dtype": array.dtype.name, "shape": list(array.shape), "data": data}
