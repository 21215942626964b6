"""Walks a model's topology and lowers every call of every layer: the one place where nesting is resolved.

Nested models are called in place, shared layers share their weights, wrappers and recurrent cells call the
layers they hold through :meth:`Builder.call`, and structures of outputs are taken apart here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from logitcheck.errors import NotAudited
from logitcheck.graph import Graph, Ref, Shape
from logitcheck.layers.builder import FLOATS, Builder
from logitcheck.layers.dtypes import policy
from logitcheck.layers.inputs import inputs_of, placeholder
from logitcheck.layers.outline import MAX_DEPTH, all_layers, layer_of, output_refs
from logitcheck.layers.state import State, Value
from logitcheck.layers.structure import PLAIN, container_names, flatten, in_order, plain_layer
from logitcheck.layers.table import casts, find
from logitcheck.model import Input, Sighting
from logitcheck.record import dataclass
from logitcheck.topology import LayerConfig, TensorRef, Topology

BAD_CONFIG = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
"""What a configuration that makes no sense can raise in a layer's lowering."""


@dataclass(frozen=True)
class LoweredOutput:
    """One output of a lowered model."""

    name: str
    ref: Ref
    layer: str | None = None
    """Path of the layer whose call it is, nested models entered."""

    shape: Shape = None
    dtype: str | None = None


@dataclass(frozen=True)
class Lowered:
    """A model as a graph."""

    graph: Graph
    inputs: tuple[Input, ...] = ()
    outputs: tuple[LoweredOutput, ...] = ()
    layers: tuple[LayerConfig, ...] = ()
    """Every layer in order; those of nested models and wrappers follow theirs, their path as name."""

    unknown: tuple[Sighting, ...] = ()
    """Layers and ops that are not understood."""


def lower(topology: Topology) -> Lowered:
    """Lower a whole model.

    What is not understood becomes an ``Unknown`` node and a sighting. Raises NotAudited where the model
    nests too deep or unfolds too far.
    """
    state = State(call_layer, keras_major(topology.keras_version))
    if topology.kind == "opaque":
        return _opaque(state, topology)
    inputs = [placeholder(state, *found) for found in inputs_of(topology)]
    result = _run(state, topology, Place(), [value for _, value in inputs])
    values = [_one(state, item) for item in flatten(result)]
    names = topology.output_names or tuple(value.ref.node for value in values)
    layers: list[str | None] = [layer_of(topology, ref, "") for ref in output_refs(topology)]
    layers += [None] * (len(values) - len(layers))
    outputs = tuple(
        LoweredOutput(name, value.ref, layer, value.shape, value.dtype)
        for name, value, layer in zip(_padded(names, len(values)), values, layers, strict=False)
    )
    return Lowered(
        Graph(tuple(state.nodes), tuple(i.node for i, _ in inputs), tuple(v.ref for v in values)),
        tuple(i for i, _ in inputs),
        outputs,
        tuple(all_layers(topology, "")),
        tuple(state.sightings),
    )


def keras_major(version: str | None) -> int:
    """Return the major version of the Keras that wrote a file; 2 where the file does not tell."""
    head = (version or "2").split(".")[0]
    return int(head) if head.isdecimal() and len(head) < 3 else 2


def _padded(names: tuple[str, ...], count: int) -> tuple[str, ...]:
    return names + tuple(f"output_{i}" for i in range(len(names), count))


def _opaque(state: State, topology: Topology) -> Lowered:
    layer = LayerConfig(topology.class_name, topology.name)
    value = Builder(state, layer, topology.name).unknown(topology.class_name)
    names = topology.output_names or (topology.name,)
    outputs = tuple(LoweredOutput(name, Ref(value.ref.node, i)) for i, name in enumerate(names))
    graph = Graph(tuple(state.nodes), (), tuple(output.ref for output in outputs))
    return Lowered(graph, (), outputs, tuple(all_layers(topology, "")), tuple(state.sightings))


@dataclass(frozen=True)
class Place:
    """Where a model's layers stand: listed under a path, or inside a layer that holds the model."""

    prefix: str = ""
    """Path of the model, with a slash behind it; of a model held by another layer: that layer's path."""

    inner: str | None = None
    """Attribute names from the holding layer to the model; None where no layer holds it."""

    def of(self, layer: LayerConfig, layers: tuple[LayerConfig, ...]) -> tuple[str, str]:
        """Return owner and inner path of one of the model's layers."""
        if self.inner is None:
            return self.prefix + layer.name, ""
        names = dict(zip([one.name for one in layers], container_names(layers), strict=True))
        return self.prefix, f"{self.inner}/layers/{names[layer.name]}"


def _run(state: State, topology: Topology, place: Place, inputs: list[Any]) -> Any:
    """Lower the calls of a model on given inputs; return its outputs in their structure."""
    if place.prefix.count("/") + (place.inner or "").count("/layers/") > MAX_DEPTH:
        raise NotAudited(f"models are nested more than {MAX_DEPTH} deep")
    if topology.kind == "sequential":
        return _run_sequence(state, topology, place, inputs)
    results: dict[tuple[str, int], Any] = {}
    for ref, value in zip(topology.inputs, inputs, strict=False):
        results[ref.layer, ref.call] = value
    layers = {layer.name: layer for layer in topology.layers}
    for index, call in in_order(topology.calls):
        layer = layers.get(call.layer)
        if layer is None or (call.layer, index) in results:
            continue
        args = resolve(call.args, results, state, place.prefix)
        kwargs = resolve(call.kwargs, results, state, place.prefix) if call.kwargs else {}
        results[call.layer, index] = call_layer(state, layer, *place.of(layer, topology.layers), args, kwargs)
    return resolve(topology.outputs, results, state, place.prefix)


def _run_sequence(state: State, topology: Topology, place: Place, inputs: list[Any]) -> Any:
    value = inputs[0] if inputs else None
    for layer in topology.layers:
        if layer.class_name != "InputLayer":
            value = call_layer(state, layer, *place.of(layer, topology.layers), (value,), {})
    return value


def resolve(structure: Any, results: Mapping[tuple[str, int], Any], state: State, prefix: str) -> Any:
    """Put the values in the place of the TensorRefs of a structure."""
    if isinstance(structure, TensorRef):
        result = results.get((structure.layer, structure.call))
        return _pick(state, result, structure, prefix)
    if isinstance(structure, PLAIN):
        return structure
    if isinstance(structure, (list, tuple)):
        return type(structure)([resolve(item, results, state, prefix) for item in structure])
    if isinstance(structure, Mapping):
        return {key: resolve(item, results, state, prefix) for key, item in structure.items()}
    return structure


def _pick(state: State, result: Any, ref: TensorRef, prefix: str) -> Value:
    """Return one output of a call's result."""
    if isinstance(result, Value) and ref.output == 0:
        return result
    items = flatten(result)
    if 0 <= ref.output < len(items):
        return _one(state, items[ref.output])
    if isinstance(result, Value):
        return Value(Ref(result.ref.node, ref.output), None, None)
    builder = Builder(state, LayerConfig("", ref.layer), prefix + ref.layer)
    return builder.unknown(f"output {ref.output} of call {ref.call} of {ref.layer}")


def _one(state: State, item: Any) -> Value:
    if isinstance(item, Value):
        return item
    builder = Builder(state, LayerConfig("", "constant"), "constant")
    return builder.const(item, "float32") if isinstance(item, (int, float)) else builder.unknown("value")


def call_layer(
    state: State, layer: LayerConfig, owner: str, inner: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]
) -> Any:
    """Lower one call of one layer: a nested model in place, any other by its family's function."""
    if layer.model is not None:
        result = _call_model(state, layer.model, owner, inner, args)
        return result[0] if isinstance(result, (list, tuple)) and len(result) == 1 else result
    layer = plain_layer(layer)
    compute, variable = policy(layer.config.get("dtype"))
    builder = Builder(state, layer, owner, inner, compute, variable)
    args = _shaped(layer, args)
    leaves = flatten((args, kwargs) if kwargs else args)
    values = [leaf for leaf in leaves if isinstance(leaf, Value)]
    function = find(layer, args)
    if function is None:
        return builder.unknown(layer.class_name, *values)
    rest = {key: value for key, value in kwargs.items() if key != "training"}
    try:
        if {value.dtype for value in values} - {compute} and casts(layer, args):
            args = _autocast(builder, args)
        result = function(builder, *args, **rest)
        if state.masks:
            from logitcheck.layers.masks import hand_on

            hand_on(builder, args, result)
        return result
    except BAD_CONFIG as error:
        return builder.unknown(f"{layer.class_name} ({error})"[:200], *values)


def _shaped(layer: LayerConfig, args: tuple[Any, ...]) -> tuple[Any, ...]:
    """Give an input of unknown rank, as behind a Lambda, the shape that the layer was built for."""
    shape = layer.build_shapes
    if len(args) != 1 or not isinstance(args[0], Value) or args[0].shape is not None:
        return args
    if not isinstance(shape, (list, tuple)) or not all(size is None or type(size) is int for size in shape):
        return args
    return (Value(args[0].ref, tuple(shape), args[0].dtype),)


def _call_model(state: State, model: Topology, owner: str, inner: str, args: tuple[Any, ...]) -> Any:
    if model.kind == "opaque":
        builder = Builder(state, LayerConfig(model.class_name, model.name), owner, inner)
        return builder.unknown(model.class_name, *[v for v in flatten(args) if isinstance(v, Value)])
    place = Place(owner, inner) if inner else Place(owner + "/")
    given = args[0] if args else None
    names = [ref.layer for ref in model.inputs]
    if isinstance(given, Mapping) and set(names) <= set(given):
        return _run(state, model, place, [given[name] for name in names])
    return _run(state, model, place, flatten(given))


def _autocast(builder: Builder, structure: Any) -> Any:
    """Cast floating inputs to what the layer computes in, as Keras does on the way into a layer."""
    if isinstance(structure, Value):
        return builder.cast(structure, builder.compute) if structure.dtype in FLOATS else structure
    if isinstance(structure, (list, tuple)):
        return type(structure)([_autocast(builder, item) for item in structure])
    if isinstance(structure, Mapping):
        return {key: _autocast(builder, item) for key, item in structure.items()}
    return structure
