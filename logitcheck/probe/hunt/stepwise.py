"""Runs a graph node by node, loops and branches included, so that every value inside can be looked at.

TensorFlow 1 writes loops as Switch, Merge, Enter, Exit and NextIteration (Abadi et al. 2016, section 4.4): a
frame for each loop, in which every value is computed anew in each round. Values on the side of a branch that
is not taken are dead.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from logitcheck.graph import Graph, Node, Ref
from logitcheck.probe.runtimes.own.execute import run_node
from logitcheck.probe.runtimes.runtime import RuntimeProblemError

if TYPE_CHECKING:
    from typing import TypeAlias

ROUNDS = 1000
"""Rounds of one loop before it is given up."""

DEAD: Any = object()
"""In the place of a value on a side that is not taken."""

Watch: TypeAlias = "Callable[[Node, list[Any], list[Any]], None]"
"""Is shown every node with its inputs and outputs."""

BRANCHES = ("If", "StatelessIf")
LOOPS = ("While", "StatelessWhile")


class Stepper:
    """Runs graphs of one model; each op is traced once for each shape of its inputs."""

    def __init__(self, weights: Mapping[str, Any], watch: Watch):
        self.weights = weights
        self.watch = watch
        self._traced: dict[int, Any] = {}

    def run(self, graph: Graph, given: Mapping[str, Any]) -> list[Any]:
        """Return the graph's outputs, dead ones for what stands in a loop.

        Raises RuntimeProblemError for what cannot be run.
        """
        frame = Frame(self, graph, given)
        for node in graph.nodes:
            if frame.owner.get(node.name) is None:
                frame.values_of(node)
        return [DEAD if frame.owner.get(ref.node) else frame.value(ref) for ref in graph.outputs]

    def node(self, node: Node, inputs: list[Any], given: Mapping[str, Any]) -> list[Any]:
        """Run one node and show it."""
        if node.op in LOOPS:
            outputs = self._loop(node, inputs)
        elif node.op in BRANCHES:
            taken = node.attrs["then_branch" if bool(inputs[0]) else "else_branch"]
            outputs = self._called(taken, inputs[1:])
        elif node.op in ("Placeholder", "PlaceholderV2"):
            outputs = [given[node.name]]
        else:
            outputs = self._op(node, inputs)
        self.watch(node, inputs, outputs)
        return outputs

    def _op(self, node: Node, inputs: list[Any]) -> list[Any]:
        import tensorflow as tf

        if node.op in ("Weight", "Const") or not inputs:
            return run_node(node, inputs, {}, self.weights)
        if id(node) not in self._traced:
            self._traced[id(node)] = tf.function(
                lambda *values: run_node(node, list(values), {}, self.weights), autograph=False
            )
        return list(self._traced[id(node)](*inputs))

    def _called(self, graph: Graph, values: list[Any]) -> list[Any]:
        return self.run(graph, dict(zip(graph.inputs, values, strict=True)))

    def _loop(self, node: Node, values: list[Any]) -> list[Any]:
        for _ in range(ROUNDS):
            if not bool(self._called(node.attrs["cond"], values)[0]):
                return values
            values = self._called(node.attrs["body"], values)
        raise RuntimeProblemError("run-failure", f"{node.name} goes round more than {ROUNDS} times")


class Frame:
    """One round of one loop, or the graph around all loops."""

    def __init__(self, stepper: Stepper, graph: Graph, given: Mapping[str, Any]):
        self.stepper, self.graph, self.given = stepper, graph, given
        self.owner = owners(graph)
        self.outer: Frame | None = None
        self.values: dict[str, list[Any]] = {}

    def round(self, merged: dict[str, list[Any]]) -> Frame:
        """Return a round of a loop inside this frame, with the values of its variables."""
        inner = Frame.__new__(Frame)
        inner.stepper, inner.graph, inner.given = self.stepper, self.graph, self.given
        inner.owner, inner.outer, inner.values = self.owner, self, merged
        return inner

    def value(self, ref: Ref) -> Any:
        """Return one output of one node."""
        outputs = self.values_of(self.graph.by_name[ref.node])
        return outputs[ref.index] if ref.index < len(outputs) else DEAD

    def values_of(self, node: Node) -> list[Any]:
        """Return a node's outputs, computed where they are not yet."""
        if node.name not in self.values:
            self.values[node.name] = self._computed(node)
        return self.values[node.name]

    def _computed(self, node: Node) -> list[Any]:
        if node.op in ("Enter", "RefEnter"):
            return [(self.outer or self).value(node.inputs[0])]
        if node.op in ("Exit", "RefExit"):
            self._run_loop(self.owner[node.name + "^"] or "")
            return self.values[node.name]
        inputs = [self.value(ref) for ref in node.inputs]
        if node.op == "Merge":
            alive = [item for item in inputs if item is not DEAD]
            return [alive[0] if alive else DEAD]
        if any(item is DEAD for item in inputs):
            return [DEAD]
        if node.op == "Switch":
            return [DEAD, inputs[0]] if bool(inputs[1]) else [inputs[0], DEAD]
        if node.op in ("LoopCond", "NextIteration"):
            return inputs
        return self.stepper.node(node, inputs, self.given)

    def _run_loop(self, name: str) -> None:
        """Run one loop and keep what leaves it."""
        inside = [node for node in self.graph.nodes if self.owner.get(node.name) == name]
        merges = [node for node in inside if node.op == "Merge" and self._is_variable(node)]
        exits = [node for node in self.graph.nodes if self.owner.get(node.name + "^") == name]
        frame = self.round({})
        merged = {node.name: [frame.value(node.inputs[0])] for node in merges}
        for _ in range(ROUNDS):
            frame = self.round(dict(merged))
            for node in inside:
                frame.values_of(node)
            if not any(bool(frame.values[node.name][0]) for node in inside if node.op == "LoopCond"):
                for node in exits:
                    self.values[node.name] = [frame.value(node.inputs[0])]
                return
            merged = {node.name: [frame.value(node.inputs[1])] for node in merges}
        raise RuntimeProblemError("run-failure", f"the loop {name} goes round more than {ROUNDS} times")

    def _is_variable(self, node: Node) -> bool:
        behind = self.graph.by_name.get(node.inputs[1].node) if len(node.inputs) == 2 else None
        return behind is not None and behind.op == "NextIteration"


def owners(graph: Graph) -> dict[str, str | None]:
    """Return each node's loop by name, None outside of loops; under ``name^`` the loop that an Exit leaves.

    A node stands in the innermost loop among those of its inputs.
    """
    found: dict[str, str | None] = {}
    depth: dict[str | None, int] = {None: 0}
    parent: dict[str, str | None] = {}
    for node in graph.nodes:
        places = [found[ref.node] for ref in node.inputs if ref.node in found]
        place = max(places, key=lambda name: depth[name], default=None)
        if node.op in ("Enter", "RefEnter"):
            name = str(node.attrs.get("frame_name", "loop"))
            if name not in depth:
                parent[name], depth[name] = place, depth[place] + 1
            place = name
        elif node.op in ("Exit", "RefExit"):
            found[node.name + "^"] = place
            place = parent.get(place) if place is not None else None
        found[node.name] = place
    return found
