"""Functions inlined: from the wanted tensors back to the inputs, nothing else is looked at.

A node inside a function is named by the calls on the way to it: ``StatefulPartitionedCall/dense/MatMul``.
Loops and conditionals keep their bodies as graphs of their own; variables become ``Weight`` nodes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from logitcheck.errors import NotAudited
from logitcheck.graph import Graph, Node, Ref, Shape
from logitcheck.readers.attr_values import node_attrs
from logitcheck.readers.dtypes import dtype_name
from logitcheck.readers.flat_graph import Budget, pruned
from logitcheck.readers.frames import Bound, Frame, op_of, sources
from logitcheck.readers.function_library import Library

if TYPE_CHECKING:
    from typing import TypeAlias

MAX_DEPTH = 64
"""Calls within calls: deeper is a recursion or an attack."""

CALLS = {
    "PartitionedCall": "f",
    "StatefulPartitionedCall": "f",
    "TPUPartitionedCall": "f",
    "BatchFunction": "f",
}
"""Ops that stand for their function, with the attribute that names it."""

BRANCHES = {
    "While": ("cond", "body"),
    "StatelessWhile": ("cond", "body"),
    "If": ("then_branch", "else_branch"),
    "StatelessIf": ("then_branch", "else_branch"),
    "Case": ("branches",),
    "StatelessCase": ("branches",),
}
"""Ops whose functions stay graphs, with the attributes that name them."""

VARIABLES = frozenset({"VarHandleOp", "VariableV2", "Variable"})


Binding: TypeAlias = "Callable[[Any, str], Mapping[str, Any]]"
"""From a variable's ``NodeDef`` and its name in the flat graph to the attributes of its ``Weight``."""

LayerOf: TypeAlias = "Callable[[str], str | None]"
"""From a node's name in the flat graph to the Keras layer it came from."""


class Inliner:
    """Makes one flat graph; make another for each graph.

    ``constants`` collects the ``TensorProto`` of every constant too large for the graph, by its key.
    """

    def __init__(
        self,
        library: Library,
        binding: Binding,
        layer_of: LayerOf,
        budget: Budget,
        constants: dict[str, Any],
    ):
        self.library = library
        self.constants = constants
        self.binding = binding
        self.layer_of = layer_of
        self.budget = budget
        self.nodes: dict[str, Node] = {}

    def add(
        self, name: str, op: str, inputs: Iterable[Ref] = (), attrs: Mapping[str, Any] | None = None
    ) -> Ref:
        """Append a node and return its first output; a name that is taken gets a number."""
        self.budget.spend()
        unique, count = name, 1
        while unique in self.nodes:
            unique, count = f"{name}_{count}", count + 1
        self.nodes[unique] = Node(unique, op, tuple(inputs), attrs or {}, self.layer_of(unique))
        return Ref(unique)

    def placeholder(self, name: str, dtype: str, shape: Shape) -> Ref:
        """Append an input of the graph."""
        return self.add(name, "Placeholder", (), {"dtype": dtype, "shape": shape})

    def place(self, frame: Frame, wanted: Iterable[str]) -> tuple[Ref, ...]:
        """Place everything that some tensors of a frame need; return where they are in the flat graph.

        Raises NotAudited where a node is missing, the graph runs in a circle or the budget is spent.
        """
        tensors = [frame.body.locate(text) for text in wanted]
        waiting = [name for name, _ in tensors]
        while waiting:
            waiting = self._visit(frame, waiting)
        return tuple(self._ref(frame, name, index) for name, index in tensors)

    def _visit(self, frame: Frame, names: list[str]) -> list[str]:
        """Place nodes after their inputs; return the ends of loops, which come after their beginnings."""
        stack = names[::-1]
        entered: set[str] = set()
        later: list[str] = []
        while stack:
            name = stack[-1]
            if name in frame.bound or name in frame.placed:
                stack.pop()
                continue
            node = frame.body.nodes.get(name)
            if node is None:
                raise NotAudited(f"the graph refers to a node {name!r} that it does not have")
            if name in entered:
                stack.pop()
                self._put(frame, node)
                continue
            entered.add(name)
            for source in reversed(sources(node)):
                if node.op == "Merge" and op_of(frame, source) == "NextIteration":
                    later.append(source)
                elif source in entered and source not in frame.placed and source not in frame.bound:
                    raise NotAudited(f"the graph runs in a circle through {name!r}")
                else:
                    stack.append(source)
        return later

    def _ref(self, frame: Frame, name: str, index: int) -> Ref:
        if name in frame.bound:
            outputs = frame.bound[name]
            if not 0 <= index < len(outputs):
                raise NotAudited(f"the graph refers to output {index} of {name!r}, which has {len(outputs)}")
            return outputs[index]
        return Ref(frame.placed.get(name, frame.prefix + name), index)

    def _inputs(self, frame: Frame, node: Any) -> list[Ref]:
        return [self._ref(frame, *frame.body.locate(text)) for text in node.input if text[:1] != "^"]

    def _put(self, frame: Frame, node: Any) -> None:
        op, name = node.op, frame.prefix + node.name
        inputs = self._inputs(frame, node)
        callee = node.attr[CALLS[op]].func.name if op in CALLS else op
        if callee in self.library.functions or op in CALLS:
            self._call(frame, node, callee, inputs)
        elif op in VARIABLES:
            frame.bound[node.name] = (self.add(name, "Weight", (), dict(self.binding(node, name))),)
        elif op == "ReadVariableOp" and inputs and self._is_weight(inputs[0]):
            frame.bound[node.name] = (inputs[0],)
        elif op == "ResourceGather" and len(inputs) == 2:
            frame.bound[node.name] = (self._gather(frame, node, inputs),)
        else:
            attrs = self._attrs(frame, node)
            if op in BRANCHES:
                attrs = {**attrs, **self._branches(frame, node, inputs)}
            frame.placed[node.name] = self.add(name, op, inputs, attrs).node

    def _attrs(self, frame: Frame, node: Any) -> dict[str, Any]:
        """Return plain attributes; a constant too large to keep gets the key its values are stored under."""
        found = frame.body.attrs.get(node.name)
        if found is None:
            found = frame.body.attrs[node.name] = node_attrs(node)
        if node.op == "Const" and "value" not in found:
            key = frame.prefix + node.name
            self.constants[key] = node.attr["value"].tensor
            return {**found, "key": key}
        return found

    def _is_weight(self, ref: Ref) -> bool:
        node = self.nodes.get(ref.node)
        return node is not None and node.op == "Weight"

    def _gather(self, frame: Frame, node: Any, inputs: list[Ref]) -> Ref:
        """A gather from a variable is a gather from its value along the first axis after the batch."""
        import numpy as np

        name, batch_dims = frame.prefix + node.name, node.attr["batch_dims"].i
        value = np.array(batch_dims, np.int32)
        axis = self.add(f"{name}/axis", "Const", (), {"dtype": "int32", "shape": (), "value": value})
        attrs = {"batch_dims": batch_dims, "Tparams": dtype_name(node.attr["dtype"].type)}
        return self.add(name, "GatherV2", (*inputs, axis), attrs)

    def _call(self, frame: Frame, node: Any, callee: str, inputs: list[Ref]) -> None:
        body = self.library.body(callee)
        sound = body is not None and len(body.args) == len(inputs) and callee not in frame.stack
        if body is None or not sound or len(frame.stack) >= MAX_DEPTH:
            name = self.add(frame.prefix + node.name, "Unknown", inputs, {"what": callee}).node
            frame.placed[node.name] = name
            return
        self.budget.spend()
        prefix = f"{frame.prefix}{node.name}/"
        inner = Frame(
            body, prefix, (*frame.stack, callee), {a: (r,) for a, r in zip(body.args, inputs, strict=True)}
        )
        frame.bound[node.name] = self.place(inner, body.returns)

    def _branches(self, frame: Frame, node: Any, inputs: list[Ref]) -> dict[str, Any]:
        """Return the loop's or conditional's functions as graphs, in place of their names."""
        found: dict[str, Any] = {}
        taken = inputs if node.op.endswith("While") else inputs[1:]
        for attr in BRANCHES[node.op]:
            value = node.attr[attr]
            if attr == "branches":
                names = [function.name for function in value.list.func]
                found[attr] = tuple(
                    self._branch(frame, f"{node.name}/{i}", n, taken) for i, n in enumerate(names)
                )
            else:
                found[attr] = self._branch(frame, f"{node.name}/{attr}", value.func.name, taken)
        return found

    def _branch(self, frame: Frame, place: str, callee: str, inputs: list[Ref]) -> Graph | None:
        """Return one function as a graph, None where it cannot be had. A variable is one inside, too."""
        body = self.library.body(callee)
        if (
            body is None
            or callee in frame.stack
            or len(frame.stack) >= MAX_DEPTH
            or len(body.args) != len(inputs)
        ):
            return None
        inner = Inliner(self.library, self.binding, self.layer_of, self.budget, self.constants)
        bound: Bound = {}
        prefix, names = f"{frame.prefix}{place}/", []
        for arg, number, outer in zip(body.args, body.arg_types, inputs, strict=True):
            ref = inner.placeholder(prefix + arg, dtype_name(number), None)
            names.append(ref.node)
            if dtype_name(number) == "resource" and self._is_weight(outer):
                ref = inner.add(outer.node, "Weight", (), self.nodes[outer.node].attrs)
            bound[arg] = (ref,)
        outputs = inner.place(Frame(body, prefix, (*frame.stack, callee), bound), body.returns)
        return pruned(inner.nodes, names, outputs)
