"""What relations claim holds for sampled numbers."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from logitcheck.analysis.interval import Interval
from logitcheck.analysis.numeric.order import Order
from logitcheck.analysis.numeric.peaks import Peaks
from logitcheck.analysis.numeric.values import Values
from logitcheck.analysis.tensor import Tensor
from logitcheck.graph import Graph, Node, Ref

UNIT = Tensor((6, 5), "float32", Interval(0.0, 1.0))
ANY = Tensor((6, 5), "float32", Interval(-9.0, 9.0))
NUMBERS: dict[str, Callable[..., np.ndarray]] = {
    "Mul": np.multiply,
    "Minimum": np.minimum,
    "Maximum": np.maximum,
    "AddV2": np.add,
    "Sub": np.subtract,
    "Relu": lambda a: np.maximum(a, 0),
    "Sum": lambda a, _: a.sum(1, keepdims=True),
}
WAYS = [("Mul", "p q"), ("Minimum", "p q"), ("Maximum", "p x"), ("Mul", "x q"), ("Relu", "x"), ("Sub", "p q")]
WAYS += [("AddV2", "p q"), ("Mul", "p p"), ("Sub", "x q")]


def node(name: str, way: tuple[str, str]) -> Node:
    return Node(name, way[0], tuple(Ref(part) for part in way[1].split()))


@given(st.sampled_from(WAYS), st.sampled_from(WAYS), st.booleans(), st.integers(0, 99))
def test_what_is_said_to_be_at_most_something_is(
    a: tuple[str, str], b: tuple[str, str], summed: bool, seed: int
) -> None:
    axes = Node("axes", "Const", (), {"value": np.array(1)})
    sums = [Node(f"sum_{end}", "Sum", (Ref(end), Ref("axes")), {"keep_dims": True}) for end in "ab"]
    leaves = [Node(name, "Placeholder") for name in "pqx"]
    graph = Graph((*leaves, axes, node("a", a), node("b", b), *sums), ("p", "q", "x"), ())
    order = Order(Values(graph))
    order.seen = {Ref("p"): UNIT, Ref("q"): UNIT, Ref("x"): ANY}
    random = np.random.default_rng(seed)
    numbers = {name: random.choice([0, 0.3, 1], (6, 5)).astype("float32") for name in "pq"}
    numbers["x"] = random.uniform(-9, 9, (6, 5)).astype("float32")
    left, right = (NUMBERS[op](*(numbers[part] for part in parts.split())) for op, parts in (a, b))
    order.seen |= {Ref("a"): ANY, Ref("b"): ANY}
    ends = ("sum_a", "sum_b") if summed else ("a", "b")
    if summed:
        left, right = left.sum(1), right.sum(1)
    if order.at_most(Ref(ends[0]), Ref(ends[1])):
        assert (left <= right).all()


@pytest.mark.parametrize(
    ("small", "large"),
    [
        (("Mul", "p q"), ("Minimum", "p p")),
        (("Minimum", "p x"), ("AddV2", "p q")),
        (("Mul", "x q"), ("Relu", "x")),
    ],
)
def test_orders_that_are_seen(small: tuple[str, str], large: tuple[str, str]) -> None:
    leaves = [Node(name, "Placeholder") for name in "pqx"]
    order = Order(Values(Graph((*leaves, node("a", small), node("b", large)), (), ())))
    order.seen = {Ref("p"): UNIT, Ref("q"): UNIT, Ref("x"): ANY}
    assert order.at_most(Ref("a"), Ref("b"))
    assert not order.at_most(Ref("b"), Ref("a"))


STEPS: dict[str, tuple[float | None, Callable[[np.ndarray], np.ndarray]]] = {
    "Square": (None, np.square),
    "Sqrt": (None, np.sqrt),
    "Exp": (None, np.exp),
    "AddV2": (0.25, lambda v: v + 0.25),
    "Mul": (3.0, lambda v: v * 3),
    "RealDiv": (4.0, lambda v: v / 4),
    "Pow": (1.5, lambda v: v**1.5),
    "Minimum": (0.1, lambda v: np.minimum(v, 0.1)),
    "Maximum": (0.1, lambda v: np.maximum(v, 0.1)),
    "Relu": (None, lambda v: np.maximum(v, 0)),
}


@given(
    st.lists(st.sampled_from(sorted(STEPS)), max_size=3),
    st.sampled_from(["Sum", "Max", "Mean"]),
    st.integers(0, 99),
)
def test_reductions_stay_above_their_floor(steps: list[str], last: str, seed: int) -> None:
    weights = np.random.default_rng(seed).dirichlet(np.full(5, 0.05), 6)
    values = np.maximum(weights, 1e-300)
    nodes, tensors = [Node("s", "Softmax", (Ref("z"),))], {"s": UNIT.with_(sums_to_one=-1)}
    for place, op in enumerate(steps):
        number, apply = STEPS[op]
        values = apply(values)
        inputs = [Ref(nodes[-1].name)] + ([Ref(f"c{place}")] if number is not None else [])
        if number is not None:
            tensors[f"c{place}"] = Tensor((), "float32", Interval(number, number))
        nodes.append(Node(f"n{place}", op, tuple(inputs)))
        tensors[f"n{place}"] = Tensor((6, 5), "float32", Interval(0.0, float("inf")))
    nodes.append(Node("end", last, (Ref(nodes[-1].name), Ref("axes"))))
    axes = Node("axes", "Const", (), {"value": np.array(1)})
    tensors["axes"], tensors["z"], tensors["end"] = Tensor((), "int32"), ANY, Tensor((6,), "float32")
    peaks = Peaks(Values(Graph((axes, *nodes), (), ())))
    bound = None
    for entry in nodes:
        bound = peaks.refine(entry, [tensors[ref.node] for ref in entry.inputs], tensors[entry.name])
    reduced = values.sum(1) if last == "Sum" else values.max(1) if last == "Max" else values.mean(1)
    assert bound is not None
    assert bound.low > 0
    assert (reduced >= bound.low).all()
