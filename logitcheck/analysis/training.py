"""Losses found as ops in a graph: the fused ones of TensorFlow, and cross-entropies written by hand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from logitcheck.analysis import head_ops, heads
from logitcheck.analysis.facts import Facts, GraphFacts
from logitcheck.analysis.heads import find_head
from logitcheck.graph import Graph, Node, Ref
from logitcheck.record import dataclass

SOFTMAX_LOSSES = frozenset(("SoftmaxCrossEntropyWithLogits", "SparseSoftmaxCrossEntropyWithLogits"))
"""Fused losses: scores first, labels second; both take the last axis of a matrix as classes."""

GUARDS = frozenset(("ClipByValue", "Maximum", "Minimum", "Add", "AddV2"))
"""Ops that keep a logarithm away from 0."""

SERVED = "the served graph"


@dataclass(frozen=True)
class FusedLoss:
    """One loss in a graph that applies the softmax or sigmoid itself."""

    node: Node
    """The op; of a sigmoid loss, which TensorFlow writes out in small ops, its ``Log1p``."""

    kind: str
    """``softmax`` or ``sigmoid``."""

    scores: Ref
    """What it is given as scores."""

    labels: Ref | None = None


def graphs(facts: Facts) -> Iterator[tuple[str, GraphFacts]]:
    """Yield every graph that may hold a loss: the training graphs, and the served one if it is no other."""
    yield from facts.training.items()
    if all(other.graph is not facts.serving.graph for other in facts.training.values()):
        yield SERVED, facts.serving


@dataclass(frozen=True)
class Site:
    """Where a loss op or a logarithm stands."""

    graph: str
    """Name of its graph."""

    facts: GraphFacts
    """Facts of its graph."""


def all_fused(facts: Facts) -> Iterator[tuple[Site, FusedLoss]]:
    """Yield the fused losses of all graphs, each op once."""
    seen: set[str] = set()
    for name, graph_facts in graphs(facts):
        for loss in fused_losses(graph_facts.graph):
            if loss.node.name not in seen:
                seen.add(loss.node.name)
                yield Site(name, graph_facts), loss


def all_logs(facts: Facts) -> Iterator[tuple[Site, LogOf]]:
    """Yield the logarithms of all graphs, each op once."""
    seen: set[str] = set()
    for name, graph_facts in graphs(facts):
        for found in logs(graph_facts):
            if found.node.name not in seen:
                seen.add(found.node.name)
                yield Site(name, graph_facts), found


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


@dataclass(frozen=True)
class LogOf:
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


def clip_of_scores(facts: GraphFacts, found: LogOf) -> Node | None:
    """Return the clip that squeezes raw scores into (0, 1) for a logarithm; None where there is none.

    A line through one half that is clipped is the hard sigmoid, an activation.
    """
    clips = [node for node in found.guards if node.op in ("ClipByValue", "Minimum", "Maximum")]
    given = facts.of(found.node.inputs[0]).interval
    inside = given.low >= 0 and given.high <= 1 + 1e-3
    raw = heads.is_affine(facts.graph, found.source) and not _through_one_half(facts, found.guards)
    return clips[-1] if clips and inside and raw else None


def _through_one_half(facts: GraphFacts, guards: Sequence[Node]) -> bool:
    """Tell whether the innermost of some guards adds 1/2, as the hard sigmoid does before it clips."""
    if not guards or guards[-1].op not in head_ops.SUMS:
        return False
    values = (facts.of(ref).value for ref in guards[-1].inputs)
    return any(value is not None and value.size == 1 and value.item() == 0.5 for value in values)


def summed_elsewhere(facts: GraphFacts, found: LogOf) -> tuple[int, int] | None:
    """Return along which axis probabilities sum to 1, and along which other their logarithms are summed.

    Axes are counted from the end. The sum is looked for behind a product (with the labels) and signs; None
    where there is none, or it is along the right axis.
    """
    axis = facts.of(found.source).sums_to_one
    if axis is None or found.node.op != "Log":
        return None
    wrong = (s[0] for s in _sums_behind(facts, found.node) if len(s) == 1 and s[0] != axis)
    other = next(wrong, None)
    return None if other is None else (axis, other)


def before_dropout(graph: Graph, ref: Ref) -> Ref:
    """Return what a dropout written out in ops is given; the tensor itself where there is none.

    TensorFlow writes ``x * scale * cast(random >= rate)`` (``x / keep`` before 2.0) or, from 2.12 on,
    ``where(random >= rate, x * scale, 0)``.
    """
    node = find_head(graph, ref).node
    if node is None or node.op not in ("Mul", "SelectV2", "Select"):
        return ref
    masks = [source for source in node.inputs if _is_mask(graph, source)]
    kept = [source for source in node.inputs if source not in masks and not heads.is_stored(graph, source)]
    if len(masks) != 1 or len(kept) != 1:
        return ref
    scaled = find_head(graph, kept[0]).node
    if scaled is not None and scaled.op in ("Mul", "RealDiv"):
        return next((r for r in scaled.inputs if not heads.is_stored(graph, r)), kept[0])
    return kept[0]


def _is_mask(graph: Graph, ref: Ref) -> bool:
    """Tell whether a tensor says which values a dropout keeps."""
    node = find_head(graph, ref).node
    if node is not None and node.op == "Floor":  # floor(keep + random), as TensorFlow 1 writes it
        return True
    return node is not None and node.op in ("GreaterEqual", "Greater", "Less", "LessEqual")


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
