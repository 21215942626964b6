"""LC315."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from logitcheck.finding import Finding, Location, Severity
from logitcheck.graph import Graph, Node, Ref
from logitcheck.rules.case import Case
from logitcheck.rules.rule import Example, Rule
from logitcheck.rules.stored_sketch import stored

LARGEST = 65504.0
"""The largest number of float16."""


class WeightOverflowsDtype(Rule):
    """A stored weight is too large for the dtype its layer computes in.

    Under mixed_float16 a layer casts its float32 weights to float16, which ends at 65,504: a larger one
    becomes Inf, and the layer answers Inf or NaN for every row.

    Fix: give the layer ``dtype="float32"``, or train with weight decay or a constraint.
    """

    code = "LC315"
    name = "weight-overflows-dtype"
    severity = Severity.ERROR
    bad: ClassVar = (Example("70,000 cast to float16", lambda: _cast([1.0, 7e4], "float16"), "kernel"),)
    good: ClassVar = (
        Example("60,000 cast to float16", lambda: _cast([1.0, 6e4], "float16")),
        Example("70,000 cast to bfloat16", lambda: _cast([1.0, 7e4], "bfloat16")),
    )

    def check(self, case: Case) -> Iterator[Finding]:
        """Yield a finding for every weight beyond float16 that is cast to it."""
        graph = case.model.graph
        for node in graph.nodes:
            weight = graph.by_name.get(node.inputs[0].node) if node.op == "Cast" and node.inputs else None
            if weight is None or weight.op != "Weight" or node.attrs.get("DstT") != "float16":
                continue
            found = case.weights.get(str(weight.attrs.get("key")))
            largest = max(found.high, -found.low) if found is not None else 0.0
            if found is not None and LARGEST < largest < float("inf"):
                yield self.finding(
                    f"{found.ref.key!r} holds {largest:.6g}, float16 ends at {LARGEST:.0f}",
                    why="the cast makes it Inf: the layer answers Inf or NaN for every row",
                    fix='dtype="float32" for this layer',
                    at=Location(layer=weight.layer, weight=found.ref.key),
                    evidence={"largest": largest, "dtype": "float16"},
                )


def _cast(values: list[float], dtype: str) -> Case:
    weight = Node("w", "Weight", (), {"key": "kernel", "shape": (2,), "dtype": "float32"})
    cast = Node("cast", "Cast", (Ref("w"),), {"DstT": dtype})
    return stored({"kernel": values}, graph=Graph((weight, cast)))
