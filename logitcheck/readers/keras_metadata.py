"""What Keras 2 leaves in a SavedModel about itself: the root's configuration and how it was compiled.

From TensorFlow 2.5 to 2.15 in ``keras_metadata.pb``, before that as strings in the object graph.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from logitcheck.errors import NotAudited
from logitcheck.readers.object_graph import ObjectGraph
from logitcheck.readers.proto.messages import parse

METADATA_LIMIT = 256 << 20
MODEL_IDENTIFIERS = ("_tf_keras_model", "_tf_keras_network", "_tf_keras_sequential")


class KerasRoot(NamedTuple):
    """The stored description of the model itself."""

    identifier: str
    metadata: Mapping[str, Any]

    @property
    def config(self) -> Mapping[str, Any]:
        """The model's own configuration; empty for a subclassed model."""
        found = self.metadata.get("config")
        return found if isinstance(found, dict) else {}

    @property
    def training(self) -> Mapping[str, Any] | None:
        """The training configuration, None where the model was not compiled."""
        found = self.metadata.get("training_config")
        return found if isinstance(found, dict) else None

    @property
    def version(self) -> str | None:
        """The version of Keras, where it is told."""
        found = self.metadata.get("keras_version")
        return found if isinstance(found, str) else None


def keras_root(directory: Path | None, objects: ObjectGraph | None) -> KerasRoot | None:
    """Return the root's description; None where no Keras model was saved or it left none.

    Raises NotAudited where the description is there and cannot be read.
    """
    path = directory / "keras_metadata.pb" if directory else None
    if path is not None and path.is_file() and not path.is_symlink():
        return _from_file(path)
    if objects is None or not len(objects.nodes) or objects.kind(0) != "user_object":
        return None
    root = objects.nodes[0].user_object
    return _root(root.identifier, root.metadata) if root.identifier in MODEL_IDENTIFIERS else None


def _from_file(path: Path) -> KerasRoot | None:
    if path.stat().st_size > METADATA_LIMIT:
        raise NotAudited(f"keras_metadata.pb is larger than {METADATA_LIMIT} bytes")
    message = parse("KerasMetadata", path.read_bytes(), "keras_metadata.pb")
    for node in message.nodes:
        if node.node_path == "root" or node.node_id == 0:
            return _root(node.identifier, node.metadata)
    return None


def _root(identifier: str, text: str) -> KerasRoot | None:
    if not text:
        return KerasRoot(identifier, {})
    try:
        metadata = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise NotAudited("the Keras metadata of the SavedModel is no JSON") from error
    return KerasRoot(identifier, metadata if isinstance(metadata, dict) else {})
