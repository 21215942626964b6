"""GraphDef files: frozen ``.pb``, and ``.pbtxt`` in protobuf's text form."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from logitcheck.errors import NotAudited
from logitcheck.model import Model, Writer
from logitcheck.readers import layer_names, training_graphs
from logitcheck.readers.function_library import Body, Library
from logitcheck.readers.graph_source import GraphSource
from logitcheck.readers.op_paths import written_paths
from logitcheck.readers.op_sightings import op_sightings
from logitcheck.readers.options import DEFAULTS, ReadOptions
from logitcheck.readers.plain_serving import serving
from logitcheck.readers.proto.messages import parse, parse_text
from logitcheck.readers.saved_model import read_loose_saved_model, read_meta_graph
from logitcheck.readers.saved_sightings import missing_weights
from logitcheck.readers.stored_constants import Constants, constant_refs
from logitcheck.readers.variables import Variables

SNIFFED = 4096
SAVED_MODEL_HEAD = b"\x08\x01"
"""A SavedModel begins with its schema version, 1; a GraphDef with a node."""


def read_graph_def(path: str | Path, options: ReadOptions = DEFAULTS) -> Model:
    """Read a serialised graph, binary or text.

    Raises NotAudited where the file is none, or its nodes cannot be followed.
    """
    file = Path(path)
    if file.stat().st_size > options.max_graph:
        raise NotAudited(f"the graph is larger than {options.max_graph} bytes", format="graph-def")
    data = file.read_bytes()
    if data[:2] == SAVED_MODEL_HEAD:
        return read_loose_saved_model(path, data, options)
    if file.suffix == ".meta" and not is_text(data):
        return read_meta_graph(path, data, options)
    try:
        return _model(str(path), parse_graph(file.name, data), options)
    except NotAudited as error:
        error.format = "graph-def"
        raise


def parse_graph(name: str, data: bytes) -> Any:
    """Parse a GraphDef in either form. Raises NotAudited where the bytes are none, or none with nodes."""
    text = is_text(data)
    graph = (
        parse_text("GraphDef", data.decode(errors="replace"), name) if text else parse("GraphDef", data, name)
    )
    if not graph.node and not graph.library.function:
        raise NotAudited(f"{name} holds no graph")
    if not all(node.name and node.op for node in graph.node):
        raise NotAudited(f"{name} is not a GraphDef: it has nodes without a name or an op")
    return graph


def is_text(data: bytes) -> bool:
    """Tell protobuf's text form from the binary one, which begins with a tag and a length."""
    head = data[:SNIFFED]
    return not any(byte < 32 and byte not in b"\t\n\r" for byte in head) and b"{" in head


def _model(path: str, graph: Any, options: ReadOptions) -> Model:
    library = Library(graph)
    variables = Variables(None, None, None, Body({}))
    source = GraphSource(library, variables.of_node, layer_names.no_layer, options.max_nodes)
    served, inputs, outputs = serving(source)
    training = tuple(training_graphs.attempt(training_graphs.from_main, source, "graph"))
    graphs = (served, *(found.graph for found in training))
    return Model(
        path=path,
        format="graph-def",
        writer=Writer("tensorflow", backend="tensorflow"),
        graph=served,
        inputs=inputs,
        outputs=outputs,
        training=training,
        weights=constant_refs(iter(graphs), source.constants),
        source=Constants(source.constants),
        sightings=(*op_sightings(graph), *written_paths(graph), *missing_weights(served)),
    )
