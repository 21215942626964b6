"""Case distinction: bound an expression by cutting the range of a tensor it reads more than once.

``x - relu(x)`` is never positive, but the interval of x alone does not show it. Where x is below 0 the
difference is x, above 0 it is 0: evaluated on pieces of x and joined, the bound is tight. The same holds for
``where(x > c, f(x), c)``: on a piece the comparison is decided (DEBAR calls it predicate splitting,
Zhang et al., Detecting Numerical Bugs in Neural Network Architectures, 2020).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from logitcheck.analysis.interval import Interval
from logitcheck.analysis.numeric.floats import above, below
from logitcheck.analysis.tensor import Tensor
from logitcheck.graph import Graph, Node, Ref

ELEMENTWISE = frozenset(
    [
        "Abs",
        "Add",
        "AddN",
        "AddV2",
        "BiasAdd",
        "Cast",
        "ClipByValue",
        "Div",
        "DivNoNan",
        "Elu",
        "Equal",
        "Erf",
        "Exp",
        "Expm1",
        "Greater",
        "GreaterEqual",
        "Identity",
        "IsFinite",
        "LeakyRelu",
        "Less",
        "LessEqual",
        "Log",
        "Log1p",
        "LogicalAnd",
        "LogicalNot",
        "LogicalOr",
        "Maximum",
        "Minimum",
        "Mul",
        "Neg",
        "NotEqual",
        "OnesLike",
        "Pow",
        "RealDiv",
        "Reciprocal",
        "Relu",
        "Relu6",
        "Rsqrt",
        "Select",
        "SelectV2",
        "Selu",
        "Sigmoid",
        "Sign",
        "Softplus",
        "Softsign",
        "Sqrt",
        "Square",
        "SquaredDifference",
        "StopGradient",
        "Sub",
        "Tanh",
        "ZerosLike",
    ]
)
"""Ops whose result at one place depends on their inputs at that place only."""

CONE = 48
"""Nodes of an expression that are looked at."""

PIECES = 24
SYMBOLS = 4

Evaluate = Callable[[Node, Sequence[Tensor]], Sequence[Tensor]]


def cone(graph: Graph, target: Ref) -> list[Node]:
    """Return the elementwise nodes behind a reference, inputs first, at most :data:`CONE` of them."""
    found: dict[str, Node] = {}

    def visit(ref: Ref) -> None:
        node = graph.by_name.get(ref.node)
        if node is None or node.name in found or node.op not in ELEMENTWISE or len(found) >= CONE:
            return
        found[node.name] = node
        for parent in node.inputs:
            visit(parent)
        found[node.name] = found.pop(node.name)

    visit(target)
    return list(found.values())


def sharpen(graph: Graph, target: Ref, known: Mapping[Ref, Tensor], evaluate: Evaluate) -> Interval | None:
    """Return a narrower interval of ``target`` by cutting one tensor of its expression, None without gain."""
    nodes = cone(graph, target)
    start = known.get(target)
    if start is None or len(nodes) < 2:
        return None
    best = start.interval
    for symbol in _symbols(nodes, target, known):
        found = _joined(nodes, target, symbol, known, evaluate)
        if found is not None:
            low, high = max(best.low, found.low), min(best.high, found.high)
            best = Interval(low, high) if low <= high else best
    return best if best != start.interval else None


def _symbols(nodes: Sequence[Node], target: Ref, known: Mapping[Ref, Tensor]) -> list[Ref]:
    """Return the tensors that two nodes or two arguments of the expression read, the nearest first."""
    readers = Counter(ref for node in nodes for ref in node.inputs)
    shared = [
        ref
        for ref, count in readers.items()
        if count > 1 and ref in known and known[ref].value is None and ref != target
    ]
    order = {node.name: place for place, node in enumerate(nodes)}
    return sorted(shared, key=lambda ref: -order.get(ref.node, -1))[:SYMBOLS]


def _joined(
    nodes: Sequence[Node], target: Ref, symbol: Ref, known: Mapping[Ref, Tensor], evaluate: Evaluate
) -> Interval | None:
    tensor = known[symbol]
    total: Interval | None = None
    for piece in pieces(tensor.interval, _constants(nodes, known), tensor.dtype):
        local = {symbol: tensor.with_(interval=piece, channels=None)}
        for node in nodes:
            if Ref(node.name) == symbol:
                continue
            inputs = [local.get(ref) or known.get(ref) for ref in node.inputs]
            if any(entry is None for entry in inputs):
                return None
            if any(ref in local for ref in node.inputs):
                local[Ref(node.name)] = evaluate(node, [entry for entry in inputs if entry is not None])[0]
        if target not in local:
            return None
        total = local[target].interval if total is None else total.join(local[target].interval)
    return total


def _constants(nodes: Sequence[Node], known: Mapping[Ref, Tensor]) -> set[float]:
    found = {0.0}
    for node in nodes:
        for ref in node.inputs:
            tensor = known.get(ref)
            if tensor is not None and tensor.interval.low == tensor.interval.high:
                found.add(tensor.interval.low)
    return found


def pieces(whole: Interval, constants: set[float], dtype: str | None) -> list[Interval]:
    """Return intervals that cover ``whole``: cut exactly at each constant, and by halves or powers of 2."""
    low, high = whole.low, whole.high
    cuts = sorted(c for c in constants if low < c < high and math.isfinite(c))[:6]
    for size in (1e-3, 0.1, 1.0, 10.0, 80.0):
        cuts += [c for c in (size, -size) if low < c < high]
    if math.isfinite(low) and math.isfinite(high):
        cuts += [c for c in (low + (high - low) * k / 8 for k in range(1, 8)) if low < c < high]
    found, left = [], low
    for cut in sorted(set(cuts))[:PIECES]:
        if cut in constants:
            found += [Interval(left, below(cut, dtype)), Interval(cut, cut)]
            left = above(cut, dtype)
        else:
            found.append(Interval(left, cut))
            left = cut
    found.append(Interval(left, high))
    found = [piece for piece in found if piece.low <= piece.high]
    return found + [Interval(end, end) for end in (low, high) if end in constants and low < high]
