from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from logitcheck.errors import NotAudited
from logitcheck.readers.graph_def import read_graph_def
from tests.readers.graph_files import const, graph, node

X = node("x", "Placeholder", dtype="float32", shape=[-1, 4])
LABELS = node("labels", "Placeholder", dtype="float32", shape=[-1, 4])
MODEL = (const("w", [[1.0] * 4] * 4), node("logits", "MatMul", "x", "w"))
AXIS = const("axis", [0], "int32")


def read(tmp_path: Path, *nodes: Any, text: bool = False) -> Any:
    from google.protobuf import text_format

    made = graph(*nodes)
    path = tmp_path / "anything"
    path.write_bytes(text_format.MessageToString(made).encode() if text else made.SerializeToString())
    return read_graph_def(path)


def names(outputs: Any) -> list[str]:
    return [output.name for output in outputs]


@pytest.mark.parametrize("text", [False, True])
def test_an_end_without_labels_is_a_prediction(tmp_path: Path, text: bool) -> None:
    model = read(tmp_path, X, *MODEL, node("probs", "Softmax", "logits"), text=text)
    assert names(model.outputs) == ["probs"]
    assert [(entry.name, entry.shape) for entry in model.inputs] == [("x", (None, 4))]
    assert model.training == ()


def test_prediction_and_loss_are_told_apart(tmp_path: Path) -> None:
    model = read(
        tmp_path, X, LABELS, *MODEL, AXIS,
        node("probs", "Softmax", "logits"),
        node("xent", "SoftmaxCrossEntropyWithLogits", "logits", "labels"),
        node("total", "Mean", "xent", "axis"),
    )  # fmt: skip
    assert names(model.outputs) == ["probs"]
    (training,) = model.training
    assert [ref.node for ref in training.graph.outputs] == ["total"]
    assert [entry.name for entry in model.inputs] == ["x"]


def test_with_only_a_loss_the_scores_it_is_given_are_the_prediction(tmp_path: Path) -> None:
    flat = (const("shape", [-1, 4], "int32"), node("flat", "Reshape", "probs", "shape"))
    model = read(
        tmp_path, X, node("truth_in", "Placeholder", dtype="float32"), *MODEL,
        node("probs", "Softmax", "logits"), *flat,
        node("xent", "SoftmaxCrossEntropyWithLogits", "flat", "truth_in"),
    )  # fmt: skip
    assert names(model.outputs) == ["probs"]
    assert [found.graph.inputs for found in model.training] == [("x", "truth_in")]


def test_a_handwritten_loss_shows_its_prediction_without_log_and_clip(tmp_path: Path) -> None:
    model = read(
        tmp_path, X, LABELS, *MODEL, AXIS, const("eps", 1e-7),
        node("probs", "Softmax", "logits"),
        node("safe", "AddV2", "probs", "eps"),
        node("log", "Log", "safe"),
        node("picked", "Mul", "labels", "log"),
        node("cost", "Sum", "picked", "axis"),
    )  # fmt: skip
    assert names(model.outputs) == ["probs"]
    assert {"log", "safe"} <= model.training[0].graph.by_name.keys()


def test_a_learnt_bias_belongs_to_the_model(tmp_path: Path) -> None:
    model = read(
        tmp_path, X, LABELS, *MODEL, AXIS, const("bias", [1.0] * 4),
        node("scores", "AddV2", "logits", "bias"),
        node("log", "Log", "scores"),
        node("picked", "Mul", "labels", "log"),
        node("cost", "Sum", "picked", "axis"),
    )  # fmt: skip
    assert names(model.outputs) == ["scores"]


def test_savers_gradients_and_metrics_are_no_outputs(tmp_path: Path) -> None:
    model = read(
        tmp_path, X, LABELS, *MODEL, AXIS,
        node("probs", "Softmax", "logits"),
        node("save/Const", "PlaceholderWithDefault", "axis"),
        node("save/Identity", "Identity", "save/Const"),
        node("gradients/MatMul_grad/MatMul", "MatMul", "probs", "logits"),
        node("metrics/acc/Mean", "Mean", "labels", "axis"),
        node("summary", "ScalarSummary", "axis", "probs"),
    )  # fmt: skip
    assert names(model.outputs) == ["probs"]


def test_the_pivot_of_a_branch_is_no_output(tmp_path: Path) -> None:
    model = read(
        tmp_path, X, *MODEL,
        node("training", "PlaceholderWithDefault", "false", dtype="bool", shape=[]),
        const("false", False, "bool"),
        node("cond/Switch", "Switch", "training", "training"),
        node("cond/switch_t", "Identity", "cond/Switch:1"),
        node("probs", "Softmax", "logits", "^cond/switch_t"),
    )  # fmt: skip
    assert names(model.outputs) == ["probs"]


def test_what_an_assertion_tests_is_no_output(tmp_path: Path) -> None:
    model = read(
        tmp_path, X, *MODEL, AXIS,
        node("fits", "All", "x", "axis"),
        node("check", "Assert", "fits", "x"),
        node("probs", "Softmax", "logits", "^check"),
    )  # fmt: skip
    assert names(model.outputs) == ["probs"]


def test_what_a_loop_leaves_over_is_no_output(tmp_path: Path) -> None:
    model = read(
        tmp_path, X, *MODEL,
        node("while/exit", "Exit", "x"),
        node("probs", "Softmax", "logits"),
    )  # fmt: skip
    assert names(model.outputs) == ["probs"]
    alone = read(tmp_path, X, node("while/exit", "Exit", "x"))
    assert names(alone.outputs) == ["while/exit"]


def test_what_is_only_waited_for_is_no_output(tmp_path: Path) -> None:
    model = read(
        tmp_path, X, *MODEL,
        node("lstm/by_product", "Tanh", "logits"),
        node("lstm/done", "NoOp", "^lstm/by_product"),
        node("probs", "Softmax", "logits"),
        node("result", "Identity", "probs", "^lstm/done"),
    )  # fmt: skip
    assert names(model.outputs) == ["result"]


def test_a_slice_taken_for_its_shape_alone_is_no_output(tmp_path: Path) -> None:
    model = read(
        tmp_path, X, *MODEL, const("one", 1.0), const("shape", [-1, 1], "int32"),
        node("first", "StridedSlice", "x", "shape", "shape", "shape"),
        node("column", "Reshape", "first", "shape"),
        node("size", "Shape", "column"),
        node("ones", "Fill", "size", "one"),
        node("masked", "Mul", "logits", "ones"),
        node("probs", "Softmax", "masked"),
    )  # fmt: skip
    assert names(model.outputs) == ["probs"]


def test_what_follows_from_a_size_alone_is_no_output(tmp_path: Path) -> None:
    model = read(
        tmp_path, X, *MODEL, AXIS,
        node("size", "Shape", "x"),
        node("zeros/Less", "Less", "size", "axis"),
        node("probs", "Softmax", "logits"),
    )  # fmt: skip
    assert names(model.outputs) == ["probs"]


def test_what_zeros_are_made_like_is_no_output(tmp_path: Path) -> None:
    model = read(
        tmp_path, X, *MODEL,
        node("state", "Tanh", "x"),
        node("start", "ZerosLike", "state"),
        node("masked", "AddV2", "logits", "start"),
        node("probs", "Softmax", "masked"),
    )  # fmt: skip
    assert names(model.outputs) == ["probs"]


def test_a_prediction_whose_shape_the_loss_takes_stays_one(tmp_path: Path) -> None:
    model = read(
        tmp_path, X, LABELS, *MODEL, AXIS,
        node("probs", "Softmax", "logits"),
        node("size", "Shape", "probs"),
        node("alike", "Reshape", "labels", "size"),
        node("xent", "SoftmaxCrossEntropyWithLogits", "logits", "alike"),
        node("total", "Mean", "xent", "axis"),
    )  # fmt: skip
    assert names(model.outputs) == ["probs"]


@pytest.mark.parametrize("op", ["Log", "Log1p", "Softplus"])
def test_a_sum_of_logarithms_over_the_batch_is_a_loss_though_nothing_is_labelled(
    tmp_path: Path, op: str
) -> None:
    model = read(
        tmp_path, X, *MODEL, AXIS, const("half", 0.5),
        node("probs", "Sigmoid", "logits"),
        node("served", "Identity", "probs"),
        node("log", op, "probs"),
        node("mean", "Mean", "log", "axis"),
        node("total", "DivNoNan", "mean", "half"),
    )  # fmt: skip
    assert names(model.outputs) == ["served"]
    assert [ref.node for found in model.training for ref in found.graph.outputs] == ["total"]


def test_a_sum_of_logarithms_over_features_is_a_prediction(tmp_path: Path) -> None:
    model = read(
        tmp_path, X, *MODEL, const("axis", [1], "int32"),
        node("log", "Log", "logits"),
        node("entropy", "Sum", "log", "axis"),
    )  # fmt: skip
    assert names(model.outputs) == ["entropy"]
    assert model.training == ()


def test_what_is_fed_is_no_prediction_though_a_loss_compares_it(tmp_path: Path) -> None:
    model = read(
        tmp_path, X, LABELS, *MODEL, AXIS,
        node("weights", "Placeholder", dtype="float32"),
        node("probs", "Softmax", "logits"),
        node("log", "Log", "probs"),
        node("picked", "Mul", "labels", "log"),
        node("weighted", "Mul", "picked", "weights"),
        node("cost", "Sum", "weighted", "axis"),
    )  # fmt: skip
    assert names(model.outputs) == ["probs"]


def test_unknown_fields_of_the_text_form_are_skipped(tmp_path: Path) -> None:
    path = tmp_path / "g.pbtxt"
    path.write_text(
        'node { name: "x" op: "Placeholder" new_field { a: 1 } }\nnode { name: "y" op: "Relu" input: "x" }'
    )
    assert names(read_graph_def(path).outputs) == ["y"]


@pytest.mark.parametrize(
    "content", [b"node {" * 5000, b"node { name: 3 }", b"", b"\x0a\x03abc", b"hello { world"]
)
def test_rubbish_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "g"
    path.write_bytes(content)
    with pytest.raises(NotAudited):
        read_graph_def(path)
