"""LC313."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from logitcheck.finding import Finding, Location, Severity
from logitcheck.graph import Graph, Node
from logitcheck.rules.case import Case
from logitcheck.rules.rule import Example, Rule
from logitcheck.rules.stored_sketch import stored


class NegativeVariance(Rule):
    """A stored moving variance is negative.

    A mean of squares cannot be negative: the numbers come from another tensor, or the file was damaged.
    Where the variance lies below minus epsilon, 1 / sqrt(variance + epsilon) is NaN for that channel.

    Fix: restore the layer from a sound checkpoint; check the order of ``set_weights`` (gamma, beta,
    mean, variance).
    """

    code = "LC313"
    name = "negative-variance"
    severity = Severity.WARNING
    bad: ClassVar = (Example("one channel below 0", lambda: _normalised([1.0, -0.5]), "variance"),)
    good: ClassVar = (Example("dead channels", lambda: _normalised([1.0, 0.0])),)

    def check(self, case: Case) -> Iterator[Finding]:
        """Yield a finding for every moving variance with a number below 0."""
        for node in case.model.graph.nodes:
            found = case.weights.get(str(node.attrs.get("key"))) if node.op == "Weight" else None
            if found is not None and node.attrs.get("slot") == "moving_variance" and found.low < 0:
                yield self.finding(
                    f"the moving variance {found.ref.key!r} holds {found.low:.6g}",
                    why="a variance is never negative; below -epsilon the layer answers NaN",
                    fix="layer.set_weights([gamma, beta, moving_mean, moving_variance])  # in this order",
                    at=Location(layer=node.layer, weight=found.ref.key),
                    evidence={"min": found.low},
                )


def _normalised(values: list[float]) -> Case:
    weight = Node(
        "v", "Weight", (), {"key": "variance", "slot": "moving_variance", "shape": (2,), "dtype": "float32"}
    )
    return stored({"variance": values}, graph=Graph((weight,)))
