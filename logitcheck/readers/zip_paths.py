"""Where a ``.keras`` file keeps a layer's tensors: ``layers/dense_1/vars/0`` is the second Dense's first.

A layer's place is its class in snake case, numbered among its siblings; its own name plays no part. Some
versions leave numbers out, so that among the places that hold anything only the order counts. Keras on
Windows wrote backslashes.
Source: ``keras/src/saving/saving_lib.py`` of Keras 3 and of Keras 2.12 to 2.15.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Set
from typing import TYPE_CHECKING, Any

from logitcheck.topology import LayerConfig, Topology

if TYPE_CHECKING:
    from typing import TypeAlias

ROOTS = ("layers", "_layer_checkpoint_dependencies", "_self_tracked_trackables")
"""What a model's layers are kept under: Keras 3 and 2.15, then what earlier writers visited first."""

MAX_DEPTH = 60
"""Models inside one another that are followed."""

IN_CODE = {"GroupQueryAttention": "GroupedQueryAttention"}
"""Classes that a configuration names as they are exported, and whose paths follow their name in the code."""

Tree: TypeAlias = "dict[str, Any]"


def layer_places(topology: Topology, stored: Iterable[str], weighted: Iterable[str]) -> dict[str, str]:
    """Return where each layer is kept, under its path (nested models' names and its own, joined by ``/``).

    ``stored`` are the paths of all arrays, ``weighted`` the paths of layers that are known to have weights.
    """
    return dict(_places(topology, _tree(stored), _with_parents(weighted), "", "", 0))


def plain(path: str) -> str:
    """Return a path with forward slashes."""
    return path.replace("\\", "/")


def snake_case(name: str) -> str:
    """Return a class name as Keras writes it in paths: ``Conv2DTranspose`` is ``conv2d_transpose``."""
    name = re.sub(r"\W+", "", name)
    name = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub("([a-z])([A-Z])", r"\1_\2", name).lower()


def _places(
    topology: Topology, tree: Tree, weighted: Set[str], prefix: str, place: str, depth: int
) -> Iterator[tuple[str, str]]:
    """Yield path and place of the layers of one model, then of the models in it."""
    root = next((name for name in ROOTS if name in tree), None)
    if root is None or depth > MAX_DEPTH:
        return
    shelf = tree[root]
    for layer, name in _pairs(topology.layers, shelf, weighted, prefix):
        path, where = prefix + layer.name, f"{place}{root}/{name}"
        yield path, where
        if layer.model is not None:
            below = shelf.get(name, {})
            yield from _places(layer.model, below, weighted, f"{path}/", f"{where}/", depth + 1)


def _pairs(
    layers: Iterable[LayerConfig], shelf: Tree, weighted: Set[str], prefix: str
) -> Iterator[tuple[LayerConfig, str]]:
    """Yield every layer with its name on a shelf."""
    by_class: dict[str, list[LayerConfig]] = {}
    for layer in layers:
        name = IN_CODE.get(layer.class_name, layer.class_name)
        by_class.setdefault(snake_case(name), []).append(layer)
    for name, alike in by_class.items():
        filled = _numbered(shelf, name)
        holders = [layer for layer in alike if prefix + layer.name in weighted]
        if len(filled) == len(holders):
            yield from zip(holders, filled, strict=True)
        else:
            yield from ((layer, f"{name}_{index}" if index else name) for index, layer in enumerate(alike))


def _numbered(shelf: Tree, name: str) -> list[str]:
    """Return ``name``, ``name_1``, ``name_2``… as far as a shelf holds them, in numeric order."""
    found: list[tuple[int, str]] = []
    for key in shelf:
        rest = key[len(name) :] if key.startswith(name) else key
        if key == name:
            found.append((0, key))
        elif rest != key and rest[0] == "_" and rest[1:].isdecimal():
            found.append((int(rest[1:]), key))
    return [key for _, key in sorted(found)]


def _tree(paths: Iterable[str]) -> Tree:
    """Return paths as nested dictionaries."""
    tree: Tree = {}
    for path in paths:
        node = tree
        for part in plain(path).split("/"):
            node = node.setdefault(part, {})
    return tree


def _with_parents(paths: Iterable[str]) -> Set[str]:
    """Return paths and all beginnings of them that end at a slash."""
    found: set[str] = set()
    for path in paths:
        while path and path not in found:
            found.add(path)
            path = path.rpartition("/")[0]
    return found
