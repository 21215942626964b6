"""Where a gradient that is not finite came up, found by a second pass that looks at every op."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from logitcheck.graph import Graph, Node, Ref
from logitcheck.probe.array import Array
from logitcheck.probe.inside import spots, stats
from logitcheck.probe.inside.step import Inside, as_it_stands, asked_for, forward, total_loss

ROOTS = frozenset(("Pow", "Rsqrt", "Sqrt"))
QUOTIENTS = frozenset(("Div", "DivNoNan", "Inv", "RealDiv", "Reciprocal", "Xdivy"))
LOGARITHMS = frozenset(("Log", "Log1p", "Xlogy"))
INVERSES = frozenset(("Acos", "Acosh", "Asin", "Atanh"))
SINGULAR = ROOTS | QUOTIENTS | LOGARITHMS | INVERSES | {"Exp"}
"""Ops whose derivative has a pole; where several may be to blame, one of them is."""


def culprit(found: Inside) -> dict[str, Any]:
    """Return the op at which finite gradients become NaN or infinite, and the families of rows it does so on.

    Keys: ``node``, ``op``, ``layer``, ``families``; ``node`` is None where the loss itself is to blame.
    """
    with as_it_stands():
        bad = flags(found)
    node, rows = blamed(found.runtime.graph, bad)
    families = found.rows.families
    hit = {families[row] for row in np.flatnonzero(rows)} if len(rows) == len(families) else set(families)
    return {
        "node": node and node.name,
        "op": node and node.op,
        "layer": node and spots.name_of(node),
        "families": sorted(hit),
    }


def flags(found: Inside) -> dict[Ref, Array]:
    """Return for every float tensor that the loss depends on which rows of its gradient are not finite."""
    import tensorflow as tf

    count, graph = len(found.rows.families), found.runtime.graph
    hit: dict[Ref, Any] = {}
    with tf.GradientTape() as tape:

        def see(ref: Ref, tensor: Any) -> Any:
            if not stats.is_float(tensor):
                return tensor
            tape.watch(tensor)
            return stats.tapped(tensor, lambda gradient: hit.update({ref: rows_hit(gradient, count)}))

        values = forward(found.runtime, found.rows, see, asked_for(graph, found.losses))
        loss, _ = total_loss(graph, found.losses, values, found.rows)
    tape.gradient(loss, list(values.values()))
    return {ref: flag.numpy() for ref, flag in hit.items()}


def rows_hit(gradient: Any, count: int) -> Any:
    """Return per row whether a gradient holds NaN or infinity; one flag where it has no rows."""
    import tensorflow as tf

    gradient = tf.convert_to_tensor(gradient)
    bad = ~tf.math.is_finite(gradient)
    rowwise = gradient.shape.rank and gradient.shape[0] == count
    return tf.reduce_any(bad, list(range(1, gradient.shape.rank)) if rowwise else None)


def blamed(graph: Graph, bad: Mapping[Ref, Any]) -> tuple[Node | None, Any]:
    """Return the op and the flags of its input's gradient; None for the loss."""
    candidates = []
    for node in reversed(graph.nodes):
        after = [flag for ref, flag in bad.items() if ref.node == node.name]
        before = [bad[ref] for ref in node.inputs if ref in bad and np.any(bad[ref])]
        if before and after and not any(np.any(flag) for flag in after):
            candidates.append((node, max(before, key=np.size)))
    for node, rows in candidates:
        if node.op in SINGULAR:
            return node, np.atleast_1d(rows)
    return (candidates[0][0], np.atleast_1d(candidates[0][1])) if candidates else (None, np.array([]))
