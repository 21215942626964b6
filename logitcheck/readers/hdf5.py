"""Keras HDF5 files, whatever their name, as Keras 1.x to 3.x and tf.keras write them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from logitcheck.errors import NotAudited
from logitcheck.model import Model, Sighting
from logitcheck.readers.config_walk import parse_watched
from logitcheck.readers.hdf5_contents import Contents
from logitcheck.readers.hdf5_door import contents_of
from logitcheck.readers.keras_model import KerasFile, assemble
from logitcheck.readers.options import DEFAULTS, ReadOptions
from logitcheck.readers.refusals import not_a_model, weights_only

WEIGHT_GROUPS = frozenset(
    {"model_weights", "layers", "_layer_checkpoint_dependencies", "vars", "top_level_model_weights"}
)
"""Groups by which a file of weights is known."""


def read_hdf5(path: Path, options: ReadOptions = DEFAULTS) -> Model:
    """Read a Keras HDF5 file.

    Raises NotAudited for weights without a model, other HDF5 files, and damaged ones.
    """
    contents = contents_of(str(path), options)
    config = contents.texts.get("model_config")
    if config is None:
        raise _refusal(contents)
    model, seen = parse_watched(config, "model_config", options)
    training, refused, watched = _training(contents, options)
    return assemble(
        KerasFile(
            path=str(path),
            format="keras-hdf5",
            config=model,
            training=training,
            version=contents.texts.get("keras_version"),
            backend=contents.texts.get("backend"),
            contents=contents,
            place=str(path),
            sightings=refused + seen + watched,
        )
    )


def _training(
    contents: Contents, options: ReadOptions
) -> tuple[Mapping[str, Any] | None, tuple[Sighting, ...], tuple[Sighting, ...]]:
    """Return the training configuration, why it is refused, and what is seen in it.

    One that is damaged leaves the rest of the file readable.
    """
    text = contents.texts.get("training_config")
    if text is None:
        return None, (), ()
    try:
        found, seen = parse_watched(text, "training_config", options)
    except NotAudited as refusal:
        detail = {"reason": refusal.reason, "advice": refusal.advice}
        return {}, (Sighting("refused", "training_config", refusal.code or "", detail),), ()
    return (found, (), seen) if isinstance(found, dict) else (None, (), ())


def _refusal(contents: Contents) -> NotAudited:
    """Say what an HDF5 file without ``model_config`` is."""
    if contents.layers or WEIGHT_GROUPS & set(contents.groups):
        return weights_only("this HDF5 file")
    return not_a_model("an HDF5 file without a Keras model")
