"""Whether a SavedModel's signature answers what the Keras model answers that was saved beside it.

The model is asked with ``training=False`` by the function under which Keras saved it. Keys by output:
``same``, ``difference``, ``rows``, and what the signature ``is``: ``model`` (they agree), ``training`` (it
runs the model in training mode), ``softmax``, ``sigmoid`` (of the model's answers), ``other-weights`` (it
reads none of the model's variables), ``otherwise``; ``again`` tells that the model's own answers are
probabilities already. Empty where the file keeps no Keras model or no answer of that shape.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from logitcheck.probe.array import Array
from logitcheck.probe.measure import difference
from logitcheck.probe.observation import Observation
from logitcheck.probe.scoring.losses import sigmoid, softmax

ROWS = 4
"""Enough for statistics of a batch to differ from stored ones."""

TOLERANCE = 1e-3
"""Share of the largest value by which two ways of computing the same may differ."""


def observe(seen: Observation) -> Mapping[str, Any]:
    """Return how far apart the two are. Raises RuntimeProblemError where they take other inputs."""
    if not hasattr(seen.runtime, "model_answers"):
        return {}
    rows = seen.length or min(ROWS, seen.batch.rows)
    given = seen.batch.piece(0, rows)
    kept = seen.runtime.model_answers(given, training=False)
    if kept is None:
        return {}
    told = {name: beside(values, kept) for name, values in seen.runtime.run(given).items()}
    told = {name: {**entry, "rows": rows} for name, entry in told.items() if entry}
    if all(entry["is"] == "model" for entry in told.values()):
        return told
    return {**told, **explained(seen, given, told)}


def beside(values: Array, kept: Sequence[Array]) -> dict[str, Any]:
    """Compare one output with the model's nearest answer; empty where none has its shape."""
    alike = [answer for answer in kept if answer.shape == values.shape and answer.dtype.kind == "f"]
    gaps = [(difference(values, answer), answer) for answer in alike]
    known = [(gap, same, answer) for (same, gap), answer in gaps if gap is not None]
    if not known:
        return {}
    gap, same, answer = min(known, key=lambda item: item[0])
    told: dict[str, Any] = {"same": same, "difference": gap}
    if near(values, answer):
        return {**told, "is": "model"}
    for name, function in (("softmax", softmax), ("sigmoid", sigmoid)):
        if any(near(values, function(other.astype(np.float64))) for other in alike):
            return {**told, "is": name, "again": all(map(in_unit_range, alike))}
    return {**told, "is": "otherwise"}


def near(one: Array, other: Array) -> bool:
    """Tell whether two answers differ by no more than rounding."""
    gap = difference(one, other.astype(one.dtype))[1]
    return gap is not None and gap <= TOLERANCE * max(1.0, float(np.abs(other).max(initial=0.0)))


def in_unit_range(answer: Array) -> bool:
    """Tell whether all values are in [0, 1]."""
    return bool(((answer >= 0) & (answer <= 1)).all())


def explained(seen: Observation, given: tuple[Array, ...], told: Mapping[str, Any]) -> dict[str, Any]:
    """Say of the outputs that differ why they do, from a runtime that nothing has been asked of yet.

    A signature in training mode moves the statistics that the model serves by, so the first is asked no more.
    """
    module = importlib.import_module(seen.runtime.__class__.__module__)
    fresh = module.load(seen.request)
    kept = fresh.model_answers(given, training=False)
    served, again = fresh.run(given), fresh.run(given)
    trained = fresh.model_answers(given, training=True) or []
    steady = all(near(a, b) for a, b in zip(fresh.model_answers(given, training=False), kept, strict=True))
    found = {}
    for name, entry in told.items():
        if entry["is"] != "otherwise":
            continue
        now = beside(served[name], kept) or entry
        random = not near(served[name], again[name])
        as_trained = any(near(served[name], other) for other in trained if other.shape == served[name].shape)
        strange = not getattr(fresh, "reads_the_models_weights", lambda: True)()
        if (random and steady) or as_trained:
            now = {**now, "is": "training"}
        elif strange:
            now = {**now, "is": "other-weights"}
        found[name] = {**now, "rows": entry["rows"]}
    return found
