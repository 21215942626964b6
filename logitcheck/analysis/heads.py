"""The head of an output: the operation that decides its values, and what stands between it and the output."""

from __future__ import annotations

from logitcheck.analysis.head_ops import (
    ACTIVATIONS,
    AFFINE,
    JOINS,
    LOG_SOFTMAX,
    PASS,
    POINTWISE,
    POOLS,
    PRODUCTS,
    RECURRENT,
    SCALES,
    SIGMOID,
    SOFTMAX,
    STORED,
    SUMS,
    VARIABLES,
)
from logitcheck.graph import Graph, Node, Ref
from logitcheck.record import dataclass

MAX_DEPTH = 20
MAX_STEPS = 10_000


@dataclass(frozen=True)
class Head:
    """Where the values of an output come from."""

    node: Node | None
    """The op that decides them; None where the graph does not hold it."""

    ref: Ref
    """Its result."""

    behind: tuple[Node, ...] = ()
    """Ops that hand the values on from there to the output, the output's own first."""

    @property
    def op(self) -> str:
        """Name of the op, empty where there is none."""
        return self.node.op if self.node else ""

    @property
    def layer(self) -> str | None:
        """The Keras layer it came from."""
        return self.node.layer if self.node else None


def find_head(graph: Graph, ref: Ref) -> Head:
    """Walk back from a tensor through ops that only hand values on, to the op that makes them."""
    behind: list[Node] = []
    for _ in range(MAX_STEPS):
        node = graph.by_name.get(ref.node)
        if node is None or node.op not in PASS or not node.inputs:
            return Head(node, ref, tuple(behind))
        behind.append(node)
        ref = node.inputs[passed(node, ref.index)]
    return Head(graph.by_name.get(ref.node), ref, tuple(behind))


def passed(node: Node, index: int) -> int:
    """Return which input of a handing-on op its output ``index`` repeats."""
    return index if node.op == "IdentityN" and index < len(node.inputs) else 0


def is_affine(graph: Graph, ref: Ref) -> bool:
    """Tell whether a tensor is a plain weighted sum: scores that know no bound.

    Sums with one or with a learned offset, pools over one, multiples of one by stored numbers and several of
    them side by side count as well; a mean weighted by a softmax, as attention takes it, does not.
    """
    return _affine(graph, ref, MAX_DEPTH, {})


def _affine(graph: Graph, ref: Ref, depth: int, known: dict[Ref, bool]) -> bool:
    """Answer for each head once: sums and joins may share their parts many times over."""
    head = find_head(graph, ref)
    if head.node is None or depth == 0 or not head.node.inputs:
        return False
    if head.ref not in known:
        known[head.ref] = False
        known[head.ref] = _affine_node(graph, head.node, depth - 1, known)
    return known[head.ref]


def _affine_node(graph: Graph, node: Node, depth: int, known: dict[Ref, bool]) -> bool:
    inputs = node.inputs
    if node.op in PRODUCTS:
        stored = any(is_stored(graph, source) for source in reversed(inputs))
        return stored or all(find_head(graph, source).op not in SOFTMAX for source in inputs)
    if node.op in AFFINE:
        return True
    if node.op in SUMS:
        learned = any(find_head(graph, source).op in VARIABLES for source in inputs)
        return learned or any(_affine(graph, source, depth, known) for source in inputs)
    if node.op in POOLS:
        return _affine(graph, inputs[0], depth, known)
    if node.op in JOINS:
        return all(_affine(graph, part, depth, known) for part in _parts(graph, node))
    if node.op in SCALES:
        stretched = [source for source in inputs if not is_stored(graph, source)]
        return len(stretched) == 1 and _affine(graph, stretched[0], depth, known)
    return False


def _parts(graph: Graph, node: Node) -> tuple[Ref, ...]:
    """Return what a join puts side by side, once each: its inputs without the axis, which is stored."""
    return tuple(dict.fromkeys(source for source in node.inputs if not is_stored(graph, source)))


def is_activation(graph: Graph, head: Head, depth: int = MAX_DEPTH) -> bool:
    """Tell whether values are what an activation made of something, pools over them included."""
    if head.op in ACTIVATIONS or head.op in RECURRENT:
        return True
    if head.op in POOLS and head.node is not None and depth:
        return is_activation(graph, find_head(graph, head.node.inputs[0]), depth - 1)
    if head.op in JOINS and head.node is not None:
        parts = [find_head(graph, part) for part in _parts(graph, head.node)]
        return bool(parts) and all(part.op in ACTIVATIONS or part.op in RECURRENT for part in parts)
    return is_pointwise(graph, head.ref)


def is_independent(graph: Graph, head: Head, depth: int = MAX_DEPTH) -> bool:
    """Tell whether no value of a tensor knows of the others of its row, so that they cannot sum to 1.

    So it is with a sigmoid, with any pointwise function of raw scores, with pools over places of these, and
    with activations side by side that have each a layer of weights of its own.
    """
    if head.op in SIGMOID:
        return True
    if head.op in JOINS and head.node is not None:
        return _apart(graph, head.node)
    if head.op in RECURRENT and head.node is not None:
        return "softmax" not in str(head.node.attrs.get("activation", "softmax"))
    if head.op in POOLS and head.node is not None and depth:
        return is_independent(graph, find_head(graph, head.node.inputs[0]), depth - 1)
    return is_pointwise(graph, head.ref)


def _apart(graph: Graph, join: Node) -> bool:
    """Tell whether every part of a join is an activation of weighted sums that no other part has."""
    parts = [find_head(graph, part).node for part in _parts(graph, join)]
    if not all(part and part.op in ACTIVATIONS - SOFTMAX - LOG_SOFTMAX for part in parts):
        return False
    below = [find_head(graph, part.inputs[0]) for part in parts if part]
    return all(_weighs(graph, head) for head in below) and len({head.ref for head in below}) == len(parts)


def _weighs(graph: Graph, head: Head) -> bool:
    """Tell whether a head is a layer of weights, its offset added by an op of that kind or a plain sum."""
    if head.op in SUMS and head.node is not None:
        return any(find_head(graph, source).op in AFFINE for source in head.node.inputs)
    return head.op in AFFINE


def is_pointwise(graph: Graph, ref: Ref) -> bool:
    """Tell whether a tensor is a function, value by value, of raw scores and stored numbers only."""
    return bool(scores_under(graph, ref))


def scores_under(
    graph: Graph,
    ref: Ref,
    through: frozenset[str] = POINTWISE,
    besides: frozenset[str] = frozenset(),
) -> tuple[Ref, ...]:
    """Return the raw scores that a tensor is a function of, value by value; empty where it is no such one.

    ``through`` are the ops that may stand between, ``besides`` those that count as raw scores too.
    """
    waiting = [ref]
    scores: list[Ref] = []
    seen: set[str] = set()
    while waiting:
        head = find_head(graph, waiting.pop())
        if head.node is None or head.node.name in seen:
            continue
        seen.add(head.node.name)
        if head.op in besides or (head.op in AFFINE and is_affine(graph, head.ref)):
            scores.append(head.ref)
        elif head.op in through:
            waiting += head.node.inputs
        elif head.op not in STORED:
            return ()
    return tuple(scores)


def is_stored(graph: Graph, ref: Ref) -> bool:
    """Tell whether a tensor stands in the file, or follows from what stands there."""
    waiting = [ref]
    seen: set[str] = set()
    while waiting:
        node = graph.by_name.get(waiting.pop().node)
        if node is None or (node.op not in STORED and not node.inputs) or len(seen) > MAX_STEPS:
            return False
        if node.name not in seen and node.op not in STORED:
            waiting += node.inputs
        seen.add(node.name)
    return True
