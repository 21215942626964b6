"""From the alarms of the range analysis to what the probe searches for, as pure data."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from logitcheck.analysis.interval import Interval
from logitcheck.probe.protocol import Span, Suspect

if TYPE_CHECKING:
    from logitcheck.analysis.numeric.risks import Risk
    from logitcheck.model import Model

MOST_MOVED = 8
"""The same, of those that only other weights can break."""

MOST = 32
"""Suspects of one model that are searched for."""


def suspects_of(
    model: Model, risks: Sequence[Risk], ranges: Mapping[str, Interval]
) -> tuple[tuple[Suspect, ...], tuple[Span, ...]]:
    """Return what to search for, and what the placeholders of those graphs may hold.

    Left out is what stored weights decide alone, and guesses about what training does.
    """
    tried = [risk for risk in risks if risk.weights == "saved"][:MOST]
    moved = (risk for risk in risks if risk.weights == "other" and risk.unknown is None)
    tried += [risk for risk in moved if not risk.danger.gradient][:MOST_MOVED]
    suspects = tuple(
        Suspect(
            risk.graph,
            risk.node.name,
            risk.danger.argument,
            aim(risk),
            risk.danger.gradient,
            risk.weights == "other",
        )
        for risk in tried
    )
    return suspects, tuple(
        span for name in dict.fromkeys(s.graph for s in suspects) for span in _spans(model, name, ranges)
    )


def aim(risk: Risk) -> str:
    """Return where the danger lies, seen from the argument: :class:`Suspect` has the words."""
    bound = risk.danger.bound
    if risk.danger.rule == "LC312" and risk.dtype == "float16":
        return "large"
    if bound.startswith("!=") or risk.danger.rule == "LC304":
        return "zero"
    if bound.startswith(">"):
        return "down"
    if bound.startswith("within"):
        return "out"
    return "up"


def _spans(model: Model, name: str, ranges: Mapping[str, Interval]) -> list[Span]:
    from logitcheck.analysis.numeric.graph_risks import inputs_of
    from logitcheck.analysis.numeric.risks import SEARCHED

    graph = next((entry.graph for entry in model.training if entry.name == name), model.graph)
    given, _ = inputs_of(model, graph, ranges, SEARCHED)
    return [Span(name, node, *_bounded(tensor.interval)) for node, tensor in given.items()]


def _bounded(interval: Interval) -> tuple[float, float]:
    """Return finite ends: an unbounded whole number is searched near 0."""
    low = interval.low if math.isfinite(interval.low) else 0.0
    high = interval.high if math.isfinite(interval.high) else max(low, 1.0)
    return low, high
