"""All numeric risks of one model: which ops can yield NaN or Inf, or lose the gradient, and why."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from logitcheck.analysis.context import WeightFacts
from logitcheck.analysis.interval import Interval
from logitcheck.analysis.numeric.feared import feared
from logitcheck.graph import Graph, Node, Ref
from logitcheck.model import Model
from logitcheck.record import dataclass

if TYPE_CHECKING:
    from logitcheck.analysis.numeric.danger import Danger

UNDECLARED = Interval(-1000.0, 1000.0)
"""What a float input is taken to hold where no range is declared; ``--input-range`` says better."""

BENIGN = Interval(0.01, 1.0)
"""Undeclared inputs are tried with this range too: an alarm that disappears rests on what is not declared."""


SEARCHED = Interval(0.0, 1.0)
"""Where an input without a declared range is searched: every custom (pixels, shares, standardised numbers)
holds it, so that what is found there is no matter of a range that nobody declared. The bound above leaves out
what lies near 0, since a divisor that an input gives is a matter of its declared range.
"""


@dataclass(frozen=True)
class Risk:
    """One op that a bound allows to leave the finite numbers."""

    graph: str
    """Name of the training graph, empty for the graph that is served."""

    node: Node
    danger: Danger
    argument: Interval
    """Bounds of the argument that is feared."""

    dtype: str
    weights: str
    """``saved``: the stored weights suffice; ``other``: only other weights do; ``only``: no input takes part,
    so that the stored weights alone decide.
    """

    undeclared: bool = False
    """It rests on an input of which no range is declared: within :data:`BENIGN` nothing happens."""

    assumed: bool = False
    """Some input has no declared range, whether or not this rests on it."""

    capped: bool = False
    """A minimum with something finite keeps the Inf out of the result, as Keras normalises."""

    unknown: str | None = None
    """The op without a law on which it rests."""


def risks(
    model: Model, ranges: Mapping[str, Interval], weight: Callable[[str], WeightFacts | None]
) -> tuple[Risk, ...]:
    """Return the risks of the serving graph and of all training graphs, each op once."""
    found: dict[tuple[str, bool], Risk] = {}
    for name, graph in (("", model.graph), *((entry.name, entry.graph) for entry in model.training)):
        names = feared(graph, weight)
        if not names:
            continue
        from logitcheck.analysis.numeric.graph_risks import graph_risks

        free = bool(name) or has_loss(graph)
        trained = free or model.format.startswith("keras")
        for risk in graph_risks(model, name, graph, names, ranges, weight, free=free, gradient=trained):
            found.setdefault((risk.node.name, risk.danger.gradient), risk)
    return tuple(found.values())


def has_loss(graph: Graph) -> bool:
    """Tell whether an output is a loss: a scalar that a mean or a sum over all axes of floats leads to."""
    return any(_is_loss(graph, ref) for ref in graph.outputs)


def _is_loss(graph: Graph, ref: Ref) -> bool:
    node = graph.by_name.get(ref.node)
    for _ in range(12):
        if node is None or not node.inputs:
            return False
        if node.op in ("Mean", "Sum") and node.attrs.get("keep_dims") in (None, False, 0):
            return _over_batch(graph, node)
        if node.op not in ("Identity", "Neg", "AddV2", "Add", "Sub", "Mul", "RealDiv", "DivNoNan", "AddN"):
            return False
        node = next(
            (
                graph.by_name[r.node]
                for r in node.inputs
                if graph.by_name.get(r.node) and graph.by_name[r.node].op != "Const"
            ),
            None,
        )
    return False


def _over_batch(graph: Graph, node: Node) -> bool:
    axes = graph.by_name.get(node.inputs[1].node) if len(node.inputs) > 1 else None
    value = axes.attrs.get("value") if axes is not None and axes.op == "Const" else None
    return value is None or 0 in value.ravel().tolist()
