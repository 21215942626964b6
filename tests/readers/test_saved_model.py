from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from logitcheck.errors import NotAudited
from logitcheck.model import Model
from logitcheck.readers.graph_def import read_graph_def
from logitcheck.readers.proto.messages import message_class, parse
from logitcheck.readers.saved_model import read_saved_model
from tests.readers.graph_files import const, function, graph, node, saved_model, signature, traced

X = node("x", "Placeholder", dtype="float32", shape=[-1, 4])
Y = node("y", "Placeholder", dtype="float32", shape=[-1, 4])
SOFTMAX = node("probs", "Softmax", "x")
LOSS = node("xent", "SoftmaxCrossEntropyWithLogits", "probs", "y")
SERVING = signature({"x": "x:0"}, {"probs": "probs:0"})


def change(folder: Path, edit: Any) -> Path:
    """Rewrite a saved graph."""
    file = folder / "saved_model.pb"
    message = parse("SavedModel", file.read_bytes(), "test")
    edit(message)
    file.write_bytes(message.SerializeToString())
    return folder


def output_names(model: Model) -> list[tuple[str, str | None]]:
    return [(output.name, output.signature) for output in model.outputs]


def test_the_default_signature_comes_first_and_its_inputs_are_named(tmp_path: Path) -> None:
    made = graph(X, SOFTMAX, node("other", "Relu", "x"))
    signatures = {"a": signature({"x": "x:0"}, {"r": "other:0"}), "serving_default": SERVING}
    model = read_saved_model(saved_model(tmp_path / "m", made, signatures))
    assert output_names(model) == [("probs", "serving_default"), ("r", "a")]
    assert [(entry.name, entry.node) for entry in model.inputs] == [("x", "x")]
    assert model.writer.version == "9.8.7"


def test_the_signature_states_shapes_and_dtypes_of_its_outputs(tmp_path: Path) -> None:
    stated = signature({"x": "x:0"}, {"probs": "probs:0", "other": "other:0"})
    stated.outputs["probs"].tensor_shape.dim.add(size=4)
    stated.outputs["other"].tensor_shape.Clear()
    stated.outputs["other"].tensor_shape.unknown_rank = True
    made = graph(X, SOFTMAX, node("other", "Relu", "x"))
    found = read_saved_model(saved_model(tmp_path / "m", made, {"serving_default": stated})).outputs
    assert {output.name: (output.shape, output.dtype) for output in found} == {
        "other": (None, "float32"),
        "probs": ((None, 4), "float32"),
    }


def test_signatures_that_wrap_one_function_are_served_once(tmp_path: Path) -> None:
    body = function("f", ["a"], {"out": "s:softmax:0"}, node("s", "Softmax", "a"))
    wrappers = [
        function(
            f"wrap{i}", ["a"], {"out": "i:output:0"}, inner_call("f"), node("i", "Identity", "go:output:0")
        )
        for i in range(2)
    ]
    calls = [node(f"call{i}", "PartitionedCall", "x", f=("func", f"wrap{i}")) for i in range(2)]
    signatures = {
        "serve": signature({"x": "x:0"}, {"out": "call0:0"}),
        "serving_default": signature({"x": "x:0"}, {"out": "call1:0"}),
    }
    folder = saved_model(tmp_path / "m", graph(X, *calls, functions=[body, *wrappers]), signatures)
    model = read_saved_model(folder)
    assert output_names(model) == [("out", "serving_default")]
    assert model.training == ()


def inner_call(callee: str) -> Any:
    return node("go", "PartitionedCall", "a", f=("func", callee))


def test_a_signature_that_answers_a_loss_is_training(tmp_path: Path) -> None:
    signatures = {"fit": signature({"x": "x:0", "labels": "y:0"}, {"loss": "xent:0"}), "predict": SERVING}
    model = read_saved_model(saved_model(tmp_path / "m", graph(X, Y, SOFTMAX, LOSS), signatures))
    assert output_names(model) == [("probs", "predict")]
    assert [(found.name, found.graph.inputs) for found in model.training] == [("fit", ("labels", "x"))]
    assert "xent" not in model.graph.by_name


def test_what_is_left_of_a_training_graph_is_found(tmp_path: Path) -> None:
    noise = [node("gradients/g", "Mul", "xent:1", "xent:1"), node("step", "ApplyAdam", "gradients/g")]
    made = graph(
        X, Y, SOFTMAX, LOSS, node("loss", "Mean", "xent", "axis"), const("axis", [0], "int32"), *noise
    )
    model = read_saved_model(saved_model(tmp_path / "m", made, {"serving_default": SERVING}))
    (found,) = model.training
    assert [ref.node for ref in found.graph.outputs] == ["loss"]
    assert {"xent", "probs", "y"} <= found.graph.by_name.keys()
    assert not {"gradients/g", "step"} & found.graph.by_name.keys()


def test_a_function_with_a_loss_that_no_signature_serves_is_found(tmp_path: Path) -> None:
    step = function(
        "__inference_step_1",
        ["x", "y"],
        {"loss": "loss:loss:0"},
        node("loss", "SoftmaxCrossEntropyWithLogits", "x", "y"),
    )
    outer = function(
        "outer",
        ["x", "y"],
        {"loss": "go:output:0"},
        node("go", "PartitionedCall", "x", "y", f=("func", "__inference_step_1")),
    )
    folder = saved_model(
        tmp_path / "m", graph(X, SOFTMAX, functions=[step, outer]), {"serving_default": SERVING}
    )

    def add_objects(message: Any) -> None:
        objects = message.meta_graphs[0].object_graph_def
        objects.nodes.add().children.add(node_id=1, local_name="train_step")
        objects.nodes.add().function.concrete_functions.append("outer")
        objects.nodes[0].user_object.identifier = "_generic_user_object"

    (found,) = read_saved_model(change(folder, add_objects)).training
    assert found.name == "train_step"
    assert [n.name for n in found.graph.nodes if n.op.startswith("Softmax")] == ["train_step/go/loss"]


def test_the_graph_to_serve_is_chosen_by_its_tags(tmp_path: Path) -> None:
    folder = saved_model(tmp_path / "m", graph(X, Y, SOFTMAX, LOSS), {"t": SERVING}, tags=("train",))

    def add_serving(message: Any) -> None:
        for tags in (["serve", "gpu"], ["serve"]):
            meta = message.meta_graphs.add(graph_def=graph(X, SOFTMAX))
            meta.meta_info_def.tags.extend(tags)
            meta.signature_def[" ".join(tags)].CopyFrom(SERVING)

    model = read_saved_model(change(folder, add_serving))
    assert output_names(model) == [("probs", "serve")]
    assert [found.name for found in model.training] == ["train"]


def test_every_op_is_seen_once_even_in_packed_graphs(tmp_path: Path) -> None:
    packed = graph(node("peek", "ReadFile", "name")).SerializeToString()
    text = const("packed", 0.0)
    text.attr["value"].tensor.CopyFrom(message_class("TensorProto")(dtype=7, string_val=[packed, b"plain"]))
    unused = function(
        "unused", ["a"], {"out": "w:output:0"}, node("w", "WriteFile", "a"), node("w2", "WriteFile", "a")
    )
    folder = saved_model(
        tmp_path / "m", graph(X, SOFTMAX, text, functions=[unused]), {"serving_default": SERVING}
    )
    seen = [(s.what, s.where) for s in read_saved_model(folder).sightings if s.kind == "op"]
    assert ("ReadFile", "packed/peek") in seen
    assert ("WriteFile", "unused/w") in seen
    assert len(seen) == len({what for what, _ in seen})


def test_assets_are_seen_with_their_paths(tmp_path: Path) -> None:
    folder = saved_model(tmp_path / "m", graph(X, SOFTMAX), {"serving_default": SERVING})
    change(folder, lambda message: message.meta_graphs[0].asset_file_def.add(filename="../../secret"))
    assert "../../secret" in [s.what for s in read_saved_model(folder).sightings if s.kind == "asset"]


def test_a_loose_saved_model_is_read_as_one(tmp_path: Path) -> None:
    folder = saved_model(tmp_path / "m", graph(X, SOFTMAX), {"serving_default": SERVING})
    loose = (folder / "saved_model.pb").rename(tmp_path / "generator.pb")
    model = read_graph_def(loose)
    assert (model.format, output_names(model)) == ("saved-model", [("probs", "serving_default")])


def test_without_signatures_the_function_that_modules_answer_with_is_served(tmp_path: Path) -> None:
    functions = [
        function("score", ["x"], {"p": "p:softmax:0"}, node("p", "Softmax", "x")),
        traced(function("call", ["x"], {"a": "a:activations:0"}, node("a", "Relu", "x")), -1, 4),
        function(
            "step", ["x", "y"], {"loss": "l:loss:0"}, node("l", "SoftmaxCrossEntropyWithLogits", "x", "y")
        ),
    ]
    folder = saved_model(tmp_path / "m", graph(node("n", "NoOp"), functions=functions), {})

    def add_objects(names: dict[str, str]) -> Any:
        def edit(message: Any) -> None:
            objects = message.meta_graphs[0].object_graph_def
            objects.nodes.add().user_object.identifier = "_generic_user_object"
            for number, (child, name) in enumerate(names.items(), 1):
                objects.nodes[0].children.add(node_id=number, local_name=child)
                objects.nodes.add().function.concrete_functions.append(name)

        return edit

    model = read_saved_model(
        change(folder, add_objects({"score": "score", "go": "step", "__call__": "call"}))
    )
    assert [(output.name, model.graph.producer(output.ref).op) for output in model.outputs] == [
        ("__call__", "Relu")
    ]
    assert [(entry.name, entry.shape) for entry in model.inputs] == [("x", (None, 4))]
    assert [found.name for found in model.training] == ["go"]


@pytest.mark.parametrize("content", [b"", b"\x08\x01", b"rubbish", b"\x0a\xff\xff\xff\xff\x0f"])
def test_rubbish_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "saved_model.pb").write_bytes(content)
    with pytest.raises(NotAudited):
        read_saved_model(tmp_path)
