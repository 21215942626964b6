"""One backward pass of the stored or given loss: how much gradient reaches every layer.

Keys: ``mode`` (``inference``: batch normalisation by its stored statistics, nothing dropped), ``rows`` on
which the loss was taken, their ``families``, ``labels`` (``data`` where all are
the user's, ``made`` where none is, else ``data and made``), ``loss``, ``global_norm``, ``gain`` (that
norm over the norm of the gradient at the answers), ``amplification`` (see :func:`amplification`), ``layers``
(in the graph's order, see :func:`of_layer`), ``vanishing`` (smallest over largest kernel norm of a later
layer: ``ratio``, ``layer``, ``against``), ``reach`` (see :func:`reach`), ``cut_off`` (see
:func:`cut_off`), ``nonfinite`` (see :mod:`logitcheck.probe.inside.culprit`) and ``clipping`` (by option, see
:func:`clipping`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from logitcheck.graph import Node
from logitcheck.probe.inside import spots
from logitcheck.probe.inside.culprit import culprit
from logitcheck.probe.inside.gates import behind_gates
from logitcheck.probe.inside.step import Inside, inside
from logitcheck.probe.measure import figure
from logitcheck.probe.observation import Observation
from logitcheck.probe.runtimes.runtime import RuntimeProblemError


def observe(seen: Observation) -> Mapping[str, Any]:
    """Return the topic's figures. Raises RuntimeProblemError where no loss is known."""
    found = inside(seen)
    if found.loss is None:
        raise RuntimeProblemError("run-failure", "no output has a loss that is computed here (--loss)")
    layers = by_layer(found)
    told: dict[str, Any] = {
        "mode": "inference",
        "rows": len(found.rows.plausible),
        "families": sorted({found.rows.families[row] for row in found.rows.plausible}),
        "labels": used(found),
        "loss": number(found.loss),
        "layers": list(layers.values()),
        "cut_off": cut_off(found, layers),
    }
    if math.isfinite(found.loss) and any(layer["nonfinite"] for layer in layers.values()):
        return {**told, "nonfinite": culprit(found)}
    norm = math.sqrt(sum(w["norm"] ** 2 for w in found.figures["weights"].values()))
    return {
        **told,
        "global_norm": number(norm),
        "gain": gain(found, norm),
        "amplification": amplification(found),
        "vanishing": vanishing(list(layers.values())),
        "reach": reach(list(layers.values()), at_answers(found)),
        "clipping": clipping(found, seen.request.clip, norm),
    }


def used(found: Inside) -> str:
    """Return whose labels the losses were taken with."""
    own = sum(plan.name in found.rows.labels for plan in found.losses)
    return "made" if not own else "data" if own == len(found.losses) else "data and made"


def number(value: float) -> float | None:
    """Return a figure as JSON has it, None where it is not finite."""
    return figure(value) if math.isfinite(value) else None


def by_layer(found: Inside) -> dict[str, dict[str, Any]]:
    """Return the figures of every layer that has weights with a gradient, in the graph's order."""
    flows = {s.layer: s.ref.node for s in spots.layer_outputs(found.runtime.graph)}
    groups: dict[str, list[Node]] = {}
    for node in spots.weights(found.runtime.graph):
        if node.name in found.figures["weights"]:
            groups.setdefault(spots.name_of(node), []).append(node)
    return {layer: of_layer(found, layer, nodes, flows.get(layer)) for layer, nodes in groups.items()}


def of_layer(found: Inside, layer: str, nodes: list[Node], output: str | None) -> dict[str, Any]:
    """Return the figures of one layer.

    ``norm`` and ``max`` of all its gradients, ``kernel`` norm of those of its matrices, ``weights`` norm of
    its values, ``flow`` norm of the gradient at its output, how many values are ``nonfinite``.
    """
    seen = {node.name: found.figures["weights"][node.name] for node in nodes}
    kernels = [seen[node.name] for node in nodes if len(node.attrs.get("shape") or ()) > 1]
    flow = found.figures["flows"].get(output)
    return {
        "layer": layer,
        "norm": number(length(seen.values())),
        "kernel": number(length(kernels)) if kernels else None,
        "max": number(max(item["max"] for item in seen.values())),
        "weights": number(math.sqrt(sum(item["size"] ** 2 for item in seen.values()))),
        "flow": None if flow is None else number(flow),
        "nonfinite": sum(item["nonfinite"] for item in seen.values()),
    }


def length(items: Any) -> float:
    """Return the norm of several gradients taken as one vector."""
    return math.sqrt(sum(item["norm"] ** 2 for item in items))


def gain(found: Inside, norm: float) -> float | None:
    """Return how much larger the gradient of all weights is than that of the answers."""
    return number(norm / at_answers(found)) if at_answers(found) > 0 else None


def at_answers(found: Inside) -> float:
    """Return the norm of the gradient at what the losses are taken of."""
    return math.hypot(*found.figures["ends"])


def amplification(found: Inside) -> dict[str, Any] | None:
    """Return where the gradient is largest on its way back: ``layer``, and its ``ratio`` to the answers'."""
    flows, end = found.figures["flows"], at_answers(found)
    if not flows or not end > 0:
        return None
    name = max(flows, key=flows.__getitem__)
    layer = spots.name_of(found.runtime.graph.by_name[name])
    return {"ratio": number(flows[name] / end), "layer": layer}


def vanishing(layers: list[dict[str, Any]]) -> dict[str, Any] | None:
    """Return the layer whose kernel gets the least gradient beside a later one; None below two kernels."""
    worst: dict[str, Any] | None = None
    best_later: dict[str, Any] | None = None
    for layer in reversed(layers):
        kernel = layer["kernel"]
        if not kernel:
            continue
        if best_later is not None:
            ratio = kernel / best_later["kernel"]
            if worst is None or ratio < worst["ratio"]:
                worst = {"ratio": figure(ratio), "layer": layer["layer"], "against": best_later["layer"]}
        if best_later is None or kernel > best_later["kernel"]:
            best_later = layer
    return worst


def reach(layers: list[dict[str, Any]], end: float) -> dict[str, Any] | None:
    """Return the ``layer`` whose kernel gets most, and its ``ratio`` to the gradient at the answers.

    None where no kernel gets anything, or the answers none: that is another matter than little.
    """
    kernels = [layer for layer in layers if layer["kernel"]]
    if not kernels or not end > 0:
        return None
    most = max(kernels, key=lambda layer: float(layer["kernel"]))
    return {"ratio": number(most["kernel"] / end), "layer": most["layer"]}


def cut_off(found: Inside, layers: Mapping[str, dict[str, Any]]) -> dict[str, list[str]]:
    """Return the layers to which the loss sends nothing: no path, or 0 everywhere.

    Only layers that an output with a loss depends on, and of which no weight gets anything. Where the loss
    is at its least, nothing is sent at all. ``waiting`` are those that get nothing until a weight of zeros
    behind them has moved.
    """
    graph = found.runtime.graph
    reached = depended_on(found)
    wanted = dict.fromkeys(spots.name_of(n) for n in spots.weights(graph) if n.name in reached)
    silent = [name for name, layer in layers.items() if layer["max"] == 0 and at_answers(found) > 0]
    gated = behind_gates(graph, found.figures["weights"]) if silent else set()
    return {
        "unconnected": [layer for layer in wanted if layer not in layers],
        "zero": [name for name in silent if name not in gated],
        "waiting": [name for name in silent if name in gated],
    }


def depended_on(found: Inside) -> set[str]:
    """Return the nodes that an output with a loss is computed from."""
    todo, kept = [output.node for output in found.losses], set()
    while todo:
        name = todo.pop()
        if name not in kept:
            kept.add(name)
            todo.extend(ref.node for ref in found.runtime.graph.by_name[name].inputs)
    return kept


def clipping(found: Inside, clip: Mapping[str, float], norm: float) -> dict[str, Any]:
    """Return for every clipping option of the stored optimizer what it would do to this gradient.

    ``clipnorm``: how many of the weights (``clipped`` of ``weights``) it would shorten and the smallest
    ``factor``; ``global_clipnorm``: the ``factor`` for all; ``clipvalue``: how many weights hold a value
    beyond it, and the ``factor`` of the largest.
    """
    weights = list(found.figures["weights"].values())
    told: dict[str, Any] = {}
    for option, limit in clip.items():
        key = "max" if option == "clipvalue" else "norm"
        sizes = [norm] if option == "global_clipnorm" else [item[key] for item in weights]
        told[option] = {
            "limit": limit,
            "clipped": sum(size > limit for size in sizes),
            "weights": len(sizes),
            "factor": number(min([1.0, *(limit / size for size in sizes if size > limit)])),
        }
    return told
