"""Where a ``.keras`` file keeps a layer's tensors: ``layers/dense_1/vars/0`` is the second Dense's first.

A layer's place is its class in snake case, numbered among its siblings; its own name plays no part.
Source: ``keras/src/saving/saving_lib.py`` of Keras 3 and of Keras 2.12 to 2.15.
"""

from __future__ import annotations

import re

from logitcheck.topology import Topology

MAX_DEPTH = 60
"""Models inside one another that are followed."""


def zip_paths(topology: Topology, root: str = "layers", prefix: str = "", depth: int = 0) -> dict[str, str]:
    """Return the place of every layer under its path: nested models' names and its own, joined by ``/``."""
    counts: dict[str, int] = {}
    places: dict[str, str] = {}
    for layer in topology.layers:
        name = snake_case(layer.class_name)
        count = counts.get(name, 0)
        counts[name] = count + 1
        place = f"{root}/{name}_{count}" if count else f"{root}/{name}"
        path = prefix + layer.name
        places[path] = place
        if layer.model is not None and depth < MAX_DEPTH:
            places |= zip_paths(layer.model, f"{place}/layers", f"{path}/", depth + 1)
    return places


def snake_case(name: str) -> str:
    """Return a class name as Keras writes it in paths: ``Conv2DTranspose`` is ``conv2d_transpose``."""
    name = re.sub(r"\W+", "", name)
    name = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub("([a-z])([A-Z])", r"\1_\2", name).lower()
