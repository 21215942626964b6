"""The walk over a graph: loops, branches, failures, hooks, coverage."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from logitcheck.analysis.analyse import analyse, dtype_range
from logitcheck.analysis.context import WeightFacts
from logitcheck.analysis.interpreter import Interpreter
from logitcheck.analysis.interval import REALS, UNIT, Interval
from logitcheck.analysis.tensor import Tensor
from logitcheck.analysis.values import classify
from logitcheck.graph import Graph, Node, Ref
from logitcheck.model import Input, Model, TrainingGraph
from tests.analysis.sums import Sheet

UNIT_INPUT = {"x": Tensor((None, 4), "float32", UNIT, may_nan=False, may_inf=False)}


def node(name: str, op: str, *inputs: str, **attrs: object) -> Node:
    refs = (text.partition(":") for text in inputs)
    return Node(name, op, tuple(Ref(base, int(index or 0)) for base, _, index in refs), attrs)


def const(name: str, value: object, dtype: str = "float32") -> Node:
    return node(name, "Const", value=np.array(value, dtype), dtype=dtype)


def old_loop(step: Node, count: int = 3) -> Graph:
    """A loop of TensorFlow 1: x goes round through ``step`` as long as a counter is below ``count``."""
    return Graph(
        (
            node("x", "Placeholder", dtype="float32", shape=(None, 4)),
            node("enter", "Enter", "x"),
            node("head", "Merge", "enter", "next"),
            const("zero", 0, "int32"),
            node("enter_i", "Enter", "zero"),
            node("head_i", "Merge", "enter_i", "next_i"),
            const("limit", count, "int32"),
            node("less", "Less", "head_i", "limit"),
            node("cond", "LoopCond", "less"),
            node("switch", "Switch", "head", "cond"),
            node("switch_i", "Switch", "head_i", "cond"),
            step,
            const("one", 1, "int32"),
            node("more", "AddV2", "switch_i:1", "one"),
            node("next", "NextIteration", "step"),
            node("next_i", "NextIteration", "more"),
            node("exit", "Exit", "switch"),
        )
    )


def test_a_loop_comes_to_a_fixpoint() -> None:
    found = Interpreter(UNIT_INPUT).run(old_loop(node("step", "Sigmoid", "switch:1")))
    assert found[Ref("exit")].interval[:2] == (0.0, 1.0)
    assert found[Ref("head_i")].interval.low == 0.0


def test_a_loop_that_grows_is_widened() -> None:
    found = Interpreter(UNIT_INPUT).run(old_loop(node("step", "AddV2", "switch:1", "switch:1")))
    assert found[Ref("exit")].interval == Interval(0.0, float("inf"))
    assert found[Ref("exit")].known


def test_integers_stay_within_their_dtype() -> None:
    given = {"x": Tensor((None, 4), "int8")}
    x, own = node("x", "Placeholder", dtype="int8", shape=(None, 4)), node("own", "Unknown", "x", what="MyOp")
    product = node("y", "BatchMatMulV3", "x", "x", adj_y=True, Tout="int32")
    found = Interpreter(given).run(Graph((x, own, product, node("z", "AddV2", "own", "own"))))
    assert found[Ref("y")].interval[:2] == (-(2.0**31), 2.0**31 - 1)
    assert not found[Ref("z")].known


def test_a_branch_never_taken_does_not_count() -> None:
    graph = Graph(
        (
            node("x", "Placeholder", dtype="float32", shape=(None, 4)),
            const("no", False, "bool"),
            node("phase", "PlaceholderWithDefault", "no", dtype="bool", shape=()),
            node("switch", "Switch", "x", "phase"),
            node("noise", "Unknown", "switch:1", what="Noise"),
            node("same", "Identity", "switch:0"),
            node("y", "Merge", "same", "noise"),
        )
    )
    found = Interpreter(UNIT_INPUT).run(graph)
    assert found[Ref("y")].interval == UNIT
    assert Ref("noise") not in found
    training = Model("m", "graph-def", graph=graph, training=(TrainingGraph("train", graph),))
    assert not analyse(training).training["train"].of(Ref("y")).known


def body(op: str) -> Graph:
    step = node("b/y", op, "b/x", "b/x") if op == "AddV2" else node("b/y", op, "b/x")
    return Graph((node("b/x", "Placeholder"), step), ("b/x",), (Ref("b/y"),))


def test_functional_loops_and_branches() -> None:
    true = Graph((node("c/x", "Placeholder"), const("c/y", True, "bool")), ("c/x",), (Ref("c/y"),))
    x, flag = node("x", "Placeholder"), node("flag", "Placeholder", dtype="bool", shape=())
    loop = node("y", "StatelessWhile", "x", body=body("Tanh"), cond=true)
    found = Interpreter(UNIT_INPUT).run(Graph((x, loop)))
    assert found[Ref("y")].interval[:2] == (0.0, 1.0)
    assert Ref("b/y") in found
    grown = Interpreter(UNIT_INPUT).run(Graph((x, node("y", "While", "x", body=body("AddV2"), cond=true))))
    assert grown[Ref("y")].interval == Interval(0.0, float("inf"))
    start = {"x": Tensor((None, 4), "float32", Interval(0.0, 0.0), may_nan=False)}
    assert Interpreter(start).run(Graph((x, node("y", "While", "x", body=body("Sigmoid"), cond=true))))[
        Ref("y")
    ].interval[:2] == (0.0, 1.0)  # what starts at 0 and is an activation's ever after
    either = node("y", "If", "flag", "x", then_branch=body("Neg"), else_branch=body("Identity"))
    given = {**UNIT_INPUT, "flag": Tensor((), "bool", UNIT, may_nan=False)}
    assert Interpreter(given).run(Graph((x, flag, either)))[Ref("y")].interval[:2] == (-1.0, 1.0)


def test_a_law_that_fails_leaves_its_node_unknown() -> None:
    found = Interpreter(UNIT_INPUT).run(
        Graph((node("x", "Placeholder"), node("y", "MatMul", "x"), node("z", "Relu", "y")))
    )
    assert not found[Ref("y")].known and found[Ref("y")].cause == "MatMul"
    assert found[Ref("z")].interval.low == 0.0


def test_hooks_for_weights_and_refinement() -> None:
    graph = Graph((node("w", "Weight", key="k", shape=(2,), dtype="float32"), node("y", "Neg", "w")))

    def weight(key: str) -> WeightFacts | None:
        return WeightFacts(-1.0, 2.0, True, False) if key == "k" else None

    def refine(at: Node, inputs: Sequence[Tensor], outputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        return (outputs[0].with_(interval=UNIT),) if at.op == "Neg" else outputs

    plain = Interpreter({}, weight).run(graph)
    assert plain[Ref("y")].interval == Interval(-2.0, 1.0) and plain[Ref("y")].may_nan
    assert Interpreter({}, weight, refine).run(graph)[Ref("y")].interval == UNIT


def test_coverage_counts_what_has_no_law() -> None:
    sheet = Sheet()
    sheet.op("Relu", sheet.op("Unknown", sheet.x(None, 4), what="MyLayer"))
    sheet.op("NoSuchOp", sheet.x(None, 4))
    coverage = sheet.facts().coverage
    assert (coverage.nodes, coverage.with_law) == (5, 3)
    assert coverage.unknown_ops == {"MyLayer": 1, "NoSuchOp": 1}


def test_inputs_hold_what_was_declared_or_their_dtype_allows() -> None:
    graph = Graph(
        (node("x", "Placeholder", dtype="float32"), node("i", "Placeholder", dtype="uint8")), ("x", "i")
    )
    inputs = (Input("pixels", "x", (None, 4)), Input("i", "i", (None,), "uint8"))
    model = Model("m", "graph-def", graph=graph, inputs=inputs)
    assert analyse(model).serving.of(Ref("x")).interval == REALS
    assert analyse(model, {"pixels": UNIT}).serving.of(Ref("x")).interval == UNIT
    assert analyse(model, {"": UNIT}).serving.of(Ref("i")).interval == UNIT
    assert analyse(model).serving.of(Ref("i")).interval == Interval(0.0, 255.0)
    assert dtype_range("int8") == Interval(-128.0, 127.0)


def test_kinds_of_values() -> None:
    sheet = Sheet()
    x = sheet.x(None, 4)
    dense = sheet.op("MatMul", sheet.op("Tanh", x), sheet.const(np.ones((4, 3))))
    kinds = {
        "probabilities": sheet.op("Softmax", x),
        "independent-probabilities": sheet.op("Sigmoid", x),
        "log-probabilities": sheet.op("LogSoftmax", x),
        "logits": dense,
        "nonnegative": sheet.op("Softplus", x),
        "bounded": sheet.op("Tanh", x),
        "unknown": sheet.op("Unknown", x, what="MyLayer"),
    }
    facts = sheet.facts().serving
    assert {kind: classify(facts.of(ref)) for kind, ref in kinds.items()} == {kind: kind for kind in kinds}
    assert classify(facts.of(kinds["logits"]).with_(dtype="int64")) == "unknown"


def test_a_layer_of_its_own_weights_is_known_whatever_goes_in() -> None:
    sheet = Sheet()
    odd = sheet.op("Unknown", sheet.x(None, 4), what="MyLayer")
    scores = sheet.op("BiasAdd", sheet.op("MatMul", odd, sheet.weight(4, 3)), sheet.weight(3))
    assert classify(sheet.tensor(scores)) == "logits"
    assert sheet.tensor(scores).shape == (None, 3)
    assert classify(sheet.tensor(sheet.op("AddV2", odd, scores))) == "unknown"


def test_loops_in_loops_come_to_an_end() -> None:
    inner = body("AddV2")
    for depth in range(12):
        step = node(f"{depth}/y", "While", f"{depth}/x", body=inner)
        inner = Graph((node(f"{depth}/x", "Placeholder"), step), (f"{depth}/x",), (Ref(f"{depth}/y"),))
    outer = Graph((node("x", "Placeholder"), node("y", "While", "x", body=inner)))
    found = Interpreter(UNIT_INPUT).run(outer)[Ref("y")]
    assert found.interval.high == float("inf")


def test_a_tower_of_sums_is_not_climbed() -> None:
    sheet = Sheet()
    x = sum_ = sheet.x(None, 4)
    for _ in range(60):
        sum_ = sheet.op("AddV2", sum_, sum_)
    assert sheet.tensor(sheet.op("Sub", x, sum_)).log_probabilities is None
