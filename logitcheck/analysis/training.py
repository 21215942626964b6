"""Losses found as ops, in all graphs of a model: the fused ones of TensorFlow, and those written by hand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from logitcheck.analysis.facts import Facts, GraphFacts
from logitcheck.graph import Graph
from logitcheck.record import dataclass

if TYPE_CHECKING:
    from logitcheck.analysis.fused import FusedLoss
    from logitcheck.analysis.logs import LogOf

FUSED = frozenset(
    [
        "SoftmaxCrossEntropyWithLogits",
        "SparseSoftmaxCrossEntropyWithLogits",
        "CTCLoss",
        "CTCLossV2",
        "LogSoftmax",
        "Log1p",
        "Softplus",
    ]
)
"""Ops by which a fused loss is known."""

LOGS = frozenset(("Log", "Log1p"))

NESTING = frozenset(("While", "StatelessWhile", "If", "StatelessIf", "Case", "StatelessCase"))
"""Ops whose bodies and branches are graphs of their own."""

SERVED = "the served graph"


def graphs(facts: Facts) -> Iterator[tuple[str, GraphFacts]]:
    """Yield every graph that may hold a loss: the training graphs, and the served one if it is no other.

    Bodies of loops and branches of conditions follow the graph they stand in, under its name.
    """
    for name, found in facts.training.items():
        yield from _nested(name, found)
    if all(other.graph is not facts.serving.graph for other in facts.training.values()):
        yield from _nested(SERVED, facts.serving)


def _nested(name: str, facts: GraphFacts) -> Iterator[tuple[str, GraphFacts]]:
    yield name, facts
    for node in facts.graph.nodes:
        if node.op in NESTING:
            for value in node.attrs.values():
                for inner in value if isinstance(value, tuple) else (value,):
                    if isinstance(inner, Graph):
                        yield from _nested(name, GraphFacts(inner, facts.tensors))


@dataclass(frozen=True)
class Site:
    """Where a loss op or a logarithm stands."""

    graph: str
    """Name of its graph."""

    facts: GraphFacts
    """Facts of its graph."""


def all_fused(facts: Facts) -> Iterator[tuple[Site, FusedLoss]]:
    """Yield the fused losses of all graphs, each op once; a softplus that is served is none."""
    seen: set[str] = set()
    for name, graph_facts in graphs(facts):
        if FUSED.isdisjoint(node.op for node in graph_facts.graph.nodes):
            continue
        from logitcheck.analysis.fused import fused_losses

        for loss in fused_losses(graph_facts.graph):
            if loss.node.name not in seen and not (name == SERVED and loss.kind == "softplus"):
                seen.add(loss.node.name)
                yield Site(name, graph_facts), loss


def all_logs(facts: Facts) -> Iterator[tuple[Site, LogOf]]:
    """Yield the logarithms of all graphs, each op once."""
    seen: set[str] = set()
    for name, graph_facts in graphs(facts):
        if LOGS.isdisjoint(node.op for node in graph_facts.graph.nodes):
            continue
        from logitcheck.analysis.logs import logs

        for found in logs(graph_facts):
            if found.node.name not in seen:
                seen.add(found.node.name)
                yield Site(name, graph_facts), found
