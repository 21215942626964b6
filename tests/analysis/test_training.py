"""Losses found as ops."""

from __future__ import annotations

import pytest

from logitcheck.analysis.fused import before_dropout, fused_losses
from logitcheck.analysis.logs import logs, summed_elsewhere
from logitcheck.analysis.training import all_fused
from logitcheck.graph import Graph, Ref
from logitcheck.rules.sketch import Ops, graph, trained


@pytest.mark.tensorflow
def test_tensorflow_s_sigmoid_loss_is_found_in_small_ops(tensorflow: object) -> None:
    import tensorflow as tf

    from logitcheck.graph import Node

    @tf.function(input_signature=[tf.TensorSpec([None, 3]), tf.TensorSpec([None, 3])])
    def loss(labels: object, scores: object) -> object:
        return tf.nn.sigmoid_cross_entropy_with_logits(labels=labels, logits=tf.identity(scores, name="z"))

    ops = loss.get_concrete_function().graph.get_operations()
    nodes = [Node(op.name, op.type, tuple(Ref(i.op.name, i.value_index) for i in op.inputs)) for op in ops]
    (found,) = fused_losses(Graph(tuple(nodes)))
    assert (found.kind, found.scores) == ("sigmoid", Ref("z"))


def dropped(ops: Ops, style: str) -> Ref:
    softmax = ops.op("Softmax", ops.scores(), name="softmax")
    scaled = ops.op("Mul", softmax, ops.const(2.0))
    random = ops.op("RandomUniform", ops.const((4, 5), "int32"))
    keep = ops.op("GreaterEqual", random, ops.const(0.5))
    if style == "select":
        return ops.op("SelectV2", keep, scaled, ops.const(0.0))
    if style == "floor":
        keep = ops.op("Floor", ops.op("AddV2", random, ops.const(0.5)))
        scaled = ops.op("RealDiv", softmax, ops.const(0.5))
    return ops.op("Mul", scaled, ops.op("Cast", keep))


@pytest.mark.parametrize("style", ["mul", "select", "floor"])
def test_dropout_written_out_is_seen_through(style: str) -> None:
    ops = Ops()
    out = dropped(ops, style)
    assert before_dropout(Graph(tuple(ops.nodes)), out) == Ref("softmax")


def test_a_plain_product_is_no_dropout() -> None:
    ops = Ops()
    product = ops.op("Mul", ops.scores(), ops.scores())
    assert before_dropout(Graph(tuple(ops.nodes)), product) == product


def test_a_loss_in_two_graphs_counts_once() -> None:
    def loss(ops: Ops) -> Ref:
        labels = ops.input(None, 5, name="y")
        return ops.op("SoftmaxCrossEntropyWithLogits", ops.scores(), labels, name="fused")

    case = graph(lambda ops: {"loss": loss(ops)}, training=loss)
    assert [(site.graph, found.node.name) for site, found in all_fused(case.facts)] == [
        ("train_step", "fused")
    ]


def test_logarithm_tells_its_guards() -> None:
    def loss(ops: Ops) -> Ref:
        guarded = ops.op("AddV2", ops.op("Softmax", ops.scores(), name="p"), ops.const(1e-8), name="eps")
        return ops.op("Log", guarded, name="log")

    case = trained(loss)
    (found,) = logs(case.facts.training["train_step"])
    assert found.source == Ref("p")
    assert [node.name for node in found.guards] == ["eps"]


@pytest.mark.parametrize("op", ["If", "While", "Case"])
def test_a_loss_in_a_branch_or_a_loop_is_found_with_what_it_is_given(op: str) -> None:
    inner = Ops()
    inner.op("Placeholder", name="p", dtype="float32")
    inner.op("Placeholder", name="y", dtype="float32")
    fused = inner.op("SoftmaxCrossEntropyWithLogits", Ref("p"), Ref("y"), name="fused")
    body = Graph(tuple(inner.nodes), ("p", "y"), (fused,) if op != "While" else (Ref("p"), Ref("y")))

    def loss(ops: Ops) -> Ref:
        given = ops.op("Softmax", ops.scores()), ops.input(None, 5, name="labels")
        if op == "While":
            return ops.op("While", *given, body=body, name="loop")
        graphs = {"branches": (body, body)} if op == "Case" else {"then_branch": body, "else_branch": body}
        return ops.op(op, ops.input(dtype="int32", name="which"), *given, name="loop", **graphs)

    ((site, found),) = all_fused(trained(loss).facts)
    assert (site.graph, found.node.name) == ("train_step", "fused")
    assert site.facts.of(found.scores).sums_to_one == -1


@pytest.mark.parametrize(("axis", "found"), [(-1, (-2, -1)), (-2, None)])
def test_the_axis_of_probabilities_is_that_behind_a_transpose(
    axis: int, found: tuple[int, int] | None
) -> None:
    def loss(ops: Ops) -> Ref:
        turned = ops.op("Transpose", ops.op("Softmax", ops.scores()), ops.const((1, 0), "int32"))
        log = ops.op("Log", ops.op("AddV2", turned, ops.const(1e-8)))
        picked = ops.op("Mul", ops.input(5, None, name="y"), log)
        return ops.op("Sum", picked, ops.const(axis, "int32"))

    facts = trained(loss).facts.training["train_step"]
    assert [summed_elsewhere(facts, log) for log in logs(facts)] == [found]


def test_the_offset_of_a_frozen_layer_guards_no_logarithm() -> None:
    def loss(ops: Ops) -> Ref:
        scores = ops.op("AddV2", ops.scores(), ops.const([0.0] * 5), name="scores")
        return ops.op("Log", ops.op("AddV2", scores, ops.const(1e-8), name="eps"))

    (found,) = logs(trained(loss).facts.training["train_step"])
    assert found.source == Ref("scores")
    assert [node.name for node in found.guards] == ["eps"]
