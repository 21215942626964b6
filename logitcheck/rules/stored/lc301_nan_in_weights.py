"""LC301."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, ClassVar

from logitcheck.analysis.weights import WeightScan
from logitcheck.finding import Finding, Location, Severity
from logitcheck.graph import Node, Ref
from logitcheck.rules.case import Case
from logitcheck.rules.rule import Example, Rule
from logitcheck.rules.sketch import Ops, graph
from logitcheck.rules.stored_sketch import stored

if TYPE_CHECKING:
    import numpy as np


class NanInWeights(Rule):
    """A stored weight is NaN or Inf.

    NaN times anything is NaN: 1 entry of a kernel makes every prediction NaN that reads it, from the
    first row on. Training diverged before the file was saved, or the file was damaged.

    Fix: restore an earlier checkpoint, and save only while ``numpy.isfinite(w).all()`` holds for every
    weight.
    """

    code = "LC301"
    name = "nan-in-weights"
    severity = Severity.ERROR
    bad: ClassVar = (
        Example("one NaN", lambda: stored({"kernel": [1.0, float("nan")]}), "kernel"),
        Example("one Inf", lambda: stored({"kernel": [1.0, float("inf")]}), "kernel"),
        Example("one NaN in a constant of a frozen graph", lambda: _frozen(float("nan")), "kernel"),
    )
    good: ClassVar = (
        Example("finite numbers", lambda: stored({"kernel": [1.0, 1e38]})),
        Example("NaN in a slot of the optimizer", lambda: stored({"m": [float("nan")]}, role="optimizer")),
        Example("-Inf in a constant, as masks have it", lambda: _frozen(float("-inf"))),
    )

    def check(self, case: Case) -> Iterator[Finding]:
        """Yield a finding for every tensor with a NaN or Inf in it."""
        for found in case.weights.values():
            if found.first is not None and found.ref.role != "optimizer":
                yield self._found(found)
        for node in case.facts.serving.graph.walk():
            count = _nan_of(node)
            if count:
                yield self._frozen_in(node, count)

    def _found(self, found: WeightScan) -> Finding:
        ref = found.ref
        return self.finding(
            f"{count_words(found)} in {ref.key!r} {list(ref.shape)}, the first at {list(found.index or ())}",
            why="every prediction that reads it is NaN",
            fix="restore a checkpoint from before it diverged; check np.isfinite(w).all() before saving",
            at=Location(weight=ref.key, layer=ref.layer),
            evidence={
                "nan": found.nan,
                "inf": found.inf,
                "first": list(found.index or ()),
                "size": size(found),
            },
        )

    def _frozen_in(self, node: Node, count: int) -> Finding:
        value = node.attrs["value"]
        return self.finding(
            f"{count} NaN of {value.size} numbers in the constant {node.name!r} {list(value.shape)}",
            why="every prediction that reads it is NaN",
            fix="restore a checkpoint from before it diverged, and freeze that",
            at=Location(node=node.name, layer=node.layer),
            evidence={"nan": count, "size": value.size},
        )


def _nan_of(node: Node) -> int:
    """Return how many NaN a table of numbers in the graph holds; a lone NaN is a marker, no weight."""
    import numpy as np

    value = node.attrs.get("value") if node.op == "Const" else None
    if not isinstance(value, np.ndarray) or value.ndim == 0 or value.dtype.kind != "f":
        return 0
    return int(np.isnan(value).sum())


def _frozen(number: float) -> Case:
    def build(ops: Ops) -> dict[str, Ref]:
        kernel = ops.op("Const", value=_table(number), dtype="float32", name="kernel")
        return {"scores": ops.op("MatMul", ops.input(None, 2), kernel)}

    return graph(build)


def _table(number: float) -> np.ndarray[Any, Any]:
    import numpy as np

    return np.asarray([[1.0, number], [0.5, 2.0]], "float32")


def size(found: WeightScan) -> int:
    """Return how many numbers a tensor holds."""
    total = 1
    for length in found.ref.shape:
        total *= length
    return total


def count_words(found: WeightScan) -> str:
    """Return "3 NaN and 1 Inf of 512 numbers"."""
    parts = [f"{count} {what}" for count, what in ((found.nan, "NaN"), (found.inf, "Inf")) if count]
    return f"{' and '.join(parts)} of {size(found)} numbers"
