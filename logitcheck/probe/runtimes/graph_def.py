"""Frozen graphs, binary or text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from logitcheck.probe.protocol import ProbeRequest
from logitcheck.probe.runtimes.graph_session import SessionRuntime
from logitcheck.probe.runtimes.prune import pruned
from logitcheck.probe.runtimes.runtime import Runtime, RuntimeProblemError, shortened

VARIABLES = frozenset({"Variable", "VariableV2", "VarHandleOp"})


def load(request: ProbeRequest) -> Runtime:
    """Import the part of the graph that the audited outputs need. Raises RuntimeProblemError."""
    graph_def = parse(Path(request.path))
    names = {node.name for node in graph_def.node}
    fetches = {o.name: f"{o.node}:{o.port}" for o in request.outputs if o.node in names}
    inputs = tuple(item for item in request.inputs if item.node in names)
    if not fetches:
        raise RuntimeProblemError("load-failure", "the graph has none of the outputs that the audit found")
    cut = pruned(
        graph_def, {tensor.partition(":")[0] for tensor in fetches.values()} | {i.node for i in inputs}
    )
    variables = sum(node.op in VARIABLES for node in cut.node)
    if variables:
        reason = f"the values of its {variables} variables are not in the file but in a checkpoint"
        raise RuntimeProblemError("no-weights", reason)
    return SessionRuntime("graph-def", cut, inputs, [f"{item.node}:0" for item in inputs], fetches)


def parse(path: Path) -> Any:
    """Return the GraphDef in a binary or text file. Raises RuntimeProblemError."""
    from google.protobuf import text_format
    from tensorflow.core.framework.graph_pb2 import GraphDef

    data = path.read_bytes()
    try:
        return GraphDef.FromString(data)
    except Exception as problem:
        try:
            return text_format.Parse(data.decode(), GraphDef())
        except (UnicodeDecodeError, text_format.ParseError):
            raise RuntimeProblemError("load-failure", shortened(problem)) from problem
