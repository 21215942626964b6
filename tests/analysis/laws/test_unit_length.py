from __future__ import annotations

from types import ModuleType

import numpy as np
import pytest

from logitcheck.analysis.interpreter import Interpreter
from logitcheck.analysis.tensor import Tensor
from logitcheck.graph import Graph, Node, Ref

AXIS = Node("axis", "Const", (), {"value": np.array(-1, "int32"), "dtype": "int32"})
EPSILON = Node("eps", "Const", (), {"value": np.array(1e-12, "float32"), "dtype": "float32"})


def node(name: str, op: str, *inputs: str, **attrs: object) -> Node:
    return Node(name, op, tuple(Ref(source) for source in inputs), attrs)


def scaled(*nodes: Node) -> Tensor:
    """What is known of ``y``, made of any x and the sum of its squares."""
    x = node("x", "Placeholder", dtype="float32", shape=(None, 4))
    total = node("sum", "Sum", "square", "axis", keep_dims=True)
    graph = Graph((x, AXIS, EPSILON, node("square", "Square", "x"), total, *nodes))
    return Interpreter({"x": Tensor((None, 4), "float32")}).run(graph)[Ref("y")]


@pytest.mark.parametrize(
    "nodes",
    [
        (node("held", "Maximum", "sum", "eps"), node("r", "Rsqrt", "held"), node("y", "Mul", "x", "r")),
        (node("r", "Rsqrt", "sum"), node("y", "Mul", "r", "x")),
        (node("r", "Sqrt", "sum"), node("held", "AddV2", "eps", "r"), node("y", "RealDiv", "x", "held")),
        (node("r", "Sqrt", "sum"), node("i", "Reciprocal", "r"), node("y", "Mul", "x", "i")),
        (node("r", "Rsqrt", "sum"), node("cap", "Minimum", "r", "eps"), node("y", "Mul", "x", "cap")),
    ],
)
def test_a_vector_over_its_length_is_bounded(nodes: tuple[Node, ...]) -> None:
    low, high = scaled(*nodes).interval[:2]
    assert -1.01 < low < -0.99 and 0.99 < high < 1.01


@pytest.mark.parametrize(
    "nodes",
    [
        (node("r", "Rsqrt", "sum"), node("y", "Mul", "r", "square")),
        (node("y", "RealDiv", "x", "sum"),),
        (
            node("flat", "Sum", "square", "axis", keep_dims=False),
            node("r", "Sqrt", "flat"),
            node("y", "RealDiv", "x", "r"),
        ),
        (node("less", "Sub", "sum", "eps"), node("r", "Rsqrt", "less"), node("y", "Mul", "x", "r")),
    ],
)
def test_other_quotients_are_not(nodes: tuple[Node, ...]) -> None:
    assert not scaled(*nodes).interval.bounded


@pytest.mark.tensorflow
def test_rounding_keeps_within_the_limits(tensorflow: ModuleType) -> None:
    x = np.random.default_rng(3).normal(size=(2000, 3)).astype("float32")
    y = tensorflow.math.l2_normalize(x, axis=-1).numpy()
    low, high = scaled(node("r", "Rsqrt", "sum"), node("y", "Mul", "x", "r")).interval[:2]
    assert low <= y.min() and y.max() <= high


@pytest.mark.parametrize(("keeps", "high"), [(True, 1.0), (False, np.inf)])
def test_a_part_of_a_sum_over_several_axes_is_no_larger_than_the_whole(keeps: bool, high: float) -> None:
    nodes = (
        node("x", "Placeholder", dtype="float32", shape=(None, 4, 4)),
        Node("axes", "Const", (), {"value": np.array([1, 2], "int32"), "dtype": "int32"}),
        node("exp", "Exp", "x"),
        node("sum", "Sum", "exp", "axes", keep_dims=keeps),
        node("y", "RealDiv", "exp", "sum"),
    )
    found = Interpreter({"x": Tensor((None, 4, 4), "float32")}).run(Graph(nodes))[Ref("y")]
    assert (found.interval.low, found.interval.high, found.sums_to_one) == (0.0, high, None)


def cosine_of(axis: int, *nodes: Node) -> Tensor:
    """What is known of ``y``, made of two tensors ``u`` and ``v`` scaled to length 1 along an axis."""
    made = [Node("axis", "Const", (), {"value": np.array(axis, "int32"), "dtype": "int32"}), AXIS_LAST, PLACE]
    for x, unit in (("a", "u"), ("b", "v")):
        made += [
            node(x, "Placeholder", dtype="float32", shape=(4, 4)),
            node(f"{x}2", "Square", x),
            node(f"{x}s", "Sum", f"{x}2", "axis", keep_dims=True),
            node(f"{x}r", "Rsqrt", f"{x}s"),
            node(unit, "Mul", x, f"{x}r"),
        ]
    given = {x: Tensor((4, 4), "float32") for x in "ab"}
    return Interpreter(given).run(Graph((*made, *nodes)))[Ref("y")]


AXIS_LAST = Node("last", "Const", (), {"value": np.array(-1, "int32"), "dtype": "int32"})
PLACE = Node("place", "Const", (), {"value": np.array(1, "int32"), "dtype": "int32"})
PRODUCTS = {
    "matmul": (node("y", "MatMul", "u", "v", transpose_b=True),),
    "einsum": (node("y", "Einsum", "u", "v", equation="bd,kd->bk"),),
    "sum of products": (node("p", "Mul", "u", "v"), node("y", "Sum", "p", "last")),
    "Keras Dot": (
        node("rows", "ExpandDims", "u", "place"),
        node("columns", "ExpandDims", "v", "last"),
        node("y", "BatchMatMulV2", "rows", "columns"),
    ),
}


@pytest.mark.parametrize("form", PRODUCTS)
def test_the_product_of_two_vectors_of_length_1_is_a_cosine(form: str) -> None:
    low, high = cosine_of(-1, *PRODUCTS[form]).interval[:2]
    assert -1.01 < low < -0.99 and 0.99 < high < 1.01
    low, high = cosine_of(0, *PRODUCTS[form]).interval[:2]
    assert low < -3.99 and high > 3.99  # scaled along the other axis, they are no unit vectors here


@pytest.mark.parametrize(("offset", "bounded"), [(1.0, True), (0.0, True), (-1.0, False)])
def test_a_number_over_its_own_size_is_bounded(offset: float, bounded: bool) -> None:
    number = Node("c", "Const", (), {"value": np.array(offset, "float32"), "dtype": "float32"})
    nodes = (
        number,
        node("size", "Abs", "x"),
        node("held", "AddV2", "size", "c"),
        node("y", "RealDiv", "x", "held"),
    )
    found = scaled(*nodes).interval
    assert found.bounded is bounded and (not bounded or found[:2] == (-1.0, 1.0))
