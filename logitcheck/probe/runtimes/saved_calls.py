"""The functions by which Keras saved a model beside its signatures, found in a SavedModel and made callable.

Keras 2 saves ``__call__`` with ``training=True`` and ``False``; Keras 3, when ``tf.saved_model.save`` is
given a model, ``_default_save_signature``. ``model.export`` leaves neither. Source: ``SavedObjectGraph`` in
``tensorflow/core/protobuf/saved_object_graph.proto``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from logitcheck.probe.runtimes.prune import called, unbind
from logitcheck.readers.function_library import Library
from logitcheck.readers.object_graph import ObjectGraph

KERAS_2 = "_tf_keras_"
"""Beginning of the identifiers of Keras 2's models."""

CALL, DEFAULT = "__call__", "_default_save_signature"

DEPTH = 64
"""Nesting of a function's arguments that is followed."""


class Spec(NamedTuple):
    """One tensor that a function takes."""

    name: str
    shape: tuple[int | None, ...] | None
    dtype: int
    """TensorFlow's number of the dtype."""


class SavedCall(NamedTuple):
    """One concrete function of the saved model object."""

    function: str
    specs: tuple[Spec, ...]
    captured: tuple[int, ...]
    """Objects bound to its last arguments."""

    training: bool | None
    """What ``training`` was when it was traced; None where it has no such argument."""


def saved_calls(objects: Any) -> list[SavedCall]:
    """Return the functions that call the whole model, those with ``training=False`` first.

    ``objects``: a ``SavedObjectGraph``. Empty where Keras did not save the model.
    """
    if not len(objects.nodes):
        return []
    root = objects.nodes[0]
    children = {child.local_name: child.node_id for child in root.children}
    name = CALL if root.user_object.identifier.startswith(KERAS_2) else DEFAULT
    number = children.get(name, children.get(DEFAULT, 0))
    if objects.nodes[number].WhichOneof("kind") != "function":
        return []
    names = objects.nodes[number].function.concrete_functions
    found = (_call(objects, name) for name in names)
    return sorted((call for call in found if call is not None), key=lambda call: bool(call.training))


def _call(objects: Any, name: str) -> SavedCall | None:
    """Return one function; None where its arguments are more than tensors and the switch for training."""
    if name not in objects.concrete_functions:
        return None
    concrete = objects.concrete_functions[name]
    leaves = list(_leaves(concrete.canonicalized_input_signature))
    switches = [leaf for leaf in leaves if isinstance(leaf, bool)]
    specs = tuple(leaf for leaf in leaves if isinstance(leaf, Spec))
    if len(switches) > 1 or len(switches) + len(specs) < len(leaves):
        return None
    return SavedCall(name, specs, tuple(concrete.bound_inputs), switches[0] if switches else None)


def _leaves(value: Any, depth: int = 0) -> Iterator[Spec | bool | str]:
    """Yield tensors and switches in the order in which TensorFlow flattens them; a word for anything else."""
    kind = value.WhichOneof("kind") or "none_value"
    if depth > DEPTH:
        yield "too deep"
    elif kind in ("tuple_value", "list_value"):
        for item in getattr(value, kind).values:
            yield from _leaves(item, depth + 1)
    elif kind == "dict_value":
        for key in sorted(value.dict_value.fields):
            yield from _leaves(value.dict_value.fields[key], depth + 1)
    elif kind in ("tensor_spec_value", "bounded_tensor_spec_value"):
        spec = getattr(value, kind)
        open_ = spec.shape.unknown_rank
        shape = None if open_ else tuple(None if axis.size < 0 else axis.size for axis in spec.shape.dim)
        yield Spec(spec.name, shape, spec.dtype)
    elif kind == "bool_value":
        yield bool(value.bool_value)
    elif kind != "none_value":
        yield kind


def handles(meta: Any, numbers: Sequence[int]) -> list[str] | None:
    """Return the nodes of the main graph that stand for captured objects; None where one is not known."""
    objects = ObjectGraph(meta.object_graph_def)
    bound = {number: node for node, number in objects.handles(Library(meta.graph_def).main).items()}
    variables = {
        node.attr["shared_name"].s.decode(errors="replace") or node.name: node.name
        for node in meta.graph_def.node
        if node.op == "VarHandleOp"
    }
    for name, number in objects.named.items():
        if name in variables:
            bound.setdefault(number, variables[name])
    for number in numbers:
        if objects.kind(number) == "constant":
            bound.setdefault(number, objects.nodes[number].constant.operation)
    return [bound[number] for number in numbers] if all(number in bound for number in numbers) else None


def calling_graph(meta: Any, call: SavedCall) -> Any:
    """Return a GraphDef of one node ``call`` that calls a function; its inputs are placeholders ``in_0``…"""
    library = {function.signature.name: function for function in meta.graph_def.library.function}
    signature = library[call.function].signature
    graph = type(meta.graph_def)()
    graph.versions.CopyFrom(meta.graph_def.versions)
    node = graph.node.add(name="call", op="StatefulPartitionedCall")
    for index, argument in enumerate(signature.input_arg):
        graph.node.add(name=f"in_{index}", op="Placeholder").attr["dtype"].type = argument.type
        node.input.append(f"in_{index}")
        node.attr["Tin"].list.type.append(argument.type)
    node.attr["Tout"].list.type.extend(result.type for result in signature.output_arg)
    node.attr["f"].func.name = call.function
    for name in called(graph.node, library):
        graph.library.function.add().CopyFrom(library[name])
    for function in graph.library.function:
        for inner in function.node_def:
            unbind(inner)
    return graph


def in_order(specs: Sequence[Spec], feeds: Mapping[str, Spec]) -> list[str] | None:
    """Return which of the signature's inputs goes to each argument; None where they do not fit.

    By name where all agree, else the only one, else in order.
    """
    names = list(feeds)
    if all(spec.name in feeds for spec in specs):
        names = [spec.name for spec in specs]
    if len(names) != len(specs):
        return None
    fits = (_fits(spec, feeds[name]) for spec, name in zip(specs, names, strict=True))
    return names if all(fits) else None


def _fits(spec: Spec, given: Spec) -> bool:
    """Tell whether a tensor of one kind may be given where the other is taken."""
    if spec.dtype != given.dtype:
        return False
    if spec.shape is None or given.shape is None:
        return True
    sizes = zip(spec.shape, given.shape, strict=False)
    return len(spec.shape) == len(given.shape) and all(None in pair or pair[0] == pair[1] for pair in sizes)
