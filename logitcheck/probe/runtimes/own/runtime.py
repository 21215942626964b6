"""Reads the file as the audit does and makes its graph a callable function."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from logitcheck.graph import Graph
from logitcheck.model import Model
from logitcheck.probe.array import Array
from logitcheck.probe.protocol import InputPlan, ProbeRequest
from logitcheck.probe.runtimes.keras_model import as_array, tensor
from logitcheck.probe.runtimes.own.execute import needed, run_graph
from logitcheck.probe.runtimes.runtime import Runtime, RuntimeProblemError


def load(request: ProbeRequest) -> Runtime:
    """Read the model with the auditor's own readers. Raises RuntimeProblemError for what cannot be run."""
    from logitcheck.errors import NotAudited
    from logitcheck.readers.dispatch import read

    try:
        return OwnRuntime(read(request.path), request)
    except NotAudited as problem:
        raise RuntimeProblemError("load-failure", problem.reason) from problem


class OwnRuntime:
    """The op graph as one traced function per input shape; see :class:`Runtime`."""

    label = "own"

    def __init__(self, model: Model, request: ProbeRequest):
        import numpy as np
        import tensorflow as tf

        self.versions: Mapping[str, str] = {"tensorflow": tf.__version__, "numpy": np.__version__}
        self._names = [output.name for output in model.outputs]
        outputs = tuple(output.ref for output in model.outputs)
        self.graph = Graph(needed(model.graph, outputs), model.graph.inputs, outputs)
        refuse_unknown(self.graph)
        plans = {plan.node: plan for plan in request.inputs}
        used = [item for item in model.inputs if item.node in self.graph.by_name]
        if not used:
            raise RuntimeProblemError("run-failure", "the graph has no inputs")
        self.inputs = tuple(
            plans.get(item.node) or InputPlan(item.name, item.shape, item.dtype, node=item.node)
            for item in used
        )
        self.weights = load_weights(model, self.graph)
        self._traced: dict[Any, Any] = {}

    def run(self, arrays: Sequence[Array]) -> dict[str, Array]:
        """Return the outputs; see :class:`Runtime`."""
        import tensorflow as tf

        tensors = [tensor(tf, plan, array) for plan, array in zip(self.inputs, arrays, strict=True)]
        answers = self._function(tf, tensors)(*tensors)
        return {name: as_array(answer) for name, answer in zip(self._names, answers, strict=True)}

    def _function(self, tf: Any, tensors: list[Any]) -> Any:
        """Return the graph as a function of inputs of these shapes."""
        key = tuple(tuple(item.shape) for item in tensors)
        if key not in self._traced:
            specs = [tf.TensorSpec(item.shape, item.dtype) for item in tensors]
            self._traced[key] = tf.function(self._forward, input_signature=specs, autograph=False)
        return self._traced[key]

    def _forward(self, *tensors: Any) -> list[Any]:
        given = {plan.node: item for plan, item in zip(self.inputs, tensors, strict=True)}
        return run_graph(self.graph, given, self.weights)


def refuse_unknown(graph: Graph) -> None:
    """Raise RuntimeProblemError where an op of the graph has no meaning here, or a weight no stored value."""
    unknown = sorted({str(node.attrs.get("what")) for node in graph.walk() if node.op == "Unknown"})
    if unknown:
        raise RuntimeProblemError("missing-classes", f"not understood: {', '.join(unknown)[:200]}")
    unbound = [node.name for node in graph.walk() if node.op == "Weight" and node.attrs.get("key") is None]
    if unbound:
        raise RuntimeProblemError(
            "no-weights", f"{len(unbound)} weights are not in the file, {unbound[0]} first"
        )


def load_weights(model: Model, graph: Graph) -> dict[str, Any]:
    """Return every stored tensor that the graph uses, by name, in the dtype the graph has it in.

    Among them are constants that the reader found too large to keep.
    """
    import tensorflow as tf

    found = {}
    for node in graph.walk():
        large = node.op == "Const" and node.attrs.get("value") is None and node.attrs.get("dtype") != "string"
        if node.op == "Weight" or (large and node.attrs.get("key") is not None and model.source is not None):
            assert model.source is not None
            values = model.source.array(node.attrs["key"])
            found[node.name] = tf.cast(tf.constant(values), node.attrs["dtype"])
    return found
