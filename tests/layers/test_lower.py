from __future__ import annotations

from dataclasses import replace

from logitcheck.layers.dtypes import policy
from logitcheck.layers.lower import Lowered, lower
from logitcheck.topology import Call, TensorRef, Topology
from tests.layers.topologies import call, functional, layer, sequential


def ops(lowered: Lowered) -> list[str]:
    return [node.op for node in lowered.graph.nodes if node.op not in ("Weight", "Const")]


def test_dense_is_matmul_bias_and_activation() -> None:
    lowered = lower(sequential(layer("Dense", units=10, activation="softmax"), shape=(None, 4)))
    assert ops(lowered) == ["Placeholder", "MatMul", "BiasAdd", "Softmax"]
    assert lowered.outputs[0].shape == (None, 10)
    assert lowered.outputs[0].layer == "dense"
    assert lowered.inputs[0].shape == (None, 4)


def test_weights_know_their_place() -> None:
    lowered = lower(sequential(layer("Dense", units=3), shape=(None, 4)))
    kernel, bias = (node.attrs for node in lowered.graph.nodes if node.op == "Weight")
    assert (kernel["path"], kernel["slot"], kernel["position"], kernel["shape"]) == (
        "dense",
        "kernel",
        0,
        (4, 3),
    )
    assert (bias["slot"], bias["position"], bias["shape"]) == ("bias", 1, (3,))


def test_a_shared_layer_keeps_one_set_of_weights() -> None:
    layers = (
        layer("InputLayer", "a", batch_shape=[None, 4]),
        layer("InputLayer", "b", batch_shape=[None, 4]),
        layer("Dense", "shared", units=3),
        layer("Add", "sum"),
    )
    calls = (
        call("sum", TensorRef("shared", 0), TensorRef("shared", 1)),
        call("shared", "a"),
        call("shared", "b"),
    )
    lowered = lower(functional(layers, calls, TensorRef("sum"), ("sum",)))
    assert ops(lowered).count("MatMul") == 2
    assert [node.op for node in lowered.graph.nodes].count("Weight") == 2
    assert ops(lowered)[-1] == "AddV2"


def test_nested_models_are_entered() -> None:
    inner = sequential(layer("Dense", "head", units=5, activation="softmax"), shape=(None, 4))
    outer = sequential(replace(layer("Sequential", "inner"), model=inner), shape=(None, 4))
    lowered = lower(outer)
    assert lowered.outputs[0].layer == "inner/head"
    assert {node.attrs["path"] for node in lowered.graph.nodes if node.op == "Weight"} == {"inner/head"}
    assert [one.name for one in lowered.layers] == ["input", "inner", "inner/input", "inner/head"]


def test_an_opaque_model_is_unknown() -> None:
    lowered = lower(Topology("mine", "opaque", "MyModel", output_names=("out",)))
    assert ops(lowered) == ["Unknown"]
    assert lowered.outputs[0].name == "out"
    assert [sighting.what for sighting in lowered.unknown] == ["MyModel"]


def test_a_layer_nobody_knows_is_unknown_and_the_rest_goes_on() -> None:
    lowered = lower(
        sequential(layer("Wonder"), layer("Dense", units=2, activation="softmax"), shape=(None, 4))
    )
    assert ops(lowered) == ["Placeholder", "Unknown", "BatchMatMulV2", "BiasAdd", "Softmax"]
    assert [sighting.where for sighting in lowered.unknown] == ["wonder"]


def test_behind_an_unknown_layer_the_stored_input_shape_serves() -> None:
    dense = layer("Dense", units=2)
    for stored, shape in (((None, 3), (None, 2)), ([None, 7, 3], (None, 7, 2)), ({"x": [None, 3]}, None)):
        built = replace(dense, build_shapes=stored)
        (output,) = lower(sequential(layer("Wonder"), built, shape=(None, 4))).outputs
        assert output.shape == shape
    (output,) = lower(sequential(replace(dense, build_shapes=(None, 9, 9)), shape=(None, 4))).outputs
    assert output.shape == (None, 2)


def test_senseless_settings_are_unknown() -> None:
    lowered = lower(sequential(layer("Dense", units="many"), shape=(None, 4)))
    assert ops(lowered) == ["Placeholder", "Unknown"]


def test_dropout_tells_that_it_stands_there() -> None:
    lowered = lower(sequential(layer("Dropout", rate=0.5), shape=(None, 4)))
    node = lowered.graph.nodes[-1]
    assert (node.op, node.attrs["dropout"], node.attrs["rate"]) == ("Identity", True, 0.5)


def test_time_distributed_folds_time_into_the_batch() -> None:
    inner = layer("Dense", units=3, activation="softmax")
    lowered = lower(sequential(layer("TimeDistributed", inner=(inner,)), shape=(None, 7, 4)))
    assert ops(lowered) == ["Placeholder", "Reshape", "MatMul", "BiasAdd", "Softmax", "Reshape"]
    assert lowered.outputs[0].shape == (None, 7, 3)


def test_bidirectional_runs_both_ways() -> None:
    inner = layer("LSTM", units=3, return_sequences=True)
    lowered = lower(
        sequential(layer("Bidirectional", inner=(inner,), merge_mode="concat"), shape=(None, 7, 4))
    )
    assert ops(lowered) == ["Placeholder", "KerasLSTM", "KerasLSTM", "ReverseV2", "ConcatV2"]
    forward, backward = (node for node in lowered.graph.nodes if node.op == "KerasLSTM")
    assert (forward.attrs["go_backwards"], backward.attrs["go_backwards"]) == (False, True)
    assert lowered.outputs[0].shape == (None, 7, 6)


def test_mixed_precision_casts_inputs_and_weights() -> None:
    lowered = lower(sequential(layer("Dense", units=3, dtype="mixed_float16"), shape=(None, 4)))
    assert ops(lowered) == ["Placeholder", "Cast", "Cast", "Cast", "MatMul", "BiasAdd"]
    assert lowered.outputs[0].dtype == "float16"


def test_an_activation_of_another_package_is_unknown() -> None:
    mine = {"module": "mine", "class_name": "function", "config": "softmax", "registered_name": "function"}
    lowered = lower(sequential(layer("Dense", units=3, activation=mine), shape=(None, 4)))
    assert ops(lowered) == ["Placeholder", "MatMul", "BiasAdd", "Unknown"]
    keras = {**mine, "module": "builtins"}
    lowered = lower(sequential(layer("Dense", units=3, activation=keras), shape=(None, 4)))
    assert ops(lowered)[-1] == "Softmax"


def test_a_quantized_layer_keeps_its_activation() -> None:
    lowered = lower(
        sequential(layer("Dense", units=3, activation="softmax", dtype="int8_from_float32"), shape=(None, 4))
    )
    assert ops(lowered) == ["Placeholder", "Unknown", "Softmax"]
    assert lowered.outputs[0].shape == (None, 3)


def test_a_raw_op_gets_its_constants_back() -> None:
    node_def = {"name": "add", "op": "AddV2", "input": ["x", "add/y"], "attr": {"T": {"type": "DT_FLOAT"}}}
    one = layer("TensorFlowOpLayer", "add", node_def=node_def, constants={"1": 0.5})
    lowered = lower(sequential(one, shape=(None, 4), version="2.2.4-tf"))
    node = lowered.graph.nodes[-1]
    assert (node.op, dict(node.attrs)) == ("AddV2", {})
    constant = lowered.graph.producer(node.inputs[1]).attrs
    assert (float(constant["value"]), constant["dtype"]) == (0.5, "float32")
    assert lowered.outputs[0].shape == (None, 4)


def test_attributes_of_a_raw_op_are_read() -> None:
    attr = {"DstT": {"type": "DT_HALF"}, "Truncate": {"b": False}, "SrcT": {"type": "DT_FLOAT"}}
    one = layer("TensorFlowOpLayer", "cast", node_def={"name": "c", "op": "Cast", "attr": attr}, constants={})
    lowered = lower(sequential(one, shape=(None, 4), version="2.2.4-tf"))
    assert lowered.graph.nodes[-1].attrs["DstT"] == "float16"
    assert lowered.outputs[0].dtype == "float16"


def test_ops_without_module_are_told_from_layers_by_their_call() -> None:
    layers = (layer("InputLayer", "a", batch_shape=[None, 4]), layer("Add", "plus"), layer("Log", "log"))
    calls = (Call("plus", (TensorRef("a"), 1e-7), {}), call("log", "plus"))
    lowered = lower(functional(layers, calls, TensorRef("log")))
    assert ops(lowered) == ["Placeholder", "AddV2", "Log"]


def test_channels_first_stays_in_the_attributes() -> None:
    conv = layer("Conv2D", filters=5, kernel_size=3, padding="valid", data_format="channels_first")
    pool = layer("MaxPooling2D", pool_size=2, data_format="channels_first")
    lowered = lower(sequential(conv, pool, shape=(None, 3, 8, 8)))
    assert lowered.outputs[0].shape == (None, 5, 3, 3)
    formats = [node.attrs["data_format"] for node in lowered.graph.nodes if "data_format" in node.attrs]
    assert formats == ["NCHW"] * 3
    assert lowered.graph.nodes[-1].attrs["ksize"] == (1, 1, 2, 2)


def test_an_old_hard_sigmoid_is_another_line() -> None:
    old = lower(sequential(layer("Activation", activation="hard_sigmoid"), shape=(None, 4), version="2.4.0"))
    new = lower(sequential(layer("Activation", activation="hard_sigmoid"), shape=(None, 4)))
    assert "Mul" in ops(old) and "Mul" not in ops(new)


def test_policies_are_read_in_every_dialect() -> None:
    stored = {"class_name": "DTypePolicy", "config": {"name": "mixed_bfloat16"}}
    assert policy(stored) == ("bfloat16", "float32")
    assert policy({"class_name": "Policy", "config": {"name": "float64"}}) == ("float64", "float64")
    assert policy({"class_name": "DTypePolicyMap", "config": {"default_policy": stored}}) == (
        "bfloat16",
        "float32",
    )
    assert policy("int8_from_mixed_bfloat16") == ("bfloat16", "float32")
    assert policy(None) == policy("nonsense") == policy(3) == ("float32", "float32")


def test_a_layer_called_on_a_tuple_is_a_layer() -> None:
    layers = (layer("InputLayer", "a", batch_shape=[None, 4]), layer("Add", "sum"))
    calls = (Call("sum", ((TensorRef("a"), TensorRef("a")),), {}),)
    lowered = lower(functional(layers, calls, TensorRef("sum")))
    assert ops(lowered) == ["Placeholder", "AddV2"]
    assert not lowered.unknown


def stored_shapes(lowered: Lowered) -> dict[str, object]:
    return {node.attrs["slot"]: node.attrs["shape"] for node in lowered.graph.nodes if node.op == "Weight"}


def test_the_gates_of_keras_1_are_joined() -> None:
    old = replace(sequential(layer("LSTM", units=3), shape=(None, 7, 4)), keras_version="1.2.2")
    lowered = lower(old)
    assert list(stored_shapes(lowered)) == [f"{of}_{gate}" for gate in "icfo" for of in "WUb"]
    (loop,) = (node for node in lowered.graph.nodes if node.op == "KerasLSTM")
    kernel = lowered.graph.producer(loop.inputs[1])
    gates = [ref.node.rpartition("_")[2] for ref in kernel.inputs[:-1]]
    assert (kernel.op, gates) == ("ConcatV2", ["i", "f", "c", "o"])


def test_gates_of_keras_1_made_for_a_gpu_stand_together() -> None:
    gru = layer("GRU", units=3, consume_less="gpu")
    lowered = lower(replace(sequential(gru, shape=(None, 7, 4)), keras_version="1.2.2"))
    assert stored_shapes(lowered) == {"kernel": (4, 9), "recurrent_kernel": (3, 9), "bias": (9,)}


def test_kernels_of_keras_1_over_time_have_a_dimension_more() -> None:
    conv = layer("Conv1D", filters=5, kernel_size=[3])
    lowered = lower(replace(sequential(conv, shape=(None, 7, 4)), keras_version="1.2.2"))
    assert stored_shapes(lowered)["kernel"] == (3, 1, 4, 5)
    assert lowered.outputs[0].shape == (None, 5, 5)
