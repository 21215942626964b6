"""Whether a model's batch normalisations hold the statistics that they start with.

At inference such a layer passes its input on as it is, and what forty layers shrink stays shrunk; in training
it brings every batch back to deviation 1. What is measured at inference then tells of the moment before
training, and of nothing that training or serving will see.
"""

from __future__ import annotations

from logitcheck.rules.case import Case

STARTS = {"moving_mean": 0.0, "moving_variance": 1.0}


def normalises_untrained(case: Case) -> bool:
    """Tell whether there are batch normalisations, and all their stored means are 0 and variances 1."""
    held = [
        (case.weights.get(str(node.attrs.get("key"))), STARTS[slot])
        for node in case.model.graph.nodes
        if node.op == "Weight" and (slot := _slot(str(node.attrs.get("slot") or node.attrs.get("key"))))
    ]
    return bool(held) and all(scan is not None and scan.low == scan.high == start for scan, start in held)


def _slot(name: str) -> str | None:
    """Return which statistic a weight is, by the name of its place or of its tensor."""
    return next((slot for slot in STARTS if slot in name), None)
