"""A Sequential of Keras 1 that begins with a Merge of other Sequentials, written as a functional model.

Source: ``keras/models.py`` of Keras 1.2. Its file lists the layers of the branches beside those that follow,
as a functional model's does.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

MAX_DEPTH = 20
"""Merges in branches of merges that are followed."""


def joined_branches(layers: list[Any]) -> Mapping[str, Any] | None:
    """Return the configuration of the functional model that is the same; None for any other Sequential."""
    if not layers or not _branches(layers[0]):
        return None
    found: list[dict[str, Any]] = []
    end = _chain(layers, found, MAX_DEPTH)
    if end is None:
        return None
    inputs = [[item["name"], 0, 0] for item in found if item["class_name"] == "InputLayer"]
    return {"layers": found, "input_layers": inputs, "output_layers": [[end, 0, 0]]}


def _branches(stored: Any) -> list[Any]:
    """Return the Sequentials that a Merge joins; nothing for another layer."""
    config = stored.get("config") if isinstance(stored, dict) else None
    inside = config.get("layers") if isinstance(config, dict) else None
    if not isinstance(inside, list) or stored.get("class_name") != "Merge":
        return []
    return [item.get("config") if isinstance(item, dict) else None for item in inside]


def _chain(layers: Any, found: list[dict[str, Any]], depth: int) -> str | None:
    """Append layers called one on the other; return the last one's name, None where one is not plain."""
    if not isinstance(layers, list) or not layers or not depth:
        return None
    branches = _branches(layers[0])
    starts = [_chain(branch, found, depth - 1) for branch in branches] or [_input(layers[0], found)]
    for stored in layers:
        name = _name(stored)
        if name is None or None in starts:
            return None
        calls = [[[start, 0, 0] for start in starts]]
        found.append({**stored, "name": name, "inbound_nodes": calls})
        starts = [name]
    return starts[0]


def _input(stored: Any, found: list[dict[str, Any]]) -> str | None:
    """Append the input that a branch's first layer asks for, named as Keras names it."""
    name = _name(stored)
    if name is None or "batch_input_shape" not in stored["config"]:
        return None
    config = {key: stored["config"].get(key) for key in ("batch_input_shape", "input_dtype")}
    config["name"] = f"{name}_input"
    found.append({"class_name": "InputLayer", "name": config["name"], "config": config, "inbound_nodes": []})
    return f"{name}_input"


def _name(stored: Any) -> str | None:
    """Return a layer's name; None for what is no layer, or a whole model."""
    config = stored.get("config") if isinstance(stored, dict) else None
    name = config.get("name") if isinstance(config, dict) else None
    return name if isinstance(name, str) else None
