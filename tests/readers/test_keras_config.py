"""Configurations of every Keras dialect become one topology."""

from __future__ import annotations

from typing import Any

import pytest

from logitcheck.errors import NotAudited
from logitcheck.readers.keras_config import parse_model
from logitcheck.topology import Call, TensorRef


def layer(class_name: str, name: str, *nodes: Any, **config: Any) -> dict[str, Any]:
    """A layer of a functional model as Keras 2 stores it."""
    return {
        "class_name": class_name,
        "name": name,
        "config": {"name": name, **config},
        "inbound_nodes": list(nodes),
    }


def functional(
    *layers: dict[str, Any], inputs: Any, outputs: Any, class_name: str = "Functional"
) -> dict[str, Any]:
    config = {"name": "m", "layers": list(layers), "input_layers": inputs, "output_layers": outputs}
    return {"class_name": class_name, "config": config}


def tensor(name: str, call: int = 0, output: int = 0) -> dict[str, Any]:
    """A tensor as Keras 3 stores it in a call."""
    history = {"shape": [None, 4], "dtype": "float32", "keras_history": [name, call, output]}
    return {"class_name": "__keras_tensor__", "config": history}


def test_a_sequential_of_keras_1_is_a_bare_list_with_old_names() -> None:
    stored = {
        "class_name": "Sequential",
        "config": [
            {
                "class_name": "Convolution2D",
                "config": {
                    "name": "c",
                    "nb_filter": 5,
                    "nb_row": 3,
                    "nb_col": 2,
                    "border_mode": "same",
                    "subsample": [2, 2],
                    "dim_ordering": "th",
                    "bias": False,
                    "batch_input_shape": [None, 1, 8, 8],
                },
            },
            {"class_name": "Dropout", "config": {"name": "d", "p": 0.25}},
            {
                "class_name": "LSTM",
                "config": {
                    "name": "l",
                    "output_dim": 4,
                    "inner_activation": "hard_sigmoid",
                    "dropout_W": 0.1,
                },
            },
            {"class_name": "TimeDistributedDense", "config": {"name": "t", "output_dim": 3, "bias": True}},
            {"class_name": "Embedding", "config": {"name": "e", "input_dim": 9, "output_dim": 2}},
        ],
    }
    topology = parse_model(stored, "1.2.2")
    convolution, dropout, lstm, dense, embedding = topology.layers
    assert (topology.kind, topology.output_names) == ("sequential", ("e",))
    assert convolution.class_name == "Conv2D"
    assert convolution.config["filters"] == 5
    assert convolution.config["kernel_size"] == [3, 2]
    assert convolution.config["padding"] == "same"
    assert convolution.config["strides"] == [2, 2]
    assert convolution.config["data_format"] == "channels_first"
    assert convolution.config["use_bias"] is False
    assert convolution.config["batch_shape"] == [None, 1, 8, 8]
    assert dropout.config["rate"] == 0.25
    assert (lstm.config["units"], lstm.config["recurrent_activation"], lstm.config["dropout"]) == (
        4,
        "hard_sigmoid",
        0.1,
    )
    assert (dense.class_name, dense.config["units"]) == ("Dense", 3)
    assert embedding.config["output_dim"] == 2


def test_a_file_without_version_is_read_by_its_words() -> None:
    old = {"name": "d", "output_dim": 3, "W_regularizer": None, "activation": "softmax"}
    stored = {"class_name": "Sequential", "config": [{"class_name": "Dense", "config": old}]}
    (dense,) = (item for item in parse_model(stored, None).layers if item.class_name == "Dense")
    assert dense.config["units"] == 3
    assert parse_model(stored, None).keras_version == "1"
    new = {"name": "d", "units": 3, "kernel_regularizer": None}
    stored = {"class_name": "Sequential", "config": [{"class_name": "Dense", "config": new}]}
    assert parse_model(stored, None).keras_version is None


def test_merge_of_keras_1_becomes_the_layer_of_its_mode() -> None:
    merge = layer("Merge", "m", [["a", 0, 0], ["b", 0, 0]], mode="concat", concat_axis=1)
    stored = functional(
        layer("InputLayer", "a"),
        layer("InputLayer", "b"),
        merge,
        inputs=[["a", 0, 0], ["b", 0, 0]],
        outputs=[["m", 0, 0]],
    )
    topology = parse_model(stored, "1.2.2")
    assert (topology.layers[2].class_name, topology.layers[2].config["axis"]) == ("Concatenate", 1)
    assert topology.calls == (Call("m", ([TensorRef("a"), TensorRef("b")],)),)
    assert topology.inputs == (TensorRef("a"), TensorRef("b"))


def branch(name: str, width: int) -> dict[str, Any]:
    dense = {"name": name, "output_dim": 3, "batch_input_shape": [None, width], "W_regularizer": None}
    return {"class_name": "Sequential", "config": [{"class_name": "Dense", "config": dense}]}


def test_branches_of_a_keras_1_sequential_have_inputs_of_their_own() -> None:
    merge = {"name": "m", "mode": "mul", "layers": [branch("a", 4), branch("b", 5)]}
    head = {"class_name": "Dense", "config": {"name": "d", "output_dim": 2}}
    stored = {"class_name": "Sequential", "config": [{"class_name": "Merge", "config": merge}, head]}
    found = parse_model(stored, "1.2.2")
    assert found.inputs == (TensorRef("a_input"), TensorRef("b_input"))
    assert Call("m", ([TensorRef("a"), TensorRef("b")],)) in found.calls
    assert found.output_names == ("d",)


@pytest.mark.parametrize(
    "broken", [[], [None], [{"class_name": "Sequential", "config": []}], [branch("a", 4), 3]]
)
def test_branches_that_make_no_sense_are_left_alone(broken: Any) -> None:
    merge = {"class_name": "Merge", "config": {"name": "m", "mode": "mul", "layers": broken}}
    assert parse_model({"class_name": "Sequential", "config": [merge]}, "1.2.2").kind == "sequential"


def test_calls_of_keras_2_with_tensors_and_constants_among_the_arguments() -> None:
    stored = functional(
        layer("InputLayer", "x", batch_input_shape=[None, 4]),
        layer("TFOpLambda", "tf.math.add", ["_CONSTANT_VALUE", -1, 2.0, {"y": ["x", 0, 0], "name": None}]),
        layer("TFOpLambda", "tf.stack", [["x", 0, 0, {"axis": -1}]]),
        layer("Dense", "d", [["tf.math.add", 0, 0, {}]]),
        layer("LSTM", "l", [["x", 0, 0, {"initial_state": [["d", 0, 0], ["d", 0, 0]]}]]),
        inputs=[["x", 0, 0]],
        outputs=[["d", 0, 0]],
    )
    add, stack, dense, lstm = parse_model(stored, "2.15.0").calls
    assert (add.args, add.kwargs) == ((2.0,), {"y": TensorRef("x"), "name": None})
    assert (stack.args, stack.kwargs) == (([TensorRef("x")],), {"axis": -1})
    assert dense.args == (TensorRef("tf.math.add"),)
    assert lstm.kwargs == {"initial_state": [TensorRef("d"), TensorRef("d")]}


def test_calls_of_keras_3() -> None:
    node = {
        "args": [tensor("x"), {"class_name": "__tuple__", "config": {"value": [1, 2]}}],
        "kwargs": {"axis": 1},
    }
    sliced = {
        "args": [
            tensor("x"),
            {"class_name": "__slice__", "config": {"start": None, "stop": 2, "step": None}},
        ],
        "kwargs": {},
    }
    stored = functional(
        layer("InputLayer", "x", batch_shape=[None, 4]),
        layer("Sum", "s", node),
        layer("GetItem", "g", sliced),
        inputs=["x", 0, 0],
        outputs={"b": ["s", 0, 0], "a": ["g", 0, 0]},
    )
    topology = parse_model(stored, "3.9.2")
    assert topology.calls[0] == Call("s", (TensorRef("x"), (1, 2)), {"axis": 1})
    assert topology.calls[1].args[1] == slice(None, 2, None)
    assert topology.inputs == (TensorRef("x"),)
    assert topology.outputs == {"b": TensorRef("s"), "a": TensorRef("g")}
    assert topology.output_names == ("a", "b")


def test_repeated_outputs_are_numbered() -> None:
    stored = functional(
        layer("InputLayer", "x"),
        layer("Dense", "d", [["x", 0, 0, {}]], [["x", 0, 0, {}]]),
        inputs=[["x", 0, 0]],
        outputs=[["d", 0, 0], ["d", 1, 0]],
    )
    topology = parse_model(stored, "2.4.0")
    assert topology.output_names == ("d", "d_1")
    assert topology.outputs == [TensorRef("d"), TensorRef("d", 1)]


def nested(version: str, *refs: int) -> list[int]:
    """Return the calls that a model's outputs refer to when a nested model is called once for each number."""
    inner = functional(layer("InputLayer", "i"), inputs=[["i", 0, 0]], outputs=[["i", 0, 0]])
    old = version.startswith("2")
    call: Any = [["x", 0, 0, {}]] if old else {"args": [tensor("x")], "kwargs": {}}
    stored = functional(
        layer("InputLayer", "x"),
        {**inner, "name": "body", "inbound_nodes": [call] * len(refs)},
        inputs=[["x", 0, 0]],
        outputs=[["body", ref, 0] for ref in refs],
    )
    topology = parse_model(stored, version)
    assert topology.layers[1].model is not None
    return [ref.call for ref in topology.outputs]


def test_calls_of_a_nested_model_count_from_zero_whatever_the_file_counts_from() -> None:
    assert nested("2.4.0", 1) == [0]
    assert nested("2.4.0", 1, 2) == [0, 1]
    assert nested("3.9.2", 1, 2) == [0, 1]
    assert nested("3.9.2", 0) == [0]


def test_wrappers_and_cells_hold_their_layers() -> None:
    lstm = {"class_name": "LSTM", "config": {"name": "f", "units": 3}}
    cells = [{"class_name": "LSTMCell", "config": {"name": "c", "units": 3}}]
    rnn = {"cell": {"class_name": "StackedRNNCells", "config": {"name": "s", "cells": cells}}}
    stored = {
        "class_name": "Sequential",
        "config": {
            "name": "m",
            "build_input_shape": [None, 5, 2],
            "layers": [
                {
                    "class_name": "Bidirectional",
                    "config": {"name": "b", "layer": lstm, "backward_layer": lstm},
                },
                {"class_name": "RNN", "config": {"name": "r", **rnn}},
            ],
        },
    }
    both, recurrent = parse_model(stored, "2.15.0").layers
    assert [held.class_name for held in both.inner] == ["LSTM", "LSTM"]
    assert both.build_shapes == [None, 5, 2]
    assert [held.class_name for held in recurrent.inner[0].inner] == ["LSTMCell"]


def test_a_subclassed_model_is_opaque() -> None:
    stored = {"module": None, "class_name": "Mine", "config": {}, "registered_name": "Mine"}
    topology = parse_model(stored, "3.9.2")
    assert (topology.kind, topology.class_name, topology.layers) == ("opaque", "Mine", ())


def test_classes_of_somebodys_own_do_not_pass_for_keras() -> None:
    own = {"module": None, "class_name": "Dense", "config": {"name": "a"}, "registered_name": "Dense"}
    old = {"class_name": "Mine>Dense", "config": {"name": "b"}}
    keras = {
        "module": "keras.layers",
        "class_name": "Dense",
        "config": {"name": "c"},
        "registered_name": None,
    }
    stored = {"class_name": "Sequential", "config": {"name": "m", "layers": [own, old, keras]}}
    layers = parse_model(stored, "3.9.2").layers
    assert [item.module for item in layers] == ["__main__", None, "keras.layers"]
    assert [item.registered_name for item in layers] == ["Dense", "Mine>Dense", None]


def test_activations_and_changed_defaults() -> None:
    relu = {"module": "builtins", "class_name": "function", "config": "relu", "registered_name": "function"}
    own = {"module": "mine", "class_name": "function", "config": "relu", "registered_name": "function"}
    stored = {
        "class_name": "Sequential",
        "config": {
            "layers": [
                {"class_name": "Dense", "config": {"name": "a", "activation": relu}},
                {"class_name": "Dense", "config": {"name": "b", "activation": own}},
                {"class_name": "LeakyReLU", "config": {"name": "c", "alpha": 0.2}},
                {"class_name": "GRU", "config": {"name": "d", "units": 2}},
                {"class_name": "BatchNormalizationV1", "config": {"name": "e", "axis": [3]}},
            ]
        },
    }
    dense, foreign, leaky, gru, batch = parse_model(stored, "2.2.4-tf").layers
    assert dense.config["activation"] == "relu"
    assert foreign.config["activation"] == own
    assert leaky.config["negative_slope"] == 0.2
    assert gru.config["reset_after"] is False
    assert (batch.class_name, batch.config["axis"]) == ("BatchNormalization", 3)


X = layer("InputLayer", "x")


@pytest.mark.parametrize(
    "stored",
    [
        [],
        {"class_name": 3},
        {"class_name": "Sequential", "config": {"layers": [3]}},
        functional(X, inputs=[["x", 0, 0]], outputs=[["y", 0, 0]]),
        functional(X, layer("Dense", "d", [["gone", 0, 0, {}]]), inputs=[["x", 0, 0]], outputs=[["d", 0, 0]]),
        functional(X, layer("Dense", "d", 3), inputs=[["x", 0, 0]], outputs=[["d", 0, 0]]),
        functional(
            X, layer("Dense", "d", {"args": [tensor("gone")]}), inputs=[["x", 0, 0]], outputs=[["d", 0, 0]]
        ),
    ],
)
def test_configurations_that_make_no_sense_are_refused(stored: Any) -> None:
    with pytest.raises(NotAudited):
        parse_model(stored, "2.15.0")


def test_models_nested_without_end_are_refused() -> None:
    stored: dict[str, Any] = {"class_name": "Dense", "config": {"name": "d"}}
    for _ in range(60):
        stored = {"class_name": "Sequential", "config": {"layers": [stored]}}
    with pytest.raises(NotAudited, match="nested"):
        parse_model(stored, "2.15.0")
