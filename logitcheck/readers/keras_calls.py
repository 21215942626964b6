"""How a functional model's layers are called: ``inbound_nodes``, ``input_layers`` and ``output_layers``.

Keras counts a nested model's calls from 1 where it thinks of the model's own construction as call 0; here
every layer's calls are counted from 0.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from logitcheck.errors import NotAudited
from logitcheck.record import dataclass
from logitcheck.topology import Call, TensorRef

if TYPE_CHECKING:
    from typing import TypeAlias

CONSTANT = "_CONSTANT_VALUE"
"""Where Keras 2 puts a plain value in a tensor's place."""

KEEPS_LISTS = frozenset(
    {"TFOpLambda", "SlicingOpLambda", "ClassMethod", "InstanceMethod", "InstanceProperty"}
)
"""Classes for which Keras 2 stores a list of one tensor as a list, and a tensor as itself."""

MAX_NESTING = 100
"""Lists and dictionaries inside one another in a call's arguments."""

Known: TypeAlias = "frozenset[str]"


@dataclass(frozen=True)
class Wiring:
    """How the layers of a functional model hang together."""

    calls: tuple[Call, ...]
    inputs: Any
    outputs: Any
    """TensorRefs in the structure of the file."""


def parse_wiring(config: Mapping[str, Any], names: Sequence[str], models: Mapping[str, str]) -> Wiring:
    """Read the calls, the inputs and the outputs of a functional model's configuration.

    ``names`` are those of the layers, ``models`` the classes of the nested models by name. Raises NotAudited
    where a call or an output refers to nothing.
    """
    known = frozenset(names)
    nodes = [
        (name, layer, node)
        for name, layer in zip(names, config["layers"], strict=True)
        for node in _nodes(layer)
    ]
    calls = [_call(name, str(layer["class_name"]), node, known) for name, layer, node in nodes]
    outputs = _structure(config["output_layers"], known, 0)
    if not any(_refs(outputs)):
        raise NotAudited("the configuration's outputs belong to no layer")
    if any(isinstance(node, dict) and "args" in node for _, _, node in nodes):
        base = _bases_of_three(calls, models)
        output_base = {
            name: 1
            for name, low in _lowest([outputs], models).items()
            if low and models[name] != "Sequential"
        }
    else:
        base = output_base = {name: 1 for name, low in _lowest([calls, outputs], models).items() if low}
    inputs = _structure(config["input_layers"], known, 0)
    return Wiring(tuple(_renumbered(call, base) for call in calls), inputs, _shifted(outputs, output_base))


def _nodes(layer: Mapping[str, Any]) -> list[Any]:
    """Return the stored calls of a layer."""
    stored = layer.get("inbound_nodes") or []
    return [node for node in stored if node] if isinstance(stored, list) else []


def _call(name: str, class_name: str, node: Any, known: Known) -> Call:
    """Read one call in either dialect."""
    if isinstance(node, dict) and "args" in node:
        args = _structure(node["args"], known, 0)
        named = _structure(node.get("kwargs") or {}, known, 0)
        if not isinstance(args, (list, tuple)) or not isinstance(named, dict):
            raise NotAudited("a call in the configuration is no call")
        return Call(name, tuple(args), named)
    kwargs: dict[str, Any] = {}
    first = _first_argument(node, known, kwargs, 0)
    if isinstance(first, list) and len(first) == 1 and class_name not in KEEPS_LISTS:
        first = first[0]
    return Call(name, (first,), kwargs)


def _first_argument(node: Any, known: Known, kwargs: dict[str, Any], depth: int) -> Any:
    """Read the first argument of a Keras 2 call and collect the keyword arguments that stand beside it."""
    if depth > MAX_NESTING:
        raise NotAudited(f"a call's arguments are nested more than {MAX_NESTING} deep")
    if isinstance(node, list) and _is_entry(node, known):
        if len(node) > 3 and node[3] and isinstance(node[3], dict):
            kwargs.update(_structure(node[3], known, 0))
        return node[2] if node[0] == CONSTANT else TensorRef(node[0], node[1], node[2])
    if isinstance(node, list):
        return [_first_argument(item, known, kwargs, depth + 1) for item in node]
    if isinstance(node, dict):
        return {key: _first_argument(item, known, kwargs, depth + 1) for key, item in node.items()}
    raise NotAudited("a call in the configuration is no call")


def _is_entry(node: list[Any], known: Known) -> bool:
    """Say whether a list is ``[layer, call, output]`` or such a list with keyword arguments."""
    if len(node) not in (3, 4) or not isinstance(node[0], str) or not isinstance(node[1], int):
        return False
    return node[0] == CONSTANT or (node[0] in known and isinstance(node[2], int))


def _structure(stored: Any, known: Known, depth: int) -> Any:
    """Replace stored tensors by TensorRefs and serialized Python values by plain ones."""
    if depth > MAX_NESTING:
        raise NotAudited(f"a call's arguments are nested more than {MAX_NESTING} deep")
    if isinstance(stored, list):
        if len(stored) == 3 and _is_entry(stored, known):
            return stored[2] if stored[0] == CONSTANT else TensorRef(*stored)
        return [_structure(item, known, depth + 1) for item in stored]
    if not isinstance(stored, dict):
        return stored
    if isinstance(stored.get("class_name"), str) and "config" in stored:
        return _serialized(stored, known, depth)
    return {key: _structure(item, known, depth + 1) for key, item in stored.items()}


def _serialized(stored: Mapping[str, Any], known: Known, depth: int) -> Any:
    """Read one object that Keras 3 serialized: a tensor, a tuple, a slice, a constant."""
    name, config = stored["class_name"], stored["config"]
    if not isinstance(config, dict):
        return stored
    if name == "__keras_tensor__":
        history = config.get("keras_history")
        if isinstance(history, list) and len(history) == 3 and _is_entry(history, known):
            return TensorRef(*history)
        raise NotAudited("a call in the configuration takes a tensor of a layer that is not there")
    if name == "__tuple__":
        return tuple(_structure(config.get("value", config.get("items", [])), known, depth + 1))
    if name == "__slice__":
        return slice(*(_structure(config.get(key), known, depth + 1) for key in ("start", "stop", "step")))
    if name in ("__tensor__", "__numpy__"):
        return config.get("value")
    return Ellipsis if name == "__ellipsis__" else stored


def _refs(structure: Any) -> Iterator[TensorRef]:
    """Yield every TensorRef in a structure."""
    if isinstance(structure, TensorRef):
        yield structure
    elif isinstance(structure, Call):
        yield from _refs((structure.args, structure.kwargs))
    elif isinstance(structure, dict):
        for item in structure.values():
            yield from _refs(item)
    elif isinstance(structure, (list, tuple)):
        for item in structure:
            yield from _refs(item)


def _lowest(structures: Sequence[Any], models: Mapping[str, str]) -> dict[str, int]:
    """Return the lowest number under which a call of each nested model is referred to."""
    found: dict[str, int] = {}
    for ref in _refs(structures) if models else ():
        if ref.layer in models:
            found[ref.layer] = min(ref.call, found.get(ref.layer, ref.call))
    return found


def _bases_of_three(calls: Sequence[Call], models: Mapping[str, str]) -> dict[str, int]:
    """Return the number of each nested model's first call in Keras 3: 0, or 1 where there is no 0."""
    counts: dict[str, int] = {}
    for call in calls:
        counts[call.layer] = counts.get(call.layer, 0) + 1
    refs = [ref for ref in _refs(list(calls)) if ref.layer in models] if models else []
    over = {ref.layer for ref in refs if ref.call >= counts.get(ref.layer, 0)}
    return {name: 1 for name, low in _lowest(refs, models).items() if low and name in over}


def _renumbered(call: Call, base: Mapping[str, int]) -> Call:
    """Count a call's references to nested models from 0."""
    if not base:
        return call
    return Call(call.layer, tuple(_shifted(list(call.args), base)), _shifted(dict(call.kwargs), base))


def _shifted(structure: Any, base: Mapping[str, int]) -> Any:
    """Take the bases off every TensorRef of a structure."""
    if isinstance(structure, TensorRef):
        return structure._replace(call=structure.call - base.get(structure.layer, 0))
    if isinstance(structure, dict):
        return {key: _shifted(item, base) for key, item in structure.items()}
    if isinstance(structure, (list, tuple)):
        return type(structure)(_shifted(item, base) for item in structure)
    return structure
