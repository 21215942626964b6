"""Which Keras layer a graph node came from, told by its name: ``model/dense_1/Softmax`` is of ``dense_1``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from logitcheck.readers.inline import LayerOf

CALL = re.compile(r"(Stateful)?PartitionedCall(_\d+)?$")
MODEL = re.compile(r"(model|sequential|functional)(_\d+)*$")
AGAIN = re.compile(r"_\d+$")
DEPTH = 16


def no_layer(_: str) -> str | None:
    """Answer for a graph that no Keras wrote."""
    return None


def by_scope(variables: Iterable[str]) -> LayerOf:
    """Return a function that takes the outermost scope for the layer, the model's own and calls left aside.

    Keras 3 numbers a scope that it enters again: ``dense_1`` is ``dense`` where a variable says so.
    """
    known = {scope for name in variables for scope in name.split("/")[:-1]}

    def layer_of(name: str) -> str | None:
        scopes = [part for part in name.split("/")[:-1] if not CALL.match(part)]
        while scopes and MODEL.match(scopes[0]):
            scopes.pop(0)
        if not scopes or scopes[0] in known:
            return scopes[0] if scopes else None
        first = AGAIN.sub("", scopes[0])
        return first if first in known else scopes[0]

    return layer_of


def by_config(config: Mapping[str, Any]) -> LayerOf:
    """Return a function that finds the layers of a model's stored configuration in node names."""
    paths = dict(_layers(config, "", 0))

    def layer_of(name: str) -> str | None:
        found = [scope for scope in name.split("/")[:-1] if scope in paths]
        return paths[found[-1]] if found else None

    return layer_of


def _layers(config: Mapping[str, Any], prefix: str, depth: int) -> Iterator[tuple[str, str]]:
    """Yield name and path of every layer; a nested model's own layers after it."""
    layers = config.get("layers")
    if not isinstance(layers, list) or depth > DEPTH:
        return
    for layer in layers:
        inner = layer.get("config") if isinstance(layer, dict) else None
        if isinstance(inner, dict):
            name = str(layer.get("name") or inner.get("name"))
            yield name, prefix + name
            yield from _layers(inner, f"{prefix}{name}/", depth + 1)
