"""What a file tells of an input's values: by the layer that scales them first.

A ``Rescaling`` brings its input to [0, 1], or to [-1, 1] where its offset is negative; the input lies where
that comes from. A ``Normalization`` knows mean and variance: ten standard deviations hold all but one in a
hundred of any distribution (Chebyshev's inequality).
"""

from __future__ import annotations

import math
from typing import Any

from logitcheck.analysis.interval import Interval
from logitcheck.graph import Graph, Node, Ref
from logitcheck.model import Model

DEVIATIONS = 10.0
PASSING = ("Cast", "Identity")
DEPTH = 4
"""Such ops in a row that are looked through."""


def told(model: Model, graph: Graph, placeholder: str) -> Interval | None:
    """Return the range that all first readers of an input agree to hold, None where one tells nothing."""
    if not model.layers:
        return None
    kinds = {config.name: config for config in model.layers}
    found: Interval | None = None
    for node, ref in _readers(graph, placeholder):
        config = kinds.get((node.layer or "").rpartition("/")[2])
        span = None
        if config is not None and config.class_name == "Rescaling" and node.op == "Mul":
            span = _rescaled(config.config)
        elif config is not None and config.class_name == "Normalization" and node.op == "Sub":
            span = _normalised(model, graph, node, ref)
        if span is None:
            return None
        found = span if found is None else Interval(min(found.low, span.low), max(found.high, span.high))
    return found


def _readers(graph: Graph, name: str, depth: int = DEPTH) -> list[tuple[Node, Ref]]:
    """Return the ops that compute with an input, and the reference they take it by."""
    found = []
    for node in graph.readers.get(name, ()):
        if node.op in PASSING and depth:
            found += _readers(graph, node.name, depth - 1)
        else:
            found.append((node, Ref(name)))
    return found


def _rescaled(config: Any) -> Interval | None:
    scale, offset = config.get("scale"), config.get("offset", 0.0)
    if not isinstance(scale, int | float) or not isinstance(offset, int | float) or not scale:
        return None
    low, high = sorted((end - offset) / scale for end in (-1.0 if offset < 0 else 0.0, 1.0))
    return Interval(low, high) if math.isfinite(low) and math.isfinite(high) else None


def _normalised(model: Model, graph: Graph, node: Node, ref: Ref) -> Interval | None:
    """Return mean ± ten deviations; the deviation is the root that the quotient behind the difference has."""
    if node.inputs[0] != ref:
        return None
    mean = _value(model, graph, node.inputs[1])
    quotient = next((reader for reader in graph.readers.get(node.name, ()) if reader.op == "RealDiv"), None)
    root = graph.by_name.get(quotient.inputs[1].node) if quotient is not None else None
    for _ in range(DEPTH):
        if root is not None and root.op in ("Maximum", "Sqrt") and root.inputs:
            root = graph.by_name.get(root.inputs[0].node)
    variance = _value(model, graph, Ref(root.name)) if root is not None else None
    if mean is None or variance is None or not (variance >= 0).all():
        return None
    low, high = (mean - DEVIATIONS * variance**0.5).min(), (mean + DEVIATIONS * variance**0.5).max()
    return Interval(float(low), float(high)) if math.isfinite(low) and math.isfinite(high) else None


def _value(model: Model, graph: Graph, ref: Ref) -> Any:
    """Return stored numbers, of a constant or of a weight; None for anything else."""
    node = graph.by_name.get(ref.node)
    for _ in range(DEPTH):
        if node is not None and node.op in ("Reshape", "Cast", "Identity") and node.inputs:
            node = graph.by_name.get(node.inputs[0].node)
    if node is None:
        return None
    value = node.attrs.get("value")
    if node.op == "Weight" and node.attrs.get("key") is not None and model.source is not None:
        value = model.source.array(node.attrs["key"])
    return value.astype("float64") if value is not None and value.size and value.dtype.kind == "f" else None
