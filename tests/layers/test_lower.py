from __future__ import annotations

from dataclasses import replace

from logitcheck.layers.lower import Lowered, lower
from logitcheck.topology import TensorRef, Topology
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
