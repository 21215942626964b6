"""Short and long sequences, where an input leaves its second axis open.

Keys: ``families`` (``length 1`` and four times the length that was made otherwise, each with what
:func:`~logitcheck.probe.families.by_family` tells of every output) and ``refused`` (length → what the model
says). Empty where no axis is open.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from logitcheck.probe import inputs as made
from logitcheck.probe.batches import run
from logitcheck.probe.families import by_family
from logitcheck.probe.observation import Observation
from logitcheck.probe.protocol import InputPlan
from logitcheck.probe.runtimes.runtime import shortened

ROWS = 3
FACTOR = 4
"""How much longer a long sequence is."""


def observe(seen: Observation) -> Mapping[str, Any]:
    """Return what the model made of each length."""
    plans = seen.runtime.inputs
    if seen.request.data is not None or not any(map(_is_open, plans)):
        return {}
    usual = max(a.shape[1] for a, p in zip(seen.batch.arrays, plans, strict=True) if _is_open(p))
    told: dict[str, Any] = {"families": {}, "refused": {}}
    for length in (1, FACTOR * usual):
        shapes = tuple(
            (length, *array.shape[2:]) if _is_open(plan) else array.shape[1:]
            for array, plan in zip(seen.batch.arrays, plans, strict=True)
        )
        batch = made.make(plans, shapes, seen.length or ROWS, seen.request.seed, seen.length or 1)
        try:
            answers = run(seen.runtime, batch, seen.length)
        except Exception as problem:  # a model may well need a least length
            told["refused"][str(length)] = shortened(problem)
            continue
        told["families"].update(by_family(answers, (f"length {length}",) * batch.rows))
    return told


def _is_open(plan: InputPlan) -> bool:
    """Tell whether an input is a sequence of any length."""
    return plan.shape is not None and len(plan.shape) in (2, 3) and plan.shape[1] is None
