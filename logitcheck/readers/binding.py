"""Which stored tensor is which weight: ``Weight`` nodes of a lowered graph get the keys of their tensors.

HDF5 files list a layer's tensors in Keras's order under its name, those of a nested model flattened with
trainable ones first; ``.keras`` files put them at a path of class names and numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from logitcheck.graph import Graph, Node
from logitcheck.model import Sighting, WeightRef
from logitcheck.topology import Topology


def bind(
    graph: Graph, keys: Mapping[str, str], refs: Mapping[str, WeightRef], strict: bool
) -> tuple[Graph, tuple[Sighting, ...]]:
    """Give every Weight node its key; return the graph and what does not fit.

    ``keys`` leads from node names to tensors; to one that is not among ``refs`` where the file lacks it. A
    tensor of another shape than its layer asks for is not bound; that and a lacking one are reported where
    ``strict`` says that the layout is known.
    """
    nodes: list[Node] = []
    found: list[Sighting] = []
    for node in graph.nodes:
        key = keys.get(node.name) if node.op == "Weight" else None
        if key is None:
            nodes.append(node)
            continue
        ref = refs.get(key)
        if ref is not None and same_shape(node, ref):
            attrs = {**node.attrs, "key": key, "shape": ref.shape, "dtype": ref.dtype}
            node = Node(node.name, node.op, node.inputs, attrs, node.layer)
        elif strict:
            found.append(_complaint(node, ref))
        nodes.append(node)
    return replace(graph, nodes=tuple(nodes)), tuple(found)


def same_shape(node: Node, ref: WeightRef) -> bool:
    """Say whether a tensor has the shape that a layer asks for, as far as that is known."""
    shape = node.attrs.get("shape")
    if shape is None or shape == ref.shape:
        return True
    return len(shape) == len(ref.shape) and all(
        wanted in (None, length) for wanted, length in zip(shape, ref.shape, strict=True)
    )


def _complaint(node: Node, ref: WeightRef | None) -> Sighting:
    """Describe a tensor that is missing or of another shape."""
    name = f"{node.attrs.get('path')}/{node.attrs.get('slot')}"
    wanted = node.attrs.get("shape")
    if ref is None:
        return Sighting("weights-missing", name, "", {"wanted": wanted})
    detail = {"wanted": wanted, "stored": ref.shape, "key": ref.key}
    return Sighting("weights-shape-mismatch", name, f"{ref.shape}, not {wanted}", detail)


def keys_by_layer(
    graph: Graph, layers: Mapping[str, Sequence[str]], refs: Mapping[str, WeightRef]
) -> dict[str, str]:
    """Match an HDF5 file's tensors, listed by top-level layer, with the Weight nodes of that layer."""
    nodes: dict[str, list[Node]] = {}
    for node in graph.nodes:
        if node.op == "Weight":
            owner = _owner(str(node.attrs.get("path")), layers)
            nodes.setdefault(owner, []).append(node)
    keys: dict[str, str] = {}
    for owner, wanted in nodes.items():
        stored = [refs[key] for key in layers.get(owner, ()) if key in refs]
        keys.update(_in_order(wanted, stored) if len(wanted) == len(stored) else _by_name(wanted, stored))
    return keys


def _owner(path: str, layers: Mapping[str, Sequence[str]]) -> str:
    """Return the top-level layer that a path belongs to; a layer's own name may hold slashes."""
    while path not in layers and "/" in path:
        path = path.rpartition("/")[0]
    return path


def _in_order(wanted: Sequence[Node], stored: Sequence[WeightRef]) -> Iterator[tuple[str, str]]:
    """Match as many tensors as nodes: in the model's order, or with the trainable ones first."""
    best, trained = wanted, [bool(node.attrs.get("trainable", True)) for node in wanted]
    if trained != sorted(trained, reverse=True):  # else both orders are the same
        first = sorted(wanted, key=lambda node: not node.attrs.get("trainable", True))
        best = max(first, wanted, key=lambda order: _agreement(order, stored))
    for node, ref in zip(best, stored, strict=True):
        yield node.name, ref.key


def _agreement(nodes: Sequence[Node], stored: Sequence[WeightRef]) -> int:
    """Count how many tensors have the shape, and the name, that an order gives them."""
    pairs = zip(nodes, stored, strict=True)
    return sum(
        (2 if same_shape(node, ref) else 0) + (_slot(ref.key) == node.attrs.get("slot"))
        for node, ref in pairs
    )


def _by_name(wanted: Sequence[Node], stored: Sequence[WeightRef]) -> Iterator[tuple[str, str]]:
    """Match what agrees in layer and slot and is alone in that; the rest lacks where too few are stored."""
    for node in wanted:
        layer = str(node.attrs.get("path")).rpartition("/")[2]
        fitting = [
            ref
            for ref in stored
            if _slot(ref.key) == node.attrs.get("slot")
            and layer in ref.key.split("/")
            and same_shape(node, ref)
        ]
        if len(fitting) == 1:
            yield node.name, fitting[0].key
        elif len(stored) < len(wanted):
            yield node.name, ""


def _slot(key: str) -> str:
    """Return the last part of a tensor's name without TensorFlow's output number."""
    return key.rpartition("/")[2].partition(":")[0]


def keys_by_path(graph: Graph, topology: Topology, refs: Iterable[str]) -> dict[str, str]:
    """Tell where a ``.keras`` file keeps the tensor of every Weight node; ``refs`` are the keys it has."""
    from logitcheck.readers.zip_paths import layer_places, plain

    stored = {plain(key): key for key in refs}
    nodes = [node for node in graph.nodes if node.op == "Weight"]
    places = layer_places(topology, stored, {str(node.attrs.get("path")) for node in nodes})
    keys: dict[str, str] = {}
    for node in nodes:
        place = places.get(str(node.attrs.get("path")))
        if place is None:
            continue
        paths = _paths(place, str(node.attrs.get("inner") or ""), int(node.attrs.get("inner_position", 0)))
        found = next((stored[path] for path in paths if path in stored), None)
        if found is not None:
            keys[node.name] = found
        elif not any(path.startswith(f"{place}/") for path in stored):
            keys[node.name] = paths[0]
    return keys


def _paths(place: str, inner: str, position: int) -> list[str]:
    """Return where a tensor of a layer may be; Keras 2 keeps some inner layers under private names."""
    if not inner:
        return [f"{place}/vars/{position}"]
    private = "/".join(f"_{part}" for part in inner.split("/"))
    return [f"{place}/{name}/vars/{position}" for name in (inner, private)]
