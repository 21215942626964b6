"""Attacks on whoever loads a graph: ops that reach out, in the main graph, in functions, in packed graphs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from logitcheck.readers.proto.messages import message_class
from tests.hostile.attacks import Canary, attack

DT_FLOAT, DT_STRING = 1, 7


def node(graph: Any, name: str, op: str, *inputs: str, **attrs: Any) -> Any:
    """Add a node; attributes are given as (field of AttrValue, value)."""
    made = graph.add(name=name, op=op, input=inputs)
    for key, (field, value) in attrs.items():
        setattr(made.attr[key], field, value)
    return made


def string_const(graph: Any, name: str, text: str | bytes) -> None:
    """Add a constant string."""
    made = node(graph, name, "Const", dtype=("type", DT_STRING))
    made.attr["value"].tensor.dtype = DT_STRING
    made.attr["value"].tensor.string_val.append(text.encode() if isinstance(text, str) else text)


def computing(graph: Any) -> None:
    """Add what a small classifier computes."""
    node(graph, "x", "Placeholder", dtype=("type", DT_FLOAT))
    node(graph, "probabilities", "Softmax", "x", T=("type", DT_FLOAT))


def graph_def(*parts: Callable[[Any], None]) -> Any:
    """A GraphDef of a classifier and what the parts add to its nodes."""
    graph = message_class("GraphDef")()
    computing(graph.node)
    for part in parts:
        part(graph.node)
    return graph


def frozen(folder: Path, graph: Any) -> Path:
    """A frozen graph as a file."""
    path = folder / "frozen.pb"
    path.write_bytes(graph.SerializeToString())
    return path


def saved_model(folder: Path, graph: Any, asset: str | None = None) -> Path:
    """A SavedModel around a graph, with one signature."""
    saved = message_class("SavedModel")()
    saved.saved_model_schema_version = 1
    meta = saved.meta_graphs.add()
    meta.meta_info_def.tags.append("serve")
    meta.graph_def.CopyFrom(graph)
    signature = meta.signature_def["serving_default"]
    signature.inputs["x"].name = "x:0"
    signature.inputs["x"].dtype = DT_FLOAT
    signature.outputs["probabilities"].name = "probabilities:0"
    signature.outputs["probabilities"].dtype = DT_FLOAT
    if asset:
        meta.asset_file_def.add(filename=asset).tensor_info.name = "asset:0"
    path = folder / "saved"
    path.mkdir()
    (path / "saved_model.pb").write_bytes(saved.SerializeToString())
    return path


def reaching(op: str, *names: str) -> Callable[[Any], None]:
    """A part: one op that takes constant strings."""

    def add(graph: Any) -> None:
        inputs = []
        for i, text in enumerate(names):
            string_const(graph, f"evil/text_{i}", text)
            inputs.append(f"evil/text_{i}")
        node(graph, "evil/op", op, *inputs)

    return add


def in_function(graph: Any, part: Callable[[Any], None], name: str = "serve_fn") -> Any:
    """Put a part into a function of the graph's library."""
    function = graph.library.function.add()
    function.signature.name = name
    part(function.node_def)
    return graph


@attack("LC605")
def write_file_in_a_saved_model(folder: Path, canary: Canary) -> Path:
    return saved_model(folder, graph_def(reaching("WriteFile", str(canary.target), "pwned")))


@attack("LC605")
def write_file_in_a_function(folder: Path, canary: Canary) -> Path:
    return saved_model(folder, in_function(graph_def(), reaching("WriteFile", str(canary.target), "pwned")))


@attack("LC605")
def write_file_in_a_frozen_graph(folder: Path, canary: Canary) -> Path:
    return frozen(folder, graph_def(reaching("WriteFile", str(canary.target), "pwned")))


@attack("LC605")
def read_file(folder: Path, canary: Canary) -> Path:
    return saved_model(folder, graph_def(reaching("ReadFile", str(canary.secret))))


@attack("LC605")
def read_file_in_a_dataset_packed_into_a_string(folder: Path, canary: Canary) -> Path:
    inner = message_class("GraphDef")()
    reaching("ReadFile", str(canary.secret))(inner.node)

    def add(graph: Any) -> None:
        string_const(graph, "packed", inner.SerializeToString())
        node(graph, "dataset", "DatasetFromGraph", "packed")

    return saved_model(folder, graph_def(add))


@attack("LC605")
def print_into_a_file(folder: Path, canary: Canary) -> Path:
    def add(graph: Any) -> None:
        string_const(graph, "text", "pwned")
        node(graph, "print", "PrintV2", "text", output_stream=("s", f"file://{canary.target}".encode()))

    return saved_model(folder, graph_def(add))


@attack("LC605")
def checkpoint_written_to_a_fixed_place(folder: Path, canary: Canary) -> Path:
    return frozen(folder, graph_def(reaching("SaveV2", str(canary.target), "x", "")))


@attack("LC605")
def checkpoint_read_from_a_fixed_place_in_a_function(folder: Path, canary: Canary) -> Path:
    return saved_model(folder, in_function(graph_def(), reaching("RestoreV2", str(canary.secret), "x", "")))


@attack("LC605")
def table_filled_from_a_system_file(folder: Path, canary: Canary) -> Path:
    def add(graph: Any) -> None:
        node(graph, "table", "HashTableV2")
        string_const(graph, "file", str(canary.secret))
        node(graph, "fill", "InitializeTableFromTextFileV2", "table", "file")

    return frozen(folder, graph_def(add))


@attack("LC605")
def whole_file_reader(folder: Path, canary: Canary) -> Path:
    return frozen(folder, graph_def(reaching("WholeFileReaderV2")))


@attack("LC605")
def debug_identity_to_an_address(folder: Path, canary: Canary) -> Path:
    def add(graph: Any) -> None:
        made = node(graph, "debug", "DebugIdentityV2", "x")
        made.attr["debug_urls"].list.s.append(f"grpc://127.0.0.1:{canary.port}".encode())

    return saved_model(folder, graph_def(add))


@attack("LC605")
def python_function(folder: Path, canary: Canary) -> Path:
    return saved_model(folder, graph_def(reaching("PyFunc")))


@attack("LC605")
def eager_python_function_in_a_frozen_graph(folder: Path, canary: Canary) -> Path:
    return frozen(folder, graph_def(reaching("EagerPyFunc")))


@attack("LC605")
def data_service(folder: Path, canary: Canary) -> Path:
    return saved_model(folder, graph_def(reaching("DataServiceDatasetV4")))


@attack("LC605")
def text_graph_that_writes(folder: Path, canary: Canary) -> Path:
    from google.protobuf import text_format

    path = folder / "graph.pbtxt"
    path.write_text(
        text_format.MessageToString(graph_def(reaching("WriteFile", str(canary.target), "pwned")))
    )
    return path


@attack("LC605")
def saved_model_in_text_form_that_writes(folder: Path, canary: Canary) -> Path:
    from google.protobuf import text_format

    path = saved_model(folder, graph_def(reaching("WriteFile", str(canary.target), "pwned")))
    binary = path / "saved_model.pb"
    saved = message_class("SavedModel").FromString(binary.read_bytes())
    (path / "saved_model.pbtxt").write_text(text_format.MessageToString(saved))
    binary.unlink()
    return path


@attack("LC604")
def asset_above_the_model(folder: Path, canary: Canary) -> Path:
    return saved_model(folder, graph_def(), asset="../../secret.txt")


@attack("LC604")
def asset_with_an_absolute_path(folder: Path, canary: Canary) -> Path:
    return saved_model(folder, graph_def(), asset=str(canary.secret))


@attack("LC609")
def op_of_a_plug_in(folder: Path, canary: Canary) -> Path:
    return frozen(folder, graph_def(reaching("MyCustomReaderOp")))
