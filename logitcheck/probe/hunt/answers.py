"""What a search answers, as JSON values."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Iterable
from typing import Any

from logitcheck.probe.array import Array
from logitcheck.probe.hunt.search import Trail

LARGEST = 64 << 20
"""Bytes of the inputs of one witness that are handed back; larger ones are told, but cannot be saved."""

ROOM = 8 << 20
"""Bytes of all inputs of one reply, compressed: a frame of the protocol ends at 16 MiB."""


def answers(trails: Iterable[Trail]) -> list[dict[str, Any]]:
    """Return all outcomes; inputs for which no room is left are told without their numbers."""
    found, room = [], ROOM
    for trail in trails:
        told = answer(trail)
        size = sum(len(item["data"]) for item in told["arrays"].values()) * 3 // 4
        if size > room:
            told["arrays"] = {}
        else:
            room -= size
        found.append(told)
    return found


def answer(trail: Trail) -> dict[str, Any]:
    """Return one suspect's outcome; arrays stand under the names of their placeholders."""
    suspect, found = trail.suspect, trail.found
    told: dict[str, Any] = {
        "graph": suspect.graph,
        "node": suspect.node,
        "gradient": suspect.gradient,
        "found": found is not None,
        "tries": trail.tries,
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
    """Return an array as ``dtype``, ``shape`` and ``data``: its numbers in C order, by zlib, in base64."""
    data = base64.b64encode(zlib.compress(array.tobytes(), level=1)).decode()
    return {"dtype": array.dtype.name, "shape": list(array.shape), "data": data}
