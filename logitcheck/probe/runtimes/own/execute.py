"""Executes a graph node by node, each with TensorFlow's op of its name."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from logitcheck.graph import Graph, Node, Ref
from logitcheck.probe.runtimes.own.at_once import run_op
from logitcheck.probe.runtimes.own.composites import COMPOSITES
from logitcheck.probe.runtimes.runtime import RuntimeProblemError

if TYPE_CHECKING:
    from typing import TypeAlias

Look: TypeAlias = "Callable[[Ref, Any], Any]"

LOOPS = frozenset(("While", "StatelessWhile"))
REPEATED = LOOPS | {"KerasConvLSTM", "KerasGRU", "KerasLSTM", "KerasSimpleRNN"}
"""Ops that run others many times: traced, even where the ops around them are run at once."""


def needed(graph: Graph, outputs: tuple[Ref, ...]) -> tuple[Node, ...]:
    """Return the nodes that the outputs depend on, in the graph's order."""
    todo, kept = [ref.node for ref in outputs], set()
    while todo:
        name = todo.pop()
        if name not in kept:
            kept.add(name)
            todo.extend(ref.node for ref in graph.by_name[name].inputs)
    return tuple(node for node in graph.nodes if node.name in kept)


def run_graph(graph: Graph, given: Mapping[str, Any], weights: Mapping[str, Any]) -> list[Any]:
    """Return the graph's outputs; ``given``: its placeholders' values, ``weights``: its weights', by name."""
    values = evaluate(graph, given, weights)
    return [values[ref] for ref in graph.outputs]


def evaluate(
    graph: Graph,
    given: Mapping[str, Any],
    weights: Mapping[str, Any],
    look: Look | None = None,
    kept: Collection[Ref] | None = None,
) -> dict[Ref, Any]:
    """Return every tensor of the graph, or those ``kept``: others are let go once they were last read.

    ``look`` is handed every tensor as soon as it is there, and gives what takes its place. Other arguments as
    for :func:`run_graph`.
    """
    values: dict[Ref, Any] = {}
    done = {} if kept is None else last_read(graph, kept)
    for node in graph.nodes:
        if not all(ref in values for ref in node.inputs):
            raise RuntimeProblemError(
                "missing-classes", f"{node.name} stands in a loop of TensorFlow 1's form"
            )
        inputs = [values[ref] for ref in node.inputs]
        for index, result in enumerate(run_node(node, inputs, given, weights)):
            ref = Ref(node.name, index)
            values[ref] = look(ref, result) if look else result
        for ref in done.get(node.name, ()):
            values.pop(ref, None)
    return values


def last_read(graph: Graph, kept: Collection[Ref]) -> dict[str, list[Ref]]:
    """Return for each node the references that nothing needs any more after it."""
    last = {ref: node.name for node in graph.nodes for ref in (Ref(node.name), *node.inputs)}
    done: dict[str, list[Ref]] = {}
    for ref, name in last.items():
        if ref not in kept:
            done.setdefault(name, []).append(ref)
    return done


def run_node(
    node: Node, inputs: list[Any], given: Mapping[str, Any], weights: Mapping[str, Any]
) -> list[Any]:
    """Return the outputs of one node. Raises RuntimeProblemError for an op that cannot be run."""
    if node.op == "Placeholder":
        return [given[node.name]]
    if node.op == "Weight" or (node.op == "Const" and node.name in weights):
        return [weights[node.name]]
    if node.op == "Const":
        return [constant(node)]
    if node.op in REPEATED and executed_at_once():
        return traced(node, inputs, weights)
    if node.op in LOOPS:
        return loop(node, inputs, weights)
    if node.op in ("If", "StatelessIf"):
        return branch(node, inputs, weights)
    if node.op == "ReadVariableOp":
        return inputs  # a weight stands for its value
    if node.op in COMPOSITES:
        return COMPOSITES[node.op](node, inputs)
    if node.op == "Conv2D" and thins_out(node, inputs[1]):
        _, rows, columns, _ = node.attrs["strides"]
        dense = replace(node, attrs={**node.attrs, "strides": (1, 1, 1, 1)})
        return raw(dense, [inputs[0][:, ::rows, ::columns, :], inputs[1]])
    if node.op == "AddV2" and executed_at_once() and shifts_channels(*inputs):
        return raw(replace(node, op="BiasAdd", attrs={}), inputs)
    return raw(node, inputs)


def shifts_channels(x: Any, y: Any) -> bool:
    """Tell whether a sum adds a vector along the last axis, as BiasAdd does.

    For its gradient AddV2 holds both summands, for their shapes alone; that is a fifth of a pass's memory.
    """
    return bool(2 <= x.shape.rank <= 5 and y.shape.rank == 1 and x.shape[-1] == y.shape[0])


def executed_at_once() -> bool:
    """Tell whether ops are run as soon as they are called, not added to a function."""
    import tensorflow as tf

    return bool(tf.executing_eagerly())


def traced(node: Node, inputs: list[Any], weights: Mapping[str, Any]) -> list[Any]:
    """Run one node in a function of its own."""
    import tensorflow as tf

    function = tf.function(lambda *values: run_node(node, list(values), {}, weights), autograph=False)
    return list(function(*inputs))


def thins_out(node: Node, kernel: Any) -> bool:
    """Tell whether a convolution has a kernel of one place and leaves places out.

    It is the same as leaving them out first, and oneDNN's gradient of it (TensorFlow 2.21) writes beyond its
    memory.
    """
    attrs = node.attrs
    plain = attrs.get("data_format", "NHWC") == "NHWC" and attrs.get("padding") in ("SAME", "VALID")
    return plain and kernel.shape[:2] == (1, 1) and tuple(attrs["strides"][1:3]) != (1, 1)


def constant(node: Node) -> Any:
    """Return a Const node's value. Raises RuntimeProblemError where the reader left it out."""
    import tensorflow as tf

    value, dtype = node.attrs.get("value"), node.attrs.get("dtype")
    if value is None:
        raise RuntimeProblemError("no-weights", f"the constant {node.name} was too large to be read")
    if dtype in (None, "string") or value.dtype.kind in "OSU":
        return tf.constant(value)
    return tf.cast(tf.constant(value), dtype)


def called(graph: Graph, values: list[Any], weights: Mapping[str, Any]) -> list[Any]:
    """Run the graph of a loop or branch on the values of its placeholders, in order."""
    return run_graph(graph, dict(zip(graph.inputs, values, strict=True)), weights)


def loop(node: Node, inputs: list[Any], weights: Mapping[str, Any]) -> list[Any]:
    """Run a loop: as long as ``cond`` says so, ``body`` makes new values of the old ones."""
    import tensorflow as tf

    cond, body = node.attrs["cond"], node.attrs["body"]
    return list(
        tf.while_loop(
            lambda *values: tf.cast(called(cond, list(values), weights)[0], tf.bool),
            lambda *values: called(body, list(values), weights),
            inputs,
            shape_invariants=[tf.TensorShape(None) for _ in inputs],
        )
    )


def branch(node: Node, inputs: list[Any], weights: Mapping[str, Any]) -> list[Any]:
    """Run one of two graphs."""
    import tensorflow as tf

    then, other = node.attrs["then_branch"], node.attrs["else_branch"]
    return list(
        tf.cond(
            tf.cast(inputs[0], tf.bool),
            lambda: called(then, inputs[1:], weights),
            lambda: called(other, inputs[1:], weights),
        )
    )


def raw(node: Node, inputs: list[Any]) -> list[Any]:
    """Run TensorFlow's op of that name, or add it to the function that is being traced.

    By the op's own definition, since ``tf.raw_ops`` renames arguments. Raises RuntimeProblemError where this
    TensorFlow has no such op.
    """
    import tensorflow as tf
    from tensorflow.python.framework import op_def_library, op_def_registry

    definition = op_def_registry.get(node.op)
    if definition is None:
        raise RuntimeProblemError("missing-classes", f"no such op in this TensorFlow: {node.op}")
    taken = [(arg.type_attr, arg.number_attr, arg.type_list_attr) for arg in definition.input_arg]
    inferred = {name for names in taken for name in names}
    attributes = {
        item.name: attribute(item.type, node.attrs[item.name]) if item.name in node.attrs else default(item)
        for item in definition.attr
        if item.name not in inferred and (item.name in node.attrs or item.HasField("default_value"))
    }
    named = arguments(definition, inputs)
    if executed_at_once():
        results = run_op(node.op, list(named.values()), attributes)
        return traced(node, inputs, {}) if results is None else results
    result = op_def_library.apply_op(node.op, **named, **attributes)
    return tf.nest.flatten(result) if not isinstance(result, tf.Operation) else []


def arguments(definition: Any, inputs: list[Any]) -> dict[str, Any]:
    """Return inputs under the op's names for them; an argument that is a list takes all that others leave."""
    lists = [arg for arg in definition.input_arg if arg.number_attr or arg.type_list_attr]
    length = (len(inputs) - len(definition.input_arg) + len(lists)) // max(1, len(lists))
    given, rest = {}, list(inputs)
    for arg in definition.input_arg:
        if arg.number_attr or arg.type_list_attr:
            given[arg.name], rest = rest[:length], rest[length:]
        else:
            given[arg.name] = rest.pop(0)
    return given


def attribute(kind: str, value: Any) -> Any:
    """Return a plain value as the op wants it: dtypes and shapes as TensorFlow's."""
    import tensorflow as tf

    if kind == "type":
        return tf.as_dtype(value)
    if kind == "shape":
        return tf.TensorShape(value)
    return [*value] if isinstance(value, tuple) else value


def default(definition: Any) -> Any:
    """Return the value that an attribute's own definition gives it."""
    value = definition.default_value
    kind = value.WhichOneof("value")
    if kind == "list":
        return [item for _, items in value.list.ListFields() for item in items]
    return getattr(value, kind)
