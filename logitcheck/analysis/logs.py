"""Logarithms in graphs: cross-entropies written by hand, and what they are taken of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from logitcheck.analysis import head_ops, heads
from logitcheck.analysis.facts import GraphFacts
from logitcheck.analysis.heads import find_head
from logitcheck.graph import Graph, Node, Ref
from logitcheck.record import dataclass

GUARDS = frozenset(("ClipByValue", "Maximum", "Minimum", "Add", "AddV2"))
"""Ops that keep a logarithm away from 0."""

RATIOS = frozenset(("RealDiv", "Div", "DivNoNan"))


@dataclass(frozen=True)
class LogOf:
    """A logarithm of probabilities."""

    node: Node
    source: Ref
    """The probabilities, before what guards the logarithm."""

    guards: tuple[Node, ...]
    """Ops between the two that keep 0 away, the outermost first: a clip, a maximum, an epsilon added."""

    given: Ref
    """The probabilities as the innermost guard, or the logarithm, takes them: moved and cast."""


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
        if head.op in RATIOS and head.node is not None and not guards and _fed(facts, head.node.inputs[0]):
            ref = head.node.inputs[1]  # labels over predictions, as divergences have it
        elif head.op in GUARDS and head.node is not None and _guards(facts, head.node):
            guards.append(head.node)
            ref = _varying(facts, head.node)
        else:
            break
    return LogOf(node, find_head(graph, ref).ref, tuple(guards), ref)


def _fed(facts: GraphFacts, ref: Ref) -> bool:
    """Tell whether a tensor is data that a graph is fed, but for what guards it."""
    for _ in range(heads.MAX_STEPS):
        head = find_head(facts.graph, ref)
        if head.op not in GUARDS or head.node is None or not _guards(facts, head.node):
            return head.op in ("Placeholder", "OneHot")
        ref = _varying(facts, head.node)
    return False


def _guards(facts: GraphFacts, node: Node) -> bool:
    """Tell whether one of an op's inputs is one number, so that the other is kept away from 0 (or 1).

    More numbers are the offset of a layer, stored in a frozen graph.
    """
    values = (facts.of(ref).value for ref in node.inputs)
    return any(value is not None and value.size == 1 for value in values)


def _varying(facts: GraphFacts, node: Node) -> Ref:
    """Return the input of a guard that is no constant; the first where all are."""
    return next((ref for ref in node.inputs if facts.of(ref).value is None), node.inputs[0])


def clip_of_scores(facts: GraphFacts, found: LogOf) -> Node | None:
    """Return the clip that squeezes raw scores into (0, 1) for a logarithm; None where there is none.

    A line through one half that is clipped is the hard sigmoid, an activation.
    """
    clips = [node for node in found.guards if node.op in ("ClipByValue", "Minimum", "Maximum")]
    if not clips:
        return None
    given = facts.of(Ref(found.guards[0].name)).interval
    inside = given.low >= 0 and given.high <= 1 + 1e-3
    scores = before_own_sum(facts.graph, found.source)
    raw = heads.is_affine(facts.graph, scores) and not _through_one_half(facts, found.guards)
    return clips[-1] if inside and raw else None


def before_own_sum(graph: Graph, ref: Ref) -> Ref:
    """Return what was divided by its own sum, as Keras makes probabilities add up; else the tensor itself."""
    ratio = find_head(graph, ref).node
    if ratio is None or ratio.op not in RATIOS:
        return ref
    over = find_head(graph, ratio.inputs[0])
    total = find_head(graph, ratio.inputs[1]).node
    own = total is not None and total.op == "Sum" and find_head(graph, total.inputs[0]).ref == over.ref
    return over.ref if own else ref


def scores_with_labels(facts: GraphFacts, found: LogOf) -> bool:
    """Tell whether a logarithm of raw scores, which may be negative, meets labels and is summed.

    So a cross-entropy is written; features that a layer of weights still follows are none.
    """
    if any(node.op not in head_ops.SUMS for node in found.guards) or found.node.op != "Log":
        return False
    if facts.of(found.source).interval.low >= 0 or not heads.is_affine(facts.graph, found.source):
        return False
    products = [node for node in facts.graph.readers.get(found.node.name, ()) if node.op == "Mul"]
    labelled = any(_fed(facts, ref) for node in products for ref in node.inputs)
    return labelled and head_ops.AFFINE.isdisjoint(facts.graph.ops_after(found.node))


def chosen(facts: GraphFacts, found: LogOf) -> Ref:
    """Return the probabilities of which a logarithm takes that of one class, chosen by index or by labels."""
    node = find_head(facts.graph, found.source).node
    if node is not None and node.op == "GatherNd":
        return node.inputs[0]
    product = find_head(facts.graph, node.inputs[0]).node if node is not None and node.op == "Sum" else None
    if product is not None and product.op == "Mul":
        rest = [ref for ref in product.inputs if not _fed(facts, ref)]
        return rest[0] if len(rest) == 1 else found.source
    return found.source


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
    axis = facts.of(found.given).sums_to_one
    if axis is None or found.node.op != "Log" or _of_ratio(facts.graph, found.node):
        return None
    wrong = (s[0] for s in _sums_behind(facts, found.node) if len(s) == 1 and s[0] != axis)
    other = next(wrong, None)
    return None if other is None else (axis, other)


def _of_ratio(graph: Graph, node: Node) -> bool:
    """Tell whether a logarithm is that of a divergence: 0 for equal values, along whatever axes both sum."""
    return find_head(graph, node.inputs[0]).op in RATIOS


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
