"""Whatever a sampled input gives lies inside the bounds, and an op without danger gives a finite number."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from logitcheck.analysis.interval import Interval
from logitcheck.analysis.numeric.dangers import danger_of
from logitcheck.analysis.numeric.interpret import RangeInterpreter
from logitcheck.analysis.numeric.stored import Stored
from logitcheck.analysis.numeric.values import Values
from logitcheck.analysis.tensor import Tensor
from logitcheck.graph import Graph, Node, Ref

Array = np.ndarray[Any, Any]
F = np.float32

UNARY: dict[str, Callable[[Array], Array]] = {
    "Abs": np.abs,
    "Exp": np.exp,
    "Neg": np.negative,
    "Relu": lambda x: np.maximum(x, F(0)),
    "Sigmoid": lambda x: F(1) / (F(1) + np.exp(-x)),
    "Softplus": lambda x: np.maximum(x, F(0)) + np.log1p(np.exp(-np.abs(x))),
    "Square": np.square,
    "Tanh": np.tanh,
}
BINARY: dict[str, Callable[[Array, Array], Array]] = {
    "AddV2": np.add,
    "Maximum": np.maximum,
    "Minimum": np.minimum,
    "Mul": np.multiply,
    "Sub": np.subtract,
}
LAST: dict[str, Callable[[Array], Array]] = {
    "Acosh": np.arccosh,
    "Asin": np.arcsin,
    "Atanh": np.arctanh,
    "Exp": np.exp,
    "Log": np.log,
    "Log1p": np.log1p,
    "Reciprocal": np.reciprocal,
    "Rsqrt": lambda x: F(1) / np.sqrt(x),
    "Sqrt": np.sqrt,
}

STEPS = st.lists(
    st.tuples(
        st.sampled_from([*UNARY, *BINARY, *BINARY]),
        st.integers(0, 9),
        st.integers(0, 9),
        st.sampled_from([-1.0, 0.0, 0.5, 1.0, 1e-6]),
    ),
    min_size=1,
    max_size=6,
)


def _build(steps: list[tuple[str, int, int, float]], last: str, x: Array) -> tuple[Graph, dict[str, Array]]:
    nodes = [Node("x", "Placeholder", (), {"dtype": "float32", "shape": (None,)})]
    values = {"x": x}
    for place, (op, first, second, number) in enumerate(steps):
        names = [node.name for node in nodes]
        a = names[first % len(names)]
        if op in UNARY:
            nodes.append(Node(f"n{place}", op, (Ref(a),), {"T": "float32"}))
            values[f"n{place}"] = UNARY[op](values[a])
            continue
        nodes.append(
            Node(f"c{place}", "Const", (), {"dtype": "float32", "value": np.asarray(number, F), "shape": ()})
        )
        values[f"c{place}"] = np.asarray(number, F)
        b = f"c{place}" if second % 2 else names[second % len(names)]
        nodes.append(Node(f"n{place}", op, (Ref(a), Ref(b)), {"T": "float32"}))
        values[f"n{place}"] = np.asarray(BINARY[op](values[a], values[b]), F)
    end = nodes[-1].name
    nodes.append(Node("last", last, (Ref(end),), {"T": "float32"}))
    values["last"] = LAST[last](values[end])
    return Graph(tuple(nodes), ("x",), (Ref("last"),)), values


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    STEPS,
    st.sampled_from(sorted(LAST)),
    st.floats(-30, 30, width=32, allow_subnormal=False),
    st.floats(0, 30, width=32),
)
def test_samples_stay_inside_and_harmless_ops_are_finite(
    steps: list[tuple[str, int, int, float]], last: str, low: float, width: float
) -> None:
    high = float(F(low + width))
    points = np.unique(
        np.concatenate([np.linspace(low, high, 41), np.clip([0, 0.5, 1, -1], low, high)]).astype(F)
    )
    points = np.clip(points, F(low), F(high))
    with np.errstate(all="ignore"):
        graph, values = _build(steps, last, points)
    given_x = Tensor((None,), "float32", Interval(low, high), may_nan=False, may_inf=False)
    interpreter = RangeInterpreter({"x": given_x}, lambda _: None, Stored(None))
    results = interpreter.run(graph)
    for node in graph.nodes[:-1]:
        seen = np.atleast_1d(values[node.name])
        seen = seen[np.isfinite(seen)].astype(np.float64)
        bounds = results[Ref(node.name)].interval
        slack = 1e-5 * np.maximum(1.0, np.abs(seen))
        assert np.all(seen >= bounds.low - slack), (node, bounds)
        assert np.all(seen <= bounds.high + slack), (node, bounds)
    danger = danger_of(graph.nodes[-1], interpreter.arguments["last"], Values(graph))
    if (danger is None or danger.gradient or "last" in interpreter.harmless) and _clear(results, graph):
        assert np.all(np.isfinite(values["last"])), (graph.nodes, danger)


def _clear(results: dict[Ref, Tensor], graph: Graph) -> bool:
    """Tell whether the argument itself is bounded away from infinity: only then is the last op to blame."""
    return all(results[Ref(node.name)].interval.bounded for node in graph.nodes[:-1])
