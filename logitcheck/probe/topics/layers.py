"""One forward pass: range of every layer, dead units, constant channels, saturation, batch statistics.

Keys: ``rows`` and their ``families``; ``plausible`` families, on which saturation and statistics are taken;
``layers`` (in the graph's order: ``layer``, ``min``, ``max``, ``channels``,
``constant`` of them); ``relus`` (``layer``, ``node``, ``units``, ``dead``: 0 on every row and at every place,
``far``: what goes into them stays further below 0 than it ever moves);
``squashed`` (sigmoids and tanhs inside the model: ``layer``, ``node``, share ``beyond`` 0.99 of the range,
``units``, ``stuck``: always there, on one side); ``normalised`` (see :func:`statistics`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from logitcheck.probe.array import Array
from logitcheck.probe.inside import spots
from logitcheck.probe.inside.step import Inside, inside
from logitcheck.probe.observation import Observation
from logitcheck.probe.topics.gradients import number

EPSILON = 1e-3
"""Added to variances before they are compared, as Keras does by default."""


def observe(seen: Observation) -> Mapping[str, Any]:
    """Return the topic's figures."""
    found = inside(seen)
    rows = found.rows
    return {
        "rows": len(rows.families),
        "families": sorted(set(rows.families)),
        "plausible": sorted({rows.families[row] for row in rows.plausible}),
        "layers": layers(found),
        "relus": relus(found),
        "squashed": squashed(found),
        "normalised": [statistics(name, item) for name, item in found.figures["normalised"].items()],
    }


def layers(found: Inside) -> list[dict[str, Any]]:
    """Return the range of every layer's output and how many of its channels never change."""
    told = []
    for spot in spots.layer_outputs(found.runtime.graph):
        item = found.figures["layers"].get(spot.ref.node)
        if item is not None:
            told.append(
                {
                    "layer": spot.layer,
                    "min": number(float(np.min(item["low"]))),
                    "max": number(float(np.max(item["high"]))),
                    "channels": int(np.size(item["low"])),
                    "constant": int(np.sum(item["low"] == item["high"])),
                }
            )
    return told


def relus(found: Inside) -> list[dict[str, Any]]:
    """Return for every ReLU how many of its units (channels) were 0 throughout, and how many far from not."""
    graph = found.runtime.graph
    return [
        {
            "layer": spots.name_of(graph.by_name[name]),
            "node": name,
            "units": int(np.size(item["high"])),
            "dead": int(np.sum(item["high"] <= 0)),
            "far": int(np.sum((item["high"] < 0) & (-item["high"] > item["high"] - item["low"]))),
        }
        for name, item in found.figures["relus"].items()
    ]


def squashed(found: Inside) -> list[dict[str, Any]]:
    """Return for every sigmoid and tanh inside the model how much of it lies at the ends of its range."""
    graph = found.runtime.graph
    return [
        {
            "layer": spots.name_of(graph.by_name[name]),
            "node": name,
            "op": graph.by_name[name].op,
            "beyond": number(float(item["beyond"])),
            "units": int(np.size(item["low"])),
            "stuck": int(np.sum((item["low"] > item["reach"]) | (item["high"] < -item["reach"]))),
        }
        for name, item in found.figures["squashed"].items()
    ]


def statistics(layer: str, item: Mapping[str, Array]) -> dict[str, Any]:
    """Compare a batch normalisation's stored statistics with the batch's, over its channels.

    ``shift``: median of ``|mean - stored mean|`` in stored standard deviations; ``spread``: median of the
    batch's variance over the stored one; ``initial``: stored ones are exactly 0 and 1, as before training.
    """
    mean, variance = item["stored_mean"].astype(np.float64), item["stored_variance"].astype(np.float64)
    room = np.maximum(variance, 0) + EPSILON
    shift = np.abs(item["mean"] - mean) / np.sqrt(room)
    spread = (item["variance"] + EPSILON) / room
    return {
        "layer": layer,
        "channels": int(mean.size),
        "shift": number(float(np.median(shift))),
        "spread": number(float(np.median(spread))),
        "initial": bool((mean == 0).all() and (variance == 1).all()),
    }
