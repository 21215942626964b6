"""Sound look-alikes that only a relation clears, each beside the defect it resembles."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from logitcheck.analysis.interval import Interval
from logitcheck.analysis.numeric.risks import Risk, has_loss, risks
from logitcheck.graph import Graph, Node, Ref
from logitcheck.model import Input, Model, TrainingGraph
from logitcheck.rules.sketch import Ops

RANGES = {"x": Interval(-4.0, 4.0), "y": Interval(0.0, 1.0)}
Build = Callable[[Ops], Ref]


def found(build: Build, *, trained: bool = False) -> tuple[Risk, ...]:
    ops = Ops()
    end = build(ops)
    graph = Graph(tuple(ops.nodes), tuple(i.name for i in ops.inputs), (end,))
    inputs = tuple(ops.inputs)
    beside = (TrainingGraph("train", graph),) if trained else ()
    model = Model("m", "saved-model", graph=Graph() if trained else graph, inputs=inputs, training=beside)
    return risks(model, RANGES, lambda _: None)


def x(ops: Ops) -> Ref:
    return ops.input(None, 4, name="x")


def axis(ops: Ops) -> Ref:
    return ops.const(1, "int32")


def scaled(ops: Ops) -> Ref:
    return ops.op("Mul", x(ops), ops.const(100.0))


def total(ops: Ops, value: Ref) -> Ref:
    return ops.op("Sum", value, axis(ops), keep_dims=True)


def shifted(ops: Ops, op: str = "Max") -> Ref:
    value = scaled(ops)
    return ops.op("Sub", value, ops.op(op, value, axis(ops), keep_dims=True))


def unit(ops: Ops, value: Ref) -> Ref:
    norm = ops.op("Maximum", total(ops, ops.op("Square", value)), ops.const(1e-12))
    return ops.op("Mul", value, ops.op("Rsqrt", norm))


def cosine(ops: Ops) -> Ref:
    a, b = unit(ops, x(ops)), unit(ops, ops.input(None, 4, name="y"))
    return total(ops, ops.op("Mul", a, b))


def spread(ops: Ops) -> Ref:
    value = x(ops)
    top, bottom = (ops.op(op, value, axis(ops), keep_dims=True) for op in ("Max", "Min"))
    return ops.op("AddV2", ops.op("Sub", top, bottom), ops.const(1e-6))


def log_add_exp(ops: Ops) -> Ref:
    a, b = scaled(ops), ops.input(None, 4, name="y")
    top = ops.op("Maximum", a, b)
    return ops.op("AddV2", ops.op("Exp", ops.op("Sub", a, top)), ops.op("Exp", ops.op("Sub", b, top)))


def away_from_zero(ops: Ops) -> Ref:
    value = x(ops)
    near = ops.op("Less", ops.op("Abs", value), ops.const(1e-3))
    return ops.op("SelectV2", near, ops.const(1e-3), value)


def picked(ops: Ops, bound: float) -> Ref:
    value = x(ops)
    flat = ops.op("Reshape", value, ops.const([-1], "int32"))
    where = ops.op(
        "Where", ops.op("Reshape", ops.op("Greater", value, ops.const(bound)), ops.const([-1], "int32"))
    )
    return ops.op("GatherV2", flat, ops.op("Squeeze", where), ops.const(0, "int32"))


def shares(ops: Ops) -> Ref:
    return ops.op("Softmax", scaled(ops))


def union(ops: Ops, joint: str = "Mul", bias: float = 1.0) -> Ref:
    a, b = ops.op("Sigmoid", scaled(ops)), ops.input(None, 4, name="y")
    both = ops.op("AddV2", total(ops, a), total(ops, b))
    return ops.op("AddV2", ops.op("Sub", both, total(ops, ops.op(joint, a, b))), ops.const(bias))


def logistic_loss(ops: Ops, labels: str = "y") -> Ref:
    value = scaled(ops)
    y = ops.input(None, 4, name="y") if labels == "y" else ops.const(2.0)
    zero = ops.op("ZerosLike", value)
    positive = ops.op("SelectV2", ops.op("GreaterEqual", value, zero), value, zero)
    rest = ops.op("Softplus", ops.op("Neg", ops.op("Abs", value)))
    return ops.op("AddV2", ops.op("Sub", positive, ops.op("Mul", value, y)), rest)


def with_self_loops(ops: Ops, diagonal: float = 1.0) -> Ref:
    ones = ops.const(np.full(4, diagonal, np.float32))
    identity = ops.op("MatrixDiag", ones)
    return ops.op("Sum", ops.op("AddV2", ops.input(4, 4, name="y"), identity), axis(ops))


@pytest.mark.parametrize(
    ("last", "build"),
    [
        ("Log", lambda ops: ops.op("Max", shares(ops), axis(ops))),
        ("Reciprocal", lambda ops: total(ops, ops.op("Square", shares(ops)))),
        ("Reciprocal", lambda ops: total(ops, ops.op("Pow", shares(ops), ops.const(3.0)))),
        ("Log", lambda ops: ops.op("Mean", ops.op("Exp", shifted(ops)), axis(ops))),
        ("Reciprocal", union),
        ("Exp", lambda ops: ops.op("Neg", logistic_loss(ops))),
        ("Rsqrt", with_self_loops),
        ("Exp", shifted),
        ("Log", lambda ops: total(ops, ops.op("Exp", shifted(ops)))),
        ("Exp", lambda ops: ops.op("Mul", cosine(ops), ops.const(5.0))),
        ("Reciprocal", spread),
        ("Log", log_add_exp),
        ("Reciprocal", away_from_zero),
        ("Log", lambda ops: picked(ops, 0.5)),
        ("Exp", lambda ops: ops.op("Neg", ops.op("Square", scaled(ops)))),
        ("Sqrt", lambda ops: ops.op("Softplus", x(ops))),
        ("Reciprocal", lambda ops: ops.op("Cast", ops.op("Size", x(ops)), SrcT="int32", DstT="float32")),
    ],
)
def test_sound_ops_raise_no_alarm(last: str, build: Build) -> None:
    assert found(lambda ops: ops.op(last, build(ops), name="last")) == ()


@pytest.mark.parametrize(
    ("last", "build"),
    [
        ("Exp", scaled),
        ("Log", lambda ops: ops.op("Min", shares(ops), axis(ops))),
        ("Log", lambda ops: ops.op("Max", shares(ops), ops.const(0, "int32"))),
        ("Reciprocal", lambda ops: union(ops, bias=0.0)),
        ("Reciprocal", lambda ops: union(ops, "AddV2")),
        ("Exp", lambda ops: ops.op("Neg", logistic_loss(ops, "2"))),
        ("Rsqrt", lambda ops: with_self_loops(ops, 0.0)),
        ("Exp", lambda ops: shifted(ops, "Min")),
        ("Log", lambda ops: total(ops, ops.op("Exp", scaled(ops)))),
        ("Acos", cosine),
        ("Reciprocal", lambda ops: ops.op("Sub", x(ops), ops.const(1.0))),
        ("Log", lambda ops: picked(ops, -0.5)),
        ("Log", lambda ops: ops.op("Sub", ops.const(1.0), ops.op("Sigmoid", scaled(ops)))),
        (
            "Log",
            lambda ops: ops.op(
                "Sub", ops.op("AddV2", ops.const(1e-10), ops.const(1.0)), ops.op("Sigmoid", scaled(ops))
            ),
        ),
        ("Atanh", lambda ops: ops.op("Tanh", scaled(ops))),
        ("Sqrt", x),
    ],
)
def test_defects_are_found(last: str, build: Build) -> None:
    assert "last" in [risk.node.name for risk in found(lambda ops: ops.op(last, build(ops), name="last"))]


def loss(ops: Ops, value: Ref) -> Ref:
    return ops.op("Mean", value, ops.const([0, 1], "int32"))


def test_a_trained_graph_is_judged_with_other_weights_too() -> None:
    def build(ops: Ops) -> Ref:
        weight = ops.op("Const", value=np.full((4, 4), 0.1, np.float32), dtype="float32", shape=(4, 4))
        return loss(ops, ops.op("Exp", ops.op("MatMul", x(ops), ops.op("Identity", weight)), name="exp"))

    assert [(risk.node.name, risk.weights) for risk in found(build, trained=True)] == [("exp", "other")]


def test_a_gradient_matters_only_where_something_is_trained() -> None:
    def build(ops: Ops) -> Ref:
        return loss(ops, ops.op("Sqrt", ops.op("Relu", ops.scores(4)), name="sqrt"))

    [risk] = found(build, trained=True)
    assert risk.danger.gradient
    assert risk.node.name == "sqrt"

    def served(ops: Ops) -> Ref:
        return ops.op("Sqrt", ops.op("Relu", ops.scores(4)))

    assert found(served) == ()


def test_what_a_selection_drops_is_lost_in_the_gradient_only() -> None:
    def build(ops: Ops) -> Ref:
        value = ops.scores(4)
        positive = ops.op("Greater", value, ops.const(0.0))
        return loss(
            ops, ops.op("SelectV2", positive, ops.op("Log", value, name="log"), ops.op("ZerosLike", value))
        )

    [risk] = found(build, trained=True)
    assert risk.node.name == "log"
    assert risk.danger.gradient


@pytest.mark.parametrize(("bound", "lost"), [(20.0, True), (200.0, False)])
def test_what_is_computed_from_it_is_dropped_with_it(bound: float, lost: bool) -> None:
    def build(ops: Ops) -> Ref:
        value = ops.op("Mul", ops.scores(4), ops.const(100.0))
        soft = ops.op("Log1p", ops.op("Exp", value, name="exp"))
        return loss(ops, ops.op("SelectV2", ops.op("Less", value, ops.const(bound)), soft, value))

    assert [risk.danger.gradient for risk in found(build, trained=True) if risk.node.name == "exp"] == [lost]


def test_what_another_reader_takes_is_not_dropped() -> None:
    def build(ops: Ops) -> Ref:
        value = ops.scores(4)
        log = ops.op("Log", value, name="log")
        kept = ops.op("SelectV2", ops.op("Greater", value, ops.const(0.0)), log, ops.op("ZerosLike", value))
        return loss(ops, ops.op("AddV2", kept, ops.op("Mul", log, value)))

    [risk] = found(build, trained=True)
    assert not risk.danger.gradient


def test_the_axes_of_a_norm_say_nothing_of_its_numbers() -> None:
    def build(ops: Ops) -> Ref:
        return loss(ops, ops.op("EuclideanNorm", ops.op("Relu", ops.scores(4)), axis(ops), name="norm"))

    [risk] = found(build, trained=True)
    assert risk.danger.gradient


@pytest.mark.parametrize(("bound", "safe"), [(0.0, True), (-1.0, False)])
def test_a_branch_knows_its_predicate(bound: float, safe: bool) -> None:
    ops = Ops()
    inner = Ops()
    inner.op("Placeholder", name="n")
    inner.op("Reciprocal", Ref("n"), name="one_over_n")
    zero = Ops()
    zero.op("Placeholder", name="m")
    zero.const(0.0)
    branch = Graph(tuple(inner.nodes), ("n",), (Ref("one_over_n"),))
    other = Graph(tuple(zero.nodes), ("m",), (Ref(zero.nodes[-1].name),))
    n = ops.op("Sum", x(ops), ops.const([0, 1], "int32"))
    test = ops.op("Greater", n, ops.const(bound))
    end = ops.op("StatelessIf", test, n, then_branch=branch, else_branch=other)
    graph = Graph(tuple(ops.nodes), ("x",), (end,))
    model = Model("m", "saved-model", graph=graph, inputs=(Input("x", "x", (None, 4)),))
    names = [risk.node.name for risk in risks(model, RANGES, lambda _: None)]
    assert names == ([] if safe else ["one_over_n"])


def test_a_loss_is_a_mean_over_the_batch() -> None:
    nodes = (
        Node("x", "Placeholder", (), {"dtype": "float32", "shape": (None, 4)}),
        Node("axes", "Const", (), {"value": np.array([0, 1], np.int32)}),
        Node("last", "Const", (), {"value": np.array([1], np.int32)}),
        Node("loss", "Mean", (Ref("x"), Ref("axes"))),
        Node("pool", "Mean", (Ref("x"), Ref("last"))),
    )
    assert has_loss(Graph(nodes, ("x",), (Ref("loss"),)))
    assert not has_loss(Graph(nodes, ("x",), (Ref("pool"),)))
