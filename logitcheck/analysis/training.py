"""Losses found as ops in a graph: the fused ones of TensorFlow, and cross-entropies written by hand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from logitcheck.analysis import heads
from logitcheck.analysis.facts import Facts, GraphFacts
from logitcheck.analysis.heads import find_head
from logitcheck.graph import Graph, Node, Ref

SOFTMAX_LOSSES = frozenset(("SoftmaxCrossEntropyWithLogits", "SparseSoftmaxCrossEntropyWithLogits"))
"""Fused losses: scores first, labels second; both take the last axis of a matrix as classes."""

GUARDS = frozenset(("ClipByValue", "Maximum", "Minimum", "Add", "AddV2"))
"""Ops that keep a logarithm away from 0."""

SERVED = "the served graph"


class FusedLoss(NamedTuple):
    """One loss in a graph that applies the softmax or sigmoid itself."""

    node: Node
    """The op; of a sigmoid loss, which TensorFlow writes out in small ops, its ``Log1p``."""

    kind: str
    """``softmax`` or ``sigmoid``."""

    scores: Ref
    """What it is given as scores."""

    labels: Ref | None = None


def graphs(facts: Facts) -> Iterator[tuple[str, GraphFacts]]:
    """Yield every graph that may hold a loss: the training graphs, and the served one where it is no other."""
    yield from facts.training.items()
    if all(other.graph is not facts.serving.graph for other in facts.training.values()):
        yield SERVED, facts.serving


def fused_losses(graph: Graph) -> Iterator[FusedLoss]:
    """Yield the losses of a graph that take scores."""
    for node in graph.nodes:
        if node.op in SOFTMAX_LOSSES and len(node.inputs) > 1:
            yield FusedLoss(node, "softmax", node.inputs[0], node.inputs[1])
        elif node.op == "Log1p":
            scores = _sigmoid_scores(graph, node)
            if scores is not None:
                yield FusedLoss(node, "sigmoid", scores)


def _sigmoid_scores(graph: Graph, log1p: Node) -> Ref | None:
    """Return x of ``log1p(exp(-abs(x)))``, as TensorFlow writes its sigmoid cross-entropy; None for others.

    ``tf.nn.sigmoid_cross_entropy_with_logits`` takes ``where(x >= 0, -x, x)`` for ``-abs(x)``.
    """
    exp = graph.by_name.get(log1p.inputs[0].node) if log1p.inputs else None
    if exp is None or exp.op != "Exp":
        return None
    inner = graph.by_name.get(exp.inputs[0].node)
    if inner is None:
        return None
    if inner.op in ("Select", "SelectV2"):
        minus = graph.by_name.get(inner.inputs[1].node)
        same = minus is not None and minus.op == "Neg" and minus.inputs[0] == inner.inputs[2]
        return inner.inputs[2] if same else None
    magnitude = graph.by_name.get(inner.inputs[0].node) if inner.op == "Neg" else None
    return magnitude.inputs[0] if magnitude is not None and magnitude.op == "Abs" else None


class LogOf(NamedTuple):
    """A logarithm of probabilities."""

    node: Node
    source: Ref
    """The probabilities, before what guards the logarithm."""

    guards: tuple[Node, ...]
    """Ops between the two that keep 0 away: a clip, a maximum, an epsilon added."""


def logs(facts: GraphFacts) -> Iterator[LogOf]:
    """Yield every logarithm of a graph, with what it is taken of."""
    for node in facts.graph.nodes:
        if node.op in ("Log", "Log1p") and node.inputs:
            yield _log_of(facts, node)


def _log_of(facts: GraphFacts, node: Node) -> LogOf:
    graph, ref = facts.graph, node.inputs[0]
    guards: list[Node] = []
    for _ in range(heads.MAX_STEPS):
        head = find_head(graph, ref)
        if head.op not in GUARDS or head.node is None or not _guards(facts, head.node):
            return LogOf(node, head.ref, tuple(guards))
        guards.append(head.node)
        ref = _varying(facts, head.node)
    return LogOf(node, ref, tuple(guards))


def _guards(facts: GraphFacts, node: Node) -> bool:
    """Tell whether one of an op's inputs is a constant, so that the other is kept away from 0 (or 1)."""
    return any(facts.of(ref).value is not None for ref in node.inputs)


def _varying(facts: GraphFacts, node: Node) -> Ref:
    """Return the input of a guard that is no constant; the first where all are."""
    return next((ref for ref in node.inputs if facts.of(ref).value is None), node.inputs[0])


def clipped_scores(facts: GraphFacts) -> Iterator[Node]:
    """Yield the clips that squeeze raw scores into (0, 1) for a logarithm."""
    for found in logs(facts):
        clips = [node for node in found.guards if node.op in ("ClipByValue", "Minimum", "Maximum")]
        inside = clips and facts.of(found.node.inputs[0]).interval.low >= 0.0
        below = inside and facts.of(found.node.inputs[0]).interval.high <= 1.0 + 1e-3
        if below and heads.is_affine(facts.graph, found.source):
            yield clips[-1]


def summed_elsewhere(facts: GraphFacts) -> Iterator[tuple[str, int, int]]:
    """Yield logarithms of probabilities summed along another axis: node, its axis, the sum's axis.

    Axes are counted from the end. The sum is looked for behind a product (with the labels) and signs.
    """
    for found in logs(facts):
        axis = facts.of(found.source).sums_to_one
        if axis is None or found.node.op != "Log":
            continue
        for summed in _sums_behind(facts, found.node):
            if axis not in summed and len(summed) == 1:
                yield found.node.name, axis, summed[0]


def _sums_behind(facts: GraphFacts, node: Node, depth: int = 4) -> Iterator[tuple[int, ...]]:
    """Yield the axes, counted from the end, of the sums that take a node's product with something."""
    for reader in facts.graph.readers.get(node.name, ()):
        if reader.op == "Sum":
            axes = _axes(facts, reader)
            if axes:
                yield axes
        elif reader.op in ("Mul", "Neg", "Identity") and depth:
            yield from _sums_behind(facts, reader, depth - 1)


def _axes(facts: GraphFacts, node: Node) -> tuple[int, ...] | None:
    rank = facts.of(node.inputs[0]).rank
    value = facts.of(node.inputs[1]).value if len(node.inputs) > 1 else None
    if value is None or rank is None:
        return None
    return tuple(int(axis) if axis < 0 else int(axis) - rank for axis in value.ravel().tolist())
