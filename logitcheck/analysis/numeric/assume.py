"""What a predicate tells where it holds: in a branch taken, behind a mask, in the rest of a loop.

``tf.cond(n > 0, lambda: s / n, …)`` divides only where n is above 0, and ``log(boolean_mask(x, x > 0))`` sees
positive numbers only.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Mapping

from logitcheck.analysis.interval import Interval
from logitcheck.analysis.numeric.floats import above, below
from logitcheck.analysis.numeric.values import Values
from logitcheck.analysis.tensor import Tensor
from logitcheck.graph import Node, Ref

Facts = Mapping[Hashable, Interval]
"""Number of a value → where it lies."""

SELECTIONS = frozenset(("Select", "SelectV2"))
OPPOSITE = {"Greater": "LessEqual", "LessEqual": "Greater", "Less": "GreaterEqual", "GreaterEqual": "Less"}
MIRRORED = {"Greater": "Less", "Less": "Greater", "GreaterEqual": "LessEqual", "LessEqual": "GreaterEqual"}
DEPTH = 8

PLACEWISE = frozenset(
    (
        *("Abs", "Add", "AddV2", "Cast", "Div", "Exp", "Identity", "Log", "Log1p", "Mul", "Neg", "Pow"),
        *("RealDiv", "Reciprocal", "Sigmoid", "Sin", "Sqrt", "Square", "Sub", "Tanh"),
    )
)
"""Ops through which a value is followed to the selection that drops it."""

Known = Callable[[Ref], Tensor]
Test = Callable[[Interval], bool]


def implied(
    values: Values, predicate: Ref, truth: bool, known: Known, depth: int = DEPTH
) -> dict[Hashable, Interval]:
    """Return what follows for values of a graph where a predicate is true, or false."""
    node = values.maker(predicate)
    if node is None or not node.inputs or depth == 0:
        return {}
    if node.op in ("LogicalNot", "Reshape", "Cast", "Squeeze", "ExpandDims"):
        return implied(values, node.inputs[0], truth ^ (node.op == "LogicalNot"), known, depth - 1)
    if (node.op == "All" and truth) or (node.op == "Any" and not truth):
        return implied(values, node.inputs[0], truth, known, depth - 1)
    if (node.op == "LogicalAnd" and truth) or (node.op == "LogicalOr" and not truth):
        found = implied(values, node.inputs[0], truth, known, depth - 1)
        return {**found, **implied(values, node.inputs[1], truth, known, depth - 1)}
    if node.op in OPPOSITE and len(node.inputs) == 2:
        return _compared(values, node, node.op if truth else OPPOSITE[node.op], known)
    return {}


def _compared(values: Values, node: Node, op: str, known: Known) -> dict[Hashable, Interval]:
    a, b = node.inputs
    return {
        values.of(a): _side(op, known(b).interval, known(a).dtype),
        values.of(b): _side(MIRRORED[op], known(a).interval, known(b).dtype),
    }


def _side(op: str, other: Interval, dtype: str | None) -> Interval:
    """Return where x lies, given ``x op other``."""
    if op == "Greater":
        return Interval(above(other.low, dtype), math.inf)
    if op == "GreaterEqual":
        return Interval(other.low, math.inf)
    if op == "Less":
        return Interval(-math.inf, below(other.high, dtype))
    return Interval(-math.inf, other.high)


def hidden(values: Values, node: Node, feared: Ref, is_harmless: Test, known: Known) -> bool:
    """Tell whether selections drop a node's result wherever its argument is feared.

    ``where(x > 0, log(x), 0)`` shows no Inf; its gradient is still 0 * Inf = NaN. What is computed place by
    place from the result, as in ``where(x < 20, log1p(exp(x)), x)``, is dropped with it.
    """
    return _all_dropped(values, node, feared, is_harmless, known, DEPTH)


def _all_dropped(
    values: Values, node: Node, feared: Ref, is_harmless: Test, known: Known, depth: int
) -> bool:
    readers = values.graph.readers.get(node.name, ())
    return bool(readers) and all(
        _drops(values, reader, node, feared, is_harmless, known)
        or (
            depth > 0
            and reader.op in PLACEWISE
            and _all_dropped(values, reader, feared, is_harmless, known, depth - 1)
        )
        for reader in readers
    )


def capped(values: Values, node: Node, known: Known) -> bool:
    """Tell whether every reader takes the minimum of the result and something finite.

    Keras writes ``x * minimum(rsqrt(sum(x**2)), 1 / epsilon)``: an Inf never shows, and the gradient is lost
    for the vector 0 only.
    """
    readers = values.graph.readers.get(node.name, ())
    return bool(readers) and all(
        reader.op == "Minimum"
        and any(ref.node != node.name and known(ref).interval.high < math.inf for ref in reader.inputs)
        for reader in readers
    )


def _drops(
    values: Values,
    reader: Node,
    node: Node,
    feared: Ref,
    is_harmless: Test,
    known: Known,
) -> bool:
    if reader.op not in SELECTIONS or len(reader.inputs) != 3:
        return False
    truth = reader.inputs[1].node == node.name
    if truth == (reader.inputs[2].node == node.name):
        return False
    told = implied(values, reader.inputs[0], truth, known).get(values.of(feared))
    if told is not None and is_harmless(meet(known(feared).interval, told)):
        return True
    return _is_not_zero(values, reader.inputs[0], truth, feared) and is_harmless(Interval(1.0, 1.0))


def _is_not_zero(values: Values, predicate: Ref, truth: bool, x: Ref) -> bool:
    """Tell whether a predicate says that x is not 0."""
    node = values.maker(predicate)
    if node is None or node.op not in ("Equal", "NotEqual") or (node.op == "NotEqual") != truth:
        return False
    zero = [_is_zero(values, ref) for ref in node.inputs]
    return any(z and values.same(other, x) for z, other in zip(zero, node.inputs[::-1], strict=True))


def _is_zero(values: Values, ref: Ref) -> bool:
    maker = values.maker(ref)
    value = maker.attrs.get("value") if maker is not None and maker.op == "Const" else None
    return (maker is not None and maker.op == "ZerosLike") or (value is not None and not value.any())


def masked(values: Values, node: Node, known: Known) -> Interval | None:
    """Return where the entries lie that ``boolean_mask`` picks, None where the node picks otherwise."""
    if node.op not in ("GatherV2", "GatherNd") or len(node.inputs) < 2:
        return None
    where = values.maker(_behind(values, node.inputs[1], ("Squeeze", "Reshape", "Cast")))
    if where is None or where.op != "Where":
        return None
    source = _behind(values, node.inputs[0], ("Reshape",))
    return implied(values, where.inputs[0], True, known).get(values.of(source))


def _behind(values: Values, ref: Ref, ops: tuple[str, ...]) -> Ref:
    """Return what a chain of ops that only move values reads."""
    for _ in range(DEPTH):
        node = values.maker(ref)
        if node is None or node.op not in ops or not node.inputs:
            break
        ref = node.inputs[0]
    return ref


def meet(a: Interval, b: Interval) -> Interval:
    """Return what both hold, the first where they do not touch."""
    low, high = max(a.low, b.low), min(a.high, b.high)
    return Interval(low, high) if low <= high else a
