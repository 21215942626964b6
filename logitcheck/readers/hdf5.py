"""Keras HDF5 files, whatever their name, as Keras 1.x to 3.x and tf.keras write them."""

from __future__ import annotations

from pathlib import Path

from logitcheck.errors import NotAudited
from logitcheck.model import Model
from logitcheck.readers.hdf5_contents import Contents
from logitcheck.readers.hdf5_door import contents_of
from logitcheck.readers.json_text import parse_json
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
    training = contents.texts.get("training_config")
    parsed = parse_json(training, "training_config", options) if training is not None else None
    return assemble(
        KerasFile(
            path=str(path),
            format="keras-hdf5",
            config=parse_json(config, "model_config", options),
            config_place="model_config",
            training=parsed if isinstance(parsed, dict) else None,
            version=contents.texts.get("keras_version"),
            backend=contents.texts.get("backend"),
            contents=contents,
            place=str(path),
        )
    )


def _refusal(contents: Contents) -> NotAudited:
    """Say what an HDF5 file without ``model_config`` is."""
    if contents.layers or WEIGHT_GROUPS & set(contents.groups):
        return weights_only("this HDF5 file")
    return not_a_model("an HDF5 file without a Keras model")
