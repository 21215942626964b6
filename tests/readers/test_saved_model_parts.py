"""What lies beside the graph of a SavedModel: the metadata of Keras, and variables by their keys."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from logitcheck.errors import NotAudited
from logitcheck.readers.graph_def import read_graph_def
from logitcheck.readers.proto.messages import message_class
from logitcheck.readers.saved_model import read_saved_model
from logitcheck.readers.variables import partitioned
from tests.readers.graph_files import bundle, graph, node, saved_model, signature

X = node("x", "Placeholder", dtype="float32", shape=[-1, 4])
SOFTMAX = node("probs", "Softmax", "x")
SERVING = signature({"x": "x:0"}, {"probs": "probs:0"})


def with_keras(folder: Path, training: dict[str, Any] | None) -> Path:
    layers = [
        {
            "class_name": "Dense",
            "name": "probs",
            "config": {"name": "probs", "units": 4},
            "inbound_nodes": [],
        },
    ]
    metadata = {
        "class_name": "Sequential",
        "config": {"name": "m", "layers": layers},
        "keras_version": "2.6.0",
    }
    if training is not None:
        metadata["training_config"] = training
    made = message_class("KerasMetadata")()
    made.nodes.add(node_path="root", identifier="_tf_keras_sequential", metadata=json.dumps(metadata))
    (folder / "keras_metadata.pb").write_bytes(made.SerializeToString())
    return folder


def test_the_keras_metadata_tells_loss_layers_and_version(tmp_path: Path) -> None:
    made = graph(X, node("m/probs/Softmax", "Softmax", "x"))
    signatures = {"serving_default": signature({"x": "x:0"}, {"out": "m/probs/Softmax:0"})}
    loss = {"class_name": "SparseCategoricalCrossentropy", "config": {"from_logits": True}}
    folder = with_keras(saved_model(tmp_path / "m", made, signatures), {"loss": loss})
    model = read_saved_model(folder)
    (output,) = model.outputs
    assert output.loss is not None
    assert (output.layer, output.loss.name, output.loss.from_logits) == (
        "probs", "sparse_categorical_crossentropy", True,
    )  # fmt: skip
    assert (model.writer.framework, model.writer.version, model.writer.tensorflow) == (
        "tf.keras",
        "2.6.0",
        "9.8.7",
    )
    assert [layer.class_name for layer in model.layers] == ["Dense"]
    assert model.training_config


def test_keras_metadata_without_training_is_no_loss(tmp_path: Path) -> None:
    folder = with_keras(saved_model(tmp_path / "m", graph(X, SOFTMAX), {"serving_default": SERVING}), None)
    model = read_saved_model(folder)
    assert model.outputs[0].loss is None
    assert not model.training_config


def test_damaged_keras_metadata_is_refused(tmp_path: Path) -> None:
    folder = saved_model(tmp_path / "m", graph(X, SOFTMAX), {"serving_default": SERVING})
    (folder / "keras_metadata.pb").write_bytes(b"\xff\xff")
    with pytest.raises(NotAudited) as caught:
        read_saved_model(folder)
    assert caught.value.format == "saved-model"


def test_the_graph_beside_a_checkpoint_is_read_with_its_weights(tmp_path: Path) -> None:
    kernel = np.ones((4, 3), np.float32)
    variables = [node(f"w/part_{i}", "VariableV2", dtype="float32", shape=[4, 3]) for i in range(2)]
    meta = message_class("MetaGraphDef")()
    meta.meta_info_def.tensorflow_version = "1.2.3"
    meta.graph_def.CopyFrom(graph(X, *variables, node("y", "MatMul", "x", "w/part_1")))
    definition = message_class("VariableDef")(variable_name="w/part_1:0")
    definition.save_slice_info_def.full_name = "w"
    definition.save_slice_info_def.var_offset.extend([0, 3])
    definition.save_slice_info_def.var_shape.extend([4, 3])
    meta.collection_def["variables"].bytes_list.value.append(definition.SerializeToString())
    bundle(tmp_path / "model.ckpt", {"w[0:4,3:6]": ("float32", kernel)})
    path = tmp_path / "model.ckpt.meta"
    path.write_bytes(meta.SerializeToString())
    model = read_graph_def(path)
    (weight,) = [found for found in model.graph.nodes if found.op == "Weight"]
    assert weight.attrs["key"] == "w[0:4,3:6]"
    assert (model.format, model.writer.version) == ("graph-def", "1.2.3")


@pytest.mark.parametrize(("full", "name"), [([4, 6], "w[0:4,3:6]"), ([4, 3], "w")])
def test_the_only_part_of_a_variable_is_stored_under_its_own_name(full: list[int], name: str) -> None:
    definition = message_class("VariableDef")(variable_name="w/part_0:0")
    part = definition.save_slice_info_def
    part.full_name = "w"
    part.full_shape.extend(full)
    part.var_offset.extend([0, 3] if full == [4, 6] else [0, 0])
    part.var_shape.extend([4, 3])
    meta = message_class("MetaGraphDef")()
    meta.collection_def["variables"].bytes_list.value.append(definition.SerializeToString())
    assert partitioned(meta.collection_def) == {"w/part_0": name}


@pytest.mark.tensorflow
def test_weights_are_those_that_tensorflow_loads(tmp_path: Path, tensorflow: Any) -> None:
    tf = tensorflow

    class Twin(tf.Module):  # type: ignore[misc, name-defined]
        """Two variables of one name and shape: only the object graph tells them apart."""

        def __init__(self) -> None:
            super().__init__()
            self.parts = [tf.Variable(tf.random.normal((3, 3)), name="v") for _ in range(2)]

        @tf.function(input_signature=[tf.TensorSpec((None, 3), tf.float32)])
        def predict(self, x: Any) -> Any:
            return {"y": tf.nn.softmax(x @ self.parts[0]) @ self.parts[1]}

        @tf.function(input_signature=[tf.TensorSpec((None, 3)), tf.TensorSpec((None, 3))])
        def train_step(self, x: Any, y: Any) -> Any:
            with tf.GradientTape() as tape:
                scores = tf.nn.softmax(x @ self.parts[1])
                loss = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(y, scores))
            for variable, gradient in zip(self.parts[1:], tape.gradient(loss, self.parts[1:]), strict=True):
                variable.assign_sub(gradient)

    made = Twin()
    tf.saved_model.save(made, str(tmp_path / "m"), signatures={"serving_default": made.predict})
    model = read_saved_model(tmp_path / "m")
    products = [found for found in model.graph.nodes if found.op == "MatMul"]
    for product, variable in zip(products, made.parts, strict=True):
        key = model.graph.producer(product.inputs[1]).attrs["key"]
        assert model.source is not None
        np.testing.assert_array_equal(model.source.array(key), variable.numpy())
    (training,) = model.training
    fused = next(found for found in training.graph.nodes if found.op == "SoftmaxCrossEntropyWithLogits")
    assert training.graph.by_name[fused.name] is fused
    assert not [found for found in training.graph.nodes if found.op.startswith("Assign")]
