from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from logitcheck.errors import NotAudited
from logitcheck.model import Model
from logitcheck.readers.tflite import read_tflite
from logitcheck.readers.tflite_schema import RELU, RELU6, RELU_N1_TO_1, TANH
from tests.readers.lite_files import Table, model, operator, tensor

WEIGHTS = np.arange(12, dtype=np.float32).reshape(3, 4)
BIAS = np.ones(3, np.float32)


def read(tmp_path: Path, data: bytes) -> Model:
    path = tmp_path / "m"
    path.write_bytes(data)
    return read_tflite(path)


def dense(fused: int = 0, **signature: Any) -> bytes:
    """x · wᵀ + b, activation, softmax."""
    tensors = [
        tensor("x", [-1, 4]),
        tensor("w", [3, 4], buffer=1),
        tensor("b", [3], buffer=2),
        tensor("h", [-1, 3]),
        tensor("probs", [-1, 3]),
    ]
    operators = [
        operator(0, [0, 1, 2], [3], Table({0: ("b", fused)})),
        operator(1, [3], [4], Table({0: ("f", 1.0)})),
    ]
    kinds, buffers = ["FULLY_CONNECTED", "SOFTMAX"], [WEIGHTS.tobytes(), BIAS.tobytes()]
    return model(kinds, tensors, operators, ([0], [4]), buffers, **signature)


def ops(found: Model) -> list[str]:
    return [node.op for node in found.graph.nodes if node.op not in ("Const", "Placeholder")]


def test_a_dense_layer_becomes_a_product_with_transposed_weights(tmp_path: Path) -> None:
    found = read(tmp_path, dense())
    assert ops(found) == ["MatMul", "BiasAdd", "Softmax"]
    product = found.graph.by_name["h/MatMul"]
    assert product.attrs["transpose_b"] is True
    np.testing.assert_array_equal(found.graph.producer(product.inputs[1]).attrs["value"], WEIGHTS)
    assert [(entry.name, entry.shape) for entry in found.inputs] == [("x", (None, 4))]
    assert [(output.name, output.ref.node) for output in found.outputs] == [("probs", "probs")]


@pytest.mark.parametrize(
    ("fused", "made"),
    [
        (RELU, ["Relu"]),
        (RELU6, ["Relu6"]),
        (TANH, ["Tanh"]),
        (RELU_N1_TO_1, ["Maximum", "Minimum"]),
        (5, ["Unknown"]),
    ],
)
def test_a_fused_activation_becomes_its_op(tmp_path: Path, fused: int, made: list[str]) -> None:
    assert ops(read(tmp_path, dense(fused)))[2:-1] == made


def test_the_signature_names_inputs_and_outputs(tmp_path: Path) -> None:
    found = read(tmp_path, dense(signature=("serving_default", {"image": 0}, {"scores": 4})))
    assert found.inputs[0].name == "image"
    assert [(output.name, output.signature) for output in found.outputs] == [("scores", "serving_default")]


def quantised() -> bytes:
    tensors = [
        tensor("x", [-1, 4], "int8", scale=[0.5], zero=[10]),
        tensor("w", [2, 4], "int8", buffer=1, scale=[0.5, 2.0], zero=[0, 1]),
        tensor("h", [-1, 2], "int8", scale=[1.0], zero=[0]),
        tensor("y", [-1, 2], "uint8", scale=[1 / 256], zero=[0]),
    ]
    operators = [operator(0, [0, 1, -1], [2]), operator(1, [2], [3])]
    weights = np.array([[1, 2, 3, 4], [-1, -2, -3, -4]], np.int8)
    return model(["FULLY_CONNECTED", "LOGISTIC"], tensors, operators, ([0], [3]), [weights.tobytes()])


def test_quantised_tensors_stand_for_real_numbers(tmp_path: Path) -> None:
    found = read(tmp_path, quantised())
    assert found.inputs[0].dtype == "int8"
    by_name = found.graph.by_name
    assert by_name["x/zero_point"].attrs["value"] == 10
    assert by_name["x/scale"].attrs["value"] == 0.5
    weights = by_name["w"].attrs["value"]
    np.testing.assert_array_equal(weights, [[0.5, 1, 1.5, 2], [-4, -6, -8, -10]])
    end = found.graph.producer(found.outputs[0].ref)
    assert end.op == "FakeQuantWithMinMaxArgs"
    assert (end.attrs["min"], end.attrs["max"], end.attrs["dtype"]) == (0.0, 255 / 256, "uint8")


def test_large_constants_are_stored_weights(tmp_path: Path) -> None:
    table = np.arange(8000, dtype=np.float32).reshape(2000, 4)
    tensors = [tensor("ids", [-1], "int32"), tensor("table", [2000, 4], buffer=1), tensor("y", [-1, 4])]
    data = model(["EMBEDDING_LOOKUP"], tensors, [operator(0, [0, 1], [2])], ([0], [2]), [table.tobytes()])
    found = read(tmp_path, data)
    assert ops(found) == ["GatherV2"]
    assert [(weight.key, weight.shape) for weight in found.weights] == [("table", (2000, 4))]
    assert found.source is not None
    np.testing.assert_array_equal(found.source.array("table"), table)


def test_unknown_and_custom_ops_are_named(tmp_path: Path) -> None:
    tensors = [tensor(name, [-1]) for name in "abcd"]
    operators = [operator(0, [0], [1]), operator(1, [1], [2]), operator(2, [2], [3])]
    kinds = ["SVDF", "custom Evil", "custom FlexReadFile"]
    found = read(tmp_path, model(kinds, tensors, operators, ([0], [3])))
    assert ops(found) == ["Unknown"] * 3
    seen = {(sighting.kind, sighting.what) for sighting in found.sightings}
    assert seen == {("op", "SVDF"), ("custom-op", "Evil"), ("op", "ReadFile")}


def test_weights_of_half_precision_are_computed_with_in_single(tmp_path: Path) -> None:
    tensors = [tensor("x", [-1, 2]), tensor("h", [2], "float16", buffer=1), tensor("w", [2])]
    tensors += [tensor("y", [-1, 2])]
    operators = [operator(0, [1], [2]), operator(1, [0, 2], [3])]
    data = model(["DEQUANTIZE", "MUL"], tensors, operators, ([0], [3]), [np.ones(2, np.float16).tobytes()])
    cast = read(tmp_path, data).graph.by_name["w"]
    assert (cast.op, cast.attrs["DstT"]) == ("Cast", "float32")


@pytest.mark.parametrize("projected", [False, True])
def test_an_lstm_reads_its_input_and_no_state(tmp_path: Path, projected: bool) -> None:
    tensors = [
        tensor("x", [1, 5, 4]),
        tensor("w", [3, 4], buffer=1),
        Table({**tensor("h", [1, 3]), 5: ("b", 1)}),
    ]
    inputs = [0, *[1] * 15, 1 if projected else -1, -1, 2, 2]
    lstm = operator(0, inputs, [3], Table({0: ("b", TANH)}))
    data = model(
        ["UNIDIRECTIONAL_SEQUENCE_LSTM"], [*tensors, tensor("y", [1, 5, 3])], [lstm], ([0], [3]),
        [WEIGHTS.tobytes()],
    )  # fmt: skip
    node = read(tmp_path, data).graph.by_name["y"]
    assert (node.op, [ref.node for ref in node.inputs]) == ("LiteLSTM", ["x"])
    assert (node.attrs["shape"], node.attrs["projected"]) == ((1, 5, 3), projected)


def test_the_end_of_a_detector_has_boxes_classes_scores_and_a_count(tmp_path: Path) -> None:
    tensors = [tensor("boxes", [1, 9, 4]), tensor("scores", [1, 9, 3]), tensor("anchors", [9, 4])]
    tensors += [
        tensor("places", [1, 5, 4]),
        tensor("kinds", [1, 5]),
        tensor("sure", [1, 5]),
        tensor("n", [1]),
    ]
    data = model(
        ["custom TFLite_Detection_PostProcess"], tensors, [operator(0, [0, 1, 2], [3, 4, 5, 6])],
        ([0, 1, 2], [3, 4, 5, 6]),
    )  # fmt: skip
    found = read(tmp_path, data)
    assert [(output.ref.node, output.ref.index) for output in found.outputs] == [
        ("places", i) for i in range(4)
    ]
    assert found.graph.by_name["places"].op == "LiteDetection"


@pytest.mark.parametrize(
    ("kind", "count", "options", "op", "attrs"),
    [
        ("SPLIT_V", 3, {0: ("i", 2)}, "SplitV", {"num_split": 2}),
        ("DEPTH_TO_SPACE", 1, {0: ("i", 2)}, "DepthToSpace", {"block_size": 2}),
        ("SPACE_TO_DEPTH", 1, {0: ("i", 3)}, "SpaceToDepth", {"block_size": 3}),
        ("CUMSUM", 2, {0: ("b", 1)}, "Cumsum", {"exclusive": True, "reverse": False}),
        ("ONE_HOT", 4, {0: ("i", -1)}, "OneHot", {"axis": -1}),
        ("L2_NORMALIZATION", 1, {}, "Mul", {}),
    ],
)
def test_options_become_attributes(
    tmp_path: Path, kind: str, count: int, options: dict[int, Any], op: str, attrs: dict[str, Any]
) -> None:
    tensors = [tensor(f"a{i}", [2, 4]) for i in range(count)] + [tensor("y", [2, 4])]
    made = operator(0, list(range(count)), [count], Table(options))
    node = read(tmp_path, model([kind], tensors, [made], (list(range(count)), [count]))).graph.by_name["y"]
    assert node.op == op
    assert attrs.items() <= node.attrs.items()


@pytest.mark.parametrize("change", [{0: [9]}, {1: [99]}, {2: [-3]}])
def test_indices_outside_the_file_are_refused(tmp_path: Path, change: dict[int, Any]) -> None:
    broken = operator(0, [0], [1])
    broken.update({0: ("I", 9)} if 0 in change else change)
    tensors = [tensor("a", [-1]), tensor("b", [-1])]
    with pytest.raises(NotAudited) as caught:
        read(tmp_path, model(["TANH"], tensors, [broken], ([0], [1])))
    assert caught.value.format == "tflite"


def test_any_damage_is_a_refusal_or_a_model(tmp_path: Path) -> None:
    data, chance = dense(), random.Random(7)
    for _ in range(300):
        broken = bytearray(data)
        for _ in range(chance.choice([1, 3, 9])):
            broken[chance.randrange(8, len(broken))] = chance.choice([0, 1, 127, 128, 255])
        try:
            found = read(
                tmp_path, bytes(broken[: chance.choice([len(broken), chance.randrange(8, len(broken))])])
            )
        except NotAudited:
            continue
        assert all(ref.node in found.graph.by_name for node in found.graph.nodes for ref in node.inputs)


@pytest.mark.tensorflow
def test_a_converted_model_has_the_weights_of_its_source(tmp_path: Path, tensorflow: Any) -> None:
    tf = tensorflow
    kernel = tf.Variable(tf.random.normal((5, 5, 2, 3)))

    @tf.function(input_signature=[tf.TensorSpec((1, 8, 8, 2))])
    def call(x: Any) -> Any:
        return tf.nn.softmax(tf.nn.relu(tf.nn.conv2d(x, kernel, 2, "SAME", dilations=1)))

    converter = tf.lite.TFLiteConverter.from_concrete_functions([call.get_concrete_function()])
    found = read(tmp_path, converter.convert())
    assert ops(found) == ["Transpose", "Conv2D", "BiasAdd", "Relu", "Softmax"]
    conv = next(node for node in found.graph.nodes if node.op == "Conv2D")
    assert (conv.attrs["strides"], conv.attrs["padding"]) == ((1, 2, 2, 1), "SAME")
    filters = found.graph.producer(found.graph.producer(conv.inputs[1]).inputs[0]).attrs["value"]
    np.testing.assert_allclose(np.transpose(filters, (1, 2, 3, 0)), kernel.numpy(), rtol=1e-6)


@pytest.mark.parametrize("content", [b"", b"\0\0\0\0TFL3", b"PK\x03\x04 rubbish"])
def test_rubbish_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(NotAudited):
        read(tmp_path, content)
