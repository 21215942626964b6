"""Structures of tensors, and the order in which a functional model's calls can be made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from logitcheck.layers.state import Value
from logitcheck.topology import Call, LayerConfig, TensorRef

PLAIN = (Value, str, int, float)
"""Kinds of leaves that are common; to ask whether something is a mapping takes longer."""

WRAPPED = ("__numpy__", "__tensor__")
"""Classes under which Keras 3 stores numbers that were arrays."""


def in_order(calls: tuple[Call, ...]) -> list[tuple[int, Call]]:
    """Return the calls, each with its number among its layer's, so that every call follows those it reads.

    Calls that wait for one another in a circle, or for a call that does not exist, come last as they stand.
    """
    counts: dict[str, int] = {}
    numbered = []
    for call in calls:
        index = counts.get(call.layer, 0)
        counts[call.layer] = index + 1
        numbered.append((index, call))
    known = {(call.layer, index) for index, call in numbered}
    waiting: dict[tuple[str, int], list[int]] = {}
    missing = []
    for place, (_, call) in enumerate(numbered):
        refs = tensor_refs((call.args, call.kwargs) if call.kwargs else call.args)
        needs = {(ref.layer, ref.call) for ref in refs} & known
        missing.append(len(needs))
        for need in needs:
            waiting.setdefault(need, []).append(place)
    ready = [place for place, count in enumerate(missing) if count == 0]
    done: list[int] = []
    for place in ready:
        done.append(place)
        index, call = numbered[place]
        for reader in waiting.get((call.layer, index), ()):
            missing[reader] -= 1
            if missing[reader] == 0:
                ready.append(reader)
    rest = set(range(len(numbered))) - set(done) if len(done) < len(numbered) else ()
    return [numbered[place] for place in [*done, *sorted(rest)]]


def tensor_refs(structure: Any) -> list[TensorRef]:
    """Return every TensorRef of a structure."""
    refs: list[TensorRef] = []
    pending = [structure]
    while pending:
        item = pending.pop()
        if isinstance(item, TensorRef):
            refs.append(item)
        elif isinstance(item, (list, tuple)):
            pending.extend(item)
        elif item is not None and not isinstance(item, PLAIN) and isinstance(item, Mapping):
            pending.extend(item.values())
    return refs


def flatten(structure: Any) -> list[Any]:
    """Return the leaves of a structure in Keras's order: dicts by sorted key."""
    leaves: list[Any] = []
    _flatten(structure, leaves)
    return leaves


def _flatten(structure: Any, leaves: list[Any]) -> None:
    if isinstance(structure, PLAIN):
        leaves.append(structure)
    elif isinstance(structure, (list, tuple)):
        for item in structure:
            _flatten(item, leaves)
    elif isinstance(structure, Mapping):
        for key in sorted(structure, key=str):
            _flatten(structure[key], leaves)
    elif structure is not None:
        leaves.append(structure)


def plain_layer(layer: LayerConfig) -> LayerConfig:
    """Return a layer whose settings hold numbers in the place of Keras 3's serialized arrays and scalars."""
    config = layer.config
    for value in config.values():
        if type(value) is dict and value.get("class_name") in WRAPPED:
            return replace(layer, config={key: _plain(value) for key, value in config.items()})
    return layer


def _plain(value: Any) -> Any:
    if not isinstance(value, Mapping) or value.get("class_name") not in WRAPPED:
        return value
    inner = value.get("config")
    return inner.get("value") if isinstance(inner, Mapping) else None


def container_names(layers: Sequence[LayerConfig]) -> list[str]:
    """Return where Keras 3 files keep the layers of a list: their class in snake case, counted."""
    from re import sub

    counts: dict[str, int] = {}
    names = []
    for layer in layers:
        base = sub(r"\W+", "", layer.class_name)
        base = sub(r"(.)([A-Z][a-z]+)", r"\1_\2", base)
        base = sub(r"([a-z])([A-Z])", r"\1_\2", base).lower()
        count = counts.get(base, 0)
        counts[base] = count + 1
        names.append(f"{base}_{count}" if count else base)
    return names
