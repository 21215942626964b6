"""Choices by comparisons: what is sampled lies within what is told, and thresholds are told well."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from logitcheck.analysis.interpreter import Interpreter
from logitcheck.analysis.interval import Interval
from logitcheck.analysis.tensor import Tensor
from logitcheck.graph import Graph, Node, Ref

COMPARE = {
    "Greater": np.greater,
    "GreaterEqual": np.greater_equal,
    "Less": np.less,
    "LessEqual": np.less_equal,
}
NUMBERS = st.floats(-4, 4, width=32)


def number(name: str, value: float) -> Node:
    return Node(name, "Const", (), {"value": np.array(value, "float32"), "dtype": "float32"})


def told(op: str, turned: bool, low: float, high: float, limit: float, *rest: Node) -> Interval:
    """Return the bounds of ``y``, where ``c`` is x compared with the limit (``turned``: the limit with x)."""
    x = Node("x", "Placeholder", (), {"dtype": "float32", "shape": (None,)})
    sides = (Ref("limit"), Ref("x")) if turned else (Ref("x"), Ref("limit"))
    graph = Graph((x, number("limit", limit), Node("c", op, sides), number("other", 0.5), *rest))
    given_ = {"x": Tensor((None,), "float32", Interval(low, high))}
    return Interpreter(given_).run(graph)[Ref("y")].interval


def choice(*branches: str) -> Node:
    return Node("y", "SelectV2", (Ref("c"), *map(Ref, branches)))


@given(st.sampled_from(sorted(COMPARE)), st.booleans(), st.booleans(), NUMBERS, NUMBERS, NUMBERS)
def test_samples_lie_within_the_bounds(
    op: str, turned: bool, swapped: bool, a: float, b: float, limit: float
) -> None:
    low, high = sorted((a, b))
    x = np.linspace(low, high, 41, dtype="float32")
    holds = COMPARE[op](limit, x) if turned else COMPARE[op](x, limit)
    branches = ("other", "x") if swapped else ("x", "other")
    found = told(op, turned, low, high, limit, choice(*branches))
    y = np.where(holds, 0.5, x) if swapped else np.where(holds, x, 0.5)
    assert found[0] <= y.min() and y.max() <= found[1]
    cast = Node("f", "Cast", (Ref("c"),), {"DstT": "float32"})
    found = told(op, turned, low, high, limit, cast, Node("y", "Mul", (Ref("x"), Ref("f"))))
    assert found[0] <= (x * holds).min() and (x * holds).max() <= found[1]


@pytest.mark.parametrize(
    "rest",
    [
        (number("zero", 0.0), choice("x", "zero")),
        (Node("f", "Cast", (Ref("c"),), {"DstT": "float32"}), Node("y", "Mul", (Ref("f"), Ref("x")))),
    ],
)
def test_a_threshold_leaves_nothing_negative(rest: tuple[Node, ...]) -> None:
    assert told("GreaterEqual", False, -np.inf, np.inf, 0.5, *rest)[:2] == (0.0, np.inf)
