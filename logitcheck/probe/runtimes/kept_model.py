"""The Keras model that a SavedModel keeps beside its signatures, run in the session of a signature."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from logitcheck.probe.array import Array
from logitcheck.probe.runtimes.graph_session import as_array
from logitcheck.probe.runtimes.prune import node_name, reachable
from logitcheck.probe.runtimes.runtime import RuntimeProblemError
from logitcheck.probe.runtimes.saved_calls import (
    SavedCall,
    Spec,
    calling_graph,
    handles,
    in_order,
    saved_calls,
)


class KeptModel:
    """The functions of one MetaGraphDef that call the whole model, placed in a graph when first asked.

    ``feeds``: tensor names of the signature's inputs, by key.
    """

    def __init__(self, graph: Any, session: Any, meta: Any, feeds: Mapping[str, str]):
        self._graph, self._session, self._meta = graph, session, meta
        self._feeds = dict(feeds)
        self._placed: dict[str, list[Any]] = {}

    def answers(self, arrays: Mapping[str, Array], *, training: bool) -> list[Array] | None:
        """Return the model's outputs, flat; None where the file holds no such function.

        Raises RuntimeProblemError where its inputs are not the signature's.
        """
        calls = [call for call in saved_calls(self._meta.object_graph_def) if bool(call.training) is training]
        if not calls or (training and not any(call.training for call in calls)):
            return None
        given = {self._feeds[name]: array for name, array in arrays.items()}
        return [as_array(value) for value in self._session.run(self._place(calls), given)]

    def _place(self, calls: list[SavedCall]) -> list[Any]:
        """Return the output tensors of the first function that takes the signature's inputs."""
        specs = {name: self._spec(name) for name in self._feeds}
        reason = "the signature does not take what the Keras model takes"
        for call in calls:
            order = in_order(call.specs, specs)
            held = None if order is None else handles(self._meta, call.captured)
            if order is not None and held is None:
                reason = "what the Keras model reads is not in the main graph"
            if order is not None and held is not None:
                if call.function not in self._placed:
                    self._placed[call.function] = self._imported(call, order, held)
                return self._placed[call.function]
        raise RuntimeProblemError("run-failure", reason)

    def _spec(self, name: str) -> Spec:
        tensor = self._graph.get_tensor_by_name(self._feeds[name])
        shape = None if tensor.shape.rank is None else tuple(tensor.shape.as_list())
        return Spec(name, shape, tensor.dtype.as_datatype_enum)

    def _imported(self, call: SavedCall, order: list[str], held: list[str]) -> list[Any]:
        """Place one function's call in the graph, fed like the signature and bound to its variables."""
        import tensorflow as tf

        bound = [self._feeds[name] for name in order] + [f"{node}:0" for node in held]
        graph_def = calling_graph(self._meta, call)
        with self._graph.as_default():
            inputs = {
                f"in_{index}:0": self._graph.get_tensor_by_name(name) for index, name in enumerate(bound)
            }
            (node,) = tf.import_graph_def(
                graph_def, input_map=inputs, return_elements=["call"], name=f"kept_{len(self._placed)}"
            )
        return list(node.outputs)

    @property
    def variables(self) -> set[str]:
        """The nodes of the variables that the model reads when it serves."""
        calls = saved_calls(self._meta.object_graph_def)[:1]
        return set(handles(self._meta, calls[0].captured) or ()) & self._all() if calls else set()

    def variables_behind(self, tensors: Iterable[str]) -> set[str]:
        """Return the nodes of the variables that some tensors of the main graph depend on."""
        nodes = {node.name: node for node in self._meta.graph_def.node}
        return reachable(nodes, [node_name(tensor) for tensor in tensors]) & self._all()

    def _all(self) -> set[str]:
        return {node.name for node in self._meta.graph_def.node if node.op == "VarHandleOp"}
