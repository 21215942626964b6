"""What a file or safety rule has to see of a SavedModel: ops, assets, foreign objects, missing weights."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from logitcheck.graph import Graph
from logitcheck.model import Sighting
from logitcheck.readers.object_graph import ObjectGraph
from logitcheck.readers.op_paths import fed_names, written_paths
from logitcheck.readers.op_sightings import op_sightings

KNOWN_OBJECTS = (
    *("_tf", "tf_", "_generic_user_object", "signature_map", "trackable_"),
    *("optimizer", "experimentalOptimizer"),
)
"""Beginnings of the identifiers of objects that TensorFlow and Keras save themselves."""


def sightings(saved: Any, objects: ObjectGraph | None, graph: Graph) -> Iterator[Sighting]:
    """Yield everything seen, each op once."""
    seen: set[str] = set()
    for meta in saved.meta_graphs:
        for sighting in op_sightings(meta.graph_def):
            if sighting.what not in seen:
                seen.add(sighting.what)
                yield sighting
        yield from written_paths(meta.graph_def, fed_names(meta))
        for asset in meta.asset_file_def:
            yield Sighting("asset", asset.tensor_info.name, asset.filename)
    for path, user in objects.user_objects() if objects else ():
        if not user.identifier.startswith(KNOWN_OBJECTS):
            yield Sighting("custom-object", path, user.identifier)
    yield from missing_weights(graph)


def missing_weights(graph: Graph) -> Iterator[Sighting]:
    """Yield one sighting where a graph has variables that the file holds no values for."""
    missing = [node.name for node in graph.walk() if node.op == "Weight" and node.attrs["key"] is None]
    if missing:
        yield Sighting("weights-missing", missing[0], "variables", {"count": len(missing)})
