"""Runs saved inputs again and tells where NaN or Inf begins."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np

from logitcheck.graph import Graph, Ref
from logitcheck.model import Model
from logitcheck.probe.array import Array
from logitcheck.probe.hunt.first import Walk
from logitcheck.probe.hunt.gradients import Gradients
from logitcheck.probe.hunt.slices import graph_named, placeholders
from logitcheck.probe.runtimes.runtime import RuntimeProblemError

ABOUT = "about"
"""Name of the array that holds a witness's description, as JSON text."""

LARGEST = 1 << 30
"""Bytes of numbers that are read."""


def replay(model: Model, path: str) -> dict[str, Any]:
    """Return ``graph``, ``outputs`` (name → counts), ``origins`` and ``gradient`` (lost, or None unasked).

    Raises RuntimeProblemError where the inputs do not fit.
    """
    about, arrays = load(path)
    for name in _names(model, about):
        graph = graph_named(model, name)
        given = matched(model, graph, arrays)
        for wanted in _wanted(graph, about):
            walk = Walk(model, graph, wanted)
            if all(node.name in given for node in walk.cut.fed):
                return _run(name, walk, given, about)
    given = matched(model, model.graph, arrays)
    lacking = [node.name for node in placeholders(model.graph) if node.name not in given]
    raise RuntimeProblemError("data", f"the witness has no array for {', '.join(lacking) or 'this model'}")


def _wanted(graph: Graph, about: Mapping[str, Any]) -> list[tuple[Ref, ...]]:
    """Return what to compute: all outputs, or as much as the witness is about."""
    node = about.get("node")
    return [graph.outputs, *([(Ref(node),)] if node in graph.by_name else [])]


def load(path: str) -> tuple[Mapping[str, Any], dict[str, Array]]:
    """Read a witness: its description and its arrays. Raises RuntimeProblemError for anything else."""
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays: dict[str, Array] = {}
            for name in file.files:
                arrays[name] = file[name]
                if sum(array.nbytes for array in arrays.values()) > LARGEST:
                    raise ValueError("it holds more than 1 GiB")
            about = json.loads(str(arrays.pop(ABOUT))) if ABOUT in arrays else {}
    except (OSError, ValueError, EOFError, AttributeError, TypeError, KeyError) as problem:
        raise RuntimeProblemError("data", f"it is no witness: {problem}") from problem
    return about if isinstance(about, dict) else {}, arrays


def matched(model: Model, graph: Graph, arrays: Mapping[str, Array]) -> dict[str, Array]:
    """Return arrays by placeholder; they are stored under its name, its end, or the input's."""
    short = {name[3:] if name.startswith("in/") else name: array for name, array in arrays.items()}
    inputs = {item.node: item.name for item in model.inputs}
    found = {}
    for node in placeholders(graph):
        ends = [name for name in short if node.name.endswith((f"/{name}", f"_{name}"))]
        for name in (node.name, inputs.get(node.name), max(ends, key=len, default=None)):
            if name in short:
                found[node.name] = short[name]
                break
    return found


def _names(model: Model, about: Mapping[str, Any]) -> list[str]:
    """Return the graphs to try: the one the witness names, else all."""
    every = ["", *(entry.name for entry in model.training)]
    return [str(about["graph"])] if about.get("graph") in every else every[::-1]


def _run(name: str, walk: Walk, given: Mapping[str, Array], about: Mapping[str, Any]) -> dict[str, Any]:
    seed = about.get("seed", 0)
    seed = seed if isinstance(seed, int) else 0
    answers = walk.run(given, seed)
    outputs = {
        f"{ref.node}:{ref.index}": {
            "nan": int(np.isnan(x).sum()),
            "inf": int(np.isinf(x).sum()),
            "size": x.size,
        }
        for ref, x in answers.items()
        if x.dtype.kind in "fc"
    }
    lost = None
    if about.get("gradient") and not walk.cut.stepwise:
        arrays = [given[node.name] for node in walk.cut.fed]
        lost = Gradients(walk.cut, walk.cut.wanted).lost(arrays, seed)
    return {"graph": name, "outputs": outputs, "origins": list(walk.origins.values()), "gradient": lost}
