from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from logitcheck.errors import NotAudited
from logitcheck.graph import Graph, Node
from logitcheck.model import Model
from logitcheck.readers.graph_def import read_graph_def
from logitcheck.readers.options import DEFAULTS, ReadOptions
from logitcheck.readers.saved_model import read_saved_model
from tests.readers.graph_files import bundle, const, function, graph, node, saved_model, signature

X = node("x", "Placeholder", dtype="float32", shape=[-1, 4])


def call(name: str, callee: str, *inputs: str) -> Any:
    return node(name, "PartitionedCall", *inputs, f=("func", callee))


def read(tmp_path: Path, made: Any, options: ReadOptions = DEFAULTS) -> Model:
    path = tmp_path / "graph.pb"
    path.write_bytes(made.SerializeToString())
    return read_graph_def(path, options)


def ops(graph: Graph) -> list[str]:
    return [node.op for node in graph.nodes]


def behind_output(model: Model) -> Node:
    return model.graph.producer(model.outputs[0].ref)


def test_calls_are_inlined_under_the_path_of_their_calls(tmp_path: Path) -> None:
    inner = function("inner", ["a"], {"out": "soft:softmax:0"}, node("soft", "Softmax", "a"))
    outer = function("outer", ["a"], {"out": "go:output:0"}, call("go", "inner", "a"))
    model = read(tmp_path, graph(X, call("head", "outer", "x"), functions=[inner, outer]))
    assert ops(model.graph) == ["Placeholder", "Softmax"]
    assert behind_output(model).name == "head/go/soft"


def test_a_function_called_by_its_own_name_is_inlined(tmp_path: Path) -> None:
    double = function("Double", ["a"], {"same": "a", "sum": "add:z:0"}, node("add", "AddV2", "a", "a"))
    end = node("end", "Neg", "d:1")
    model = read(tmp_path, graph(X, node("d", "Double", "x"), end, functions=[double]))
    assert ops(model.graph) == ["Placeholder", "AddV2", "Neg"]


def test_outputs_of_ops_with_several_are_counted_by_name(tmp_path: Path) -> None:
    split = node("split", "SplitV", "a", "sizes", "axis", num_split=2)
    norm = node("norm", "FusedBatchNormV3", "split:output:1", "a", "a", "a", "a")
    body = function(
        "f", ["a", "sizes", "axis"], {"out": "norm:batch_variance:0", "last": "split:output:1"}, split, norm
    )
    parts = (const("sizes", [1, 3], "int32"), const("axis", 1, "int32"))
    ends = (node("end", "Neg", "c:0"), node("end2", "Abs", "c:1"))
    model = read(tmp_path, graph(X, *parts, call("c", "f", "x", "sizes", "axis"), *ends, functions=[body]))
    assert model.graph.by_name["end"].inputs == (("c/norm", 2),)
    assert model.graph.by_name["end2"].inputs == (("c/split", 1),)


def test_what_no_output_needs_is_left_out(tmp_path: Path) -> None:
    body = function(
        "f", ["a"], {"out": "relu:activations:0"}, node("relu", "Relu", "a"), node("lost", "Exp", "a")
    )
    assert ops(read(tmp_path, graph(X, call("c", "f", "x"), functions=[body])).graph) == [
        "Placeholder",
        "Relu",
    ]


def test_loops_and_conditionals_keep_their_graphs(tmp_path: Path) -> None:
    cond = function(
        "cond", ["i"], {"go": "less:z:0"}, const("ten", 10.0), node("less", "Less", "i", "ten:output:0")
    )
    body = function("body", ["i"], {"i": "add:z:0"}, node("add", "AddV2", "i", "i"))
    loop = node("loop", "While", "x", cond=("func", "cond"), body=("func", "body"))
    model = read(tmp_path, graph(X, loop, functions=[cond, body]))
    attrs = behind_output(model).attrs
    assert ops(attrs["body"]) == ["Placeholder", "AddV2"]
    assert ops(attrs["cond"]) == ["Placeholder", "Const", "Less"]
    assert attrs["body"].inputs == ("loop/body/i",)


def test_a_loop_of_tensorflow_1_keeps_its_nodes(tmp_path: Path) -> None:
    nodes = [
        node("enter", "Enter", "x"),
        node("merge", "Merge", "enter", "next"),
        node("go", "LoopCond", "merge"),
        node("switch", "Switch", "merge", "go"),
        node("step", "Tanh", "switch:1"),
        node("next", "NextIteration", "step"),
        node("exit", "Exit", "switch"),
    ]
    model = read(tmp_path, graph(X, *nodes))
    assert set(ops(model.graph)) == {"Placeholder", *(found.op for found in nodes)}
    assert model.graph.by_name["merge"].inputs == (("enter", 0), ("next", 0))


def test_a_recursive_function_ends_as_unknown(tmp_path: Path) -> None:
    body = function("f", ["a"], {"out": "again:output:0"}, call("again", "f", "a"))
    model = read(tmp_path, graph(X, call("c", "f", "x"), functions=[body]))
    assert behind_output(model).op == "Unknown"
    assert behind_output(model).attrs["what"] == "f"


def test_functions_that_double_each_other_are_refused(tmp_path: Path) -> None:
    doubling = [
        function(
            f"f{i}",
            ["a"],
            {"out": "r:output:0"},
            call("l", f"f{i + 1}", "a"),
            call("r", f"f{i + 1}", "l:output:0"),
        )
        for i in range(40)
    ]
    last = function("f40", ["a"], {"out": "a"})
    with pytest.raises(NotAudited, match="more than 1000 nodes"):
        read(
            tmp_path, graph(X, call("c", "f0", "x"), functions=[*doubling, last]), ReadOptions(max_nodes=1000)
        )


@pytest.mark.parametrize(
    "nodes",
    [
        [node("a", "Neg", "b"), node("b", "Neg", "a"), node("c", "AddV2", "a", "x")],
        [node("a", "Neg", "gone"), node("c", "AddV2", "a", "x")],
        [node("a", "Neg", "x:word")],
        [node("a", "Neg", "x:-1")],
    ],
)
def test_broken_wiring_is_refused(tmp_path: Path, nodes: list[Any]) -> None:
    with pytest.raises(NotAudited):
        read(tmp_path, graph(X, *nodes))


def test_a_very_deep_graph_is_no_recursion(tmp_path: Path) -> None:
    chain = [node(f"n{i}", "Relu", f"n{i - 1}" if i else "x") for i in range(20_000)]
    assert len(read(tmp_path, graph(X, *chain)).graph.nodes) == 20_001


def test_large_constants_are_stored_weights_and_small_ones_values(tmp_path: Path) -> None:
    large = np.arange(5000, dtype=np.float32)
    nodes = (const("large", large), const("small", [1.0, 2.0]), node("a", "AddV2", "x", "small"))
    model = read(tmp_path, graph(X, *nodes, node("b", "AddV2", "a", "large")))
    by_name = model.graph.by_name
    assert by_name["small"].attrs["value"].tolist() == [1.0, 2.0]
    assert "value" not in by_name["large"].attrs
    assert [(w.key, w.shape, w.nbytes) for w in model.weights] == [("large", (5000,), 20_000)]
    assert model.source is not None
    np.testing.assert_array_equal(model.source.array("large"), large)


def test_a_constant_of_absurd_shape_is_not_filled(tmp_path: Path) -> None:
    bomb = const("bomb", 1.0)
    bomb.attr["value"].tensor.ClearField("tensor_content")
    bomb.attr["value"].tensor.float_val.append(1.0)
    for _ in range(4):
        bomb.attr["value"].tensor.tensor_shape.dim.add(size=1 << 20)
    model = read(tmp_path, graph(X, bomb, node("a", "AddV2", "x", "bomb")))
    assert model.source is not None
    with pytest.raises(NotAudited, match="declares"):
        list(model.source.chunks("bomb"))


def test_variables_become_weights_through_captured_arguments(tmp_path: Path) -> None:
    read_it = node("read", "ReadVariableOp", "var", dtype="float32")
    body = function(
        "f", ["a", "var"], {"out": "mm:product:0"}, read_it, node("mm", "MatMul", "a", "read:value:0")
    )
    handle = node("w", "VarHandleOp", dtype="float32", shape=[4, 2], shared_name=b"kernel")
    made = graph(X, handle, call("c", "f", "x", "w"), functions=[body])
    folder = saved_model(tmp_path / "m", made, {"serving_default": signature({"x": "x:0"}, {"y": "c:0"})})
    kernel = np.arange(8, dtype=np.float32).reshape(4, 2)
    bundle(folder / "variables" / "variables", {"kernel": ("float32", kernel)})
    model = read_saved_model(folder)
    weight = model.graph.producer(model.graph.by_name["c/mm"].inputs[1])
    assert (weight.op, weight.attrs["key"], weight.attrs["shape"]) == ("Weight", "kernel", (4, 2))
    assert model.source is not None
    np.testing.assert_array_equal(model.source.array("kernel"), kernel)
    (folder / "variables" / "variables.index").unlink()
    assert "weights-missing" in {sighting.kind for sighting in read_saved_model(folder).sightings}


def test_a_gather_from_a_variable_is_a_gather_from_its_value(tmp_path: Path) -> None:
    table = node("table", "VarHandleOp", dtype="float32", shape=[9, 2])
    lookup = node("lookup", "ResourceGather", "table", "x", dtype="float32")
    model = read(tmp_path, graph(X, table, lookup))
    found = behind_output(model)
    assert found.op == "GatherV2"
    assert [model.graph.producer(ref).op for ref in found.inputs] == ["Weight", "Placeholder", "Const"]


def test_an_input_that_reads_something_brings_it_along(tmp_path: Path) -> None:
    odd = node("odd", "Placeholder", "x", dtype="float32")
    model = read(tmp_path, graph(X, odd, node("y", "Relu", "odd")))
    assert all(ref.node in model.graph.by_name for found in model.graph.nodes for ref in found.inputs)
