"""The head of an output: the operation that decides its values, and what stands between it and the output."""

from __future__ import annotations

from logitcheck.analysis.head_ops import (
    ACTIVATIONS,
    AFFINE,
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


def is_affine(graph: Graph, ref: Ref, depth: int = MAX_DEPTH) -> bool:
    """Tell whether a tensor is a plain weighted sum: scores that know no bound.

    Sums with one, pools over one and multiples of one by stored numbers count as well; a mean weighted by a
    softmax, as attention takes it, does not.
    """
    head = find_head(graph, ref)
    if head.node is None or depth == 0 or not head.node.inputs:
        return False
    inputs = head.node.inputs
    if head.op in PRODUCTS:
        stored = any(is_stored(graph, source) for source in reversed(inputs))
        return stored or all(find_head(graph, source).op not in SOFTMAX for source in inputs)
    if head.op in AFFINE:
        return True
    if head.op in SUMS:
        return any(is_affine(graph, source, depth - 1) for source in inputs)
    if head.op in POOLS:
        return is_affine(graph, inputs[0], depth - 1)
    if head.op in SCALES:
        stretched = [source for source in inputs if not is_stored(graph, source)]
        return len(stretched) == 1 and is_affine(graph, stretched[0], depth - 1)
    return False


def is_activation(graph: Graph, head: Head, depth: int = MAX_DEPTH) -> bool:
    """Tell whether values are what an activation made of something, pools over them included."""
    if head.op in ACTIVATIONS or head.op in RECURRENT:
        return True
    if head.op in POOLS and head.node is not None and depth:
        return is_activation(graph, find_head(graph, head.node.inputs[0]), depth - 1)
    return is_pointwise(graph, head.ref)


def is_independent(graph: Graph, head: Head, depth: int = MAX_DEPTH) -> bool:
    """Tell whether no value of a tensor knows of the others of its row, so that they cannot sum to 1.

    So it is with a sigmoid, with any pointwise function of raw scores, and with pools over places of these.
    """
    if head.op in SIGMOID:
        return True
    if head.op in RECURRENT and head.node is not None:
        return "softmax" not in str(head.node.attrs.get("activation", "softmax"))
    if head.op in POOLS and head.node is not None and depth:
        return is_independent(graph, find_head(graph, head.node.inputs[0]), depth - 1)
    return is_pointwise(graph, head.ref)


def is_pointwise(graph: Graph, ref: Ref) -> bool:
    """Tell whether a tensor is a function, value by value, of raw scores and stored numbers only."""
    waiting, scores = [ref], False
    seen: set[str] = set()
    while waiting:
        head = find_head(graph, waiting.pop())
        if head.node is None or head.node.name in seen:
            continue
        seen.add(head.node.name)
        if head.op in AFFINE and is_affine(graph, head.ref):
            scores = True
        elif head.op in POINTWISE:
            waiting += head.node.inputs
        elif head.op not in STORED:
            return False
    return scores


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
