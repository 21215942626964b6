"""Case distinction: bound an expression by cutting the range of a tensor it reads more than once.

``x - relu(x)`` is never positive, but the interval of x alone does not show it. Where x is below 0 the
difference is x, above 0 it is 0: evaluated on pieces of x and joined, the bound is tight. The same holds for
``where(x > c, f(x), c)``: on a piece the comparison is decided (DEBAR calls it predicate splitting,
Zhang et al., Detecting Numerical Bugs in Neural Network Architectures, 2020).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from logitcheck.analysis.interval import Interval
from logitcheck.analysis.numeric.floats import above, below, rounded
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


class Cut(NamedTuple):
    """What came of cutting."""

    interval: Interval
    """Hull of the values over all pieces."""

    harmless: bool
    """No piece lies in the danger zone: a hull may have a hole, as of ``where(abs(x) < c, c, x)``."""


def sharpen(
    graph: Graph,
    target: Ref,
    known: Mapping[Ref, Tensor],
    evaluate: Evaluate,
    is_harmless: Callable[[Interval], bool],
) -> Cut | None:
    """Return what cutting tensors of its expression tells of ``target``, None where it tells nothing."""
    nodes = cone(graph, target)
    start = known.get(target)
    if start is None or len(nodes) < 2:
        return None
    best, harmless = start.interval, False
    for symbol in _symbols(nodes, target, known):
        parts = _parts(nodes, target, symbol, known, evaluate)
        if parts:
            harmless = harmless or all(is_harmless(part) for part in parts)
            low, high = min(part.low for part in parts), max(part.high for part in parts)
            low, high = max(best.low, low), min(best.high, high)
            best = Interval(low, high) if low <= high else best
    return Cut(best, harmless) if harmless or best != start.interval else None


class Images(NamedTuple):
    """A tensor's range in pieces, and where an expression lies on each of them."""

    symbol: Ref
    pieces: list[tuple[Interval, Interval]]


def images(graph: Graph, target: Ref, known: Mapping[Ref, Tensor], evaluate: Evaluate) -> Iterator[Images]:
    """Yield, for every tensor that an expression reads more than once, the expression's range piece by piece.

    Activations written out are such: ``x * sigmoid(x)``, ``x * tanh(log(1 + exp(x)))``.
    """
    nodes = cone(graph, target)
    if target not in known or len(nodes) < 2:
        return
    for symbol in _symbols(nodes, target, known):
        cut = pieces(known[symbol].interval, _constants(nodes, known), known[symbol].dtype)
        parts = _parts(nodes, target, symbol, known, evaluate)
        if len(parts) == len(cut):
            yield Images(symbol, list(zip(cut, parts, strict=True)))


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


def _parts(
    nodes: Sequence[Node], target: Ref, symbol: Ref, known: Mapping[Ref, Tensor], evaluate: Evaluate
) -> list[Interval]:
    """Return the target's interval for every piece of the symbol, nothing where one cannot be derived."""
    tensor, parts = known[symbol], []
    for piece in pieces(tensor.interval, _constants(nodes, known), tensor.dtype):
        local = {symbol: tensor.with_(interval=piece, channels=None)}
        for node in nodes:
            if Ref(node.name) == symbol:
                continue
            inputs = [local.get(ref) or known.get(ref) for ref in node.inputs]
            if any(entry is None for entry in inputs):
                return []
            if any(ref in local for ref in node.inputs):
                local[Ref(node.name)] = evaluate(node, [entry for entry in inputs if entry is not None])[0]
        if target not in local:
            return []
        parts.append(local[target].interval)
    return parts


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
    constants = {
        sign * rounded(c, dtype)
        for c in sorted(constants, key=abs)[:6]
        for sign in (1.0, -1.0)
        if math.isfinite(c)
    }
    ends = [end for end in {low, high} if end in constants and low < high]
    low, high = (above(low, dtype) if low in ends else low), (below(high, dtype) if high in ends else high)
    if low > high:
        return [whole]
    cuts = [c for c in constants if low < c < high]
    for size in (1e-3, 0.1, 1.0, 10.0, 80.0):
        cuts += [c for c in (size, -size) if low < c < high]
    if math.isfinite(low) and math.isfinite(high):
        cuts += [c for c in (low + (high - low) * k / 8 for k in range(1, 8)) if low < c < high]
    found, left = [], low
    for cut in sorted({rounded(cut, dtype) for cut in cuts})[:PIECES]:
        if cut in constants:
            found += [Interval(left, below(cut, dtype)), Interval(cut, cut)]
            left = above(cut, dtype)
        else:
            found.append(Interval(left, cut))
            left = cut
    found.append(Interval(left, high))
    found = [piece for piece in found if piece.low <= piece.high]
    return found + [Interval(end, end) for end in ends]
