"""``.keras`` files: a zip of ``config.json``, ``metadata.json`` and ``model.weights.h5``.

Keras 3 and tf.keras 2.12 to 2.15 write them; tf.keras 2.11 keeps the weights in ``variables.h5``, may nest
``compile_config`` in ``config``. Nothing is unpacked to a place with a name.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from logitcheck.errors import NotAudited
from logitcheck.model import Model, Sighting
from logitcheck.readers.config_walk import parse_watched
from logitcheck.readers.hdf5_contents import Contents
from logitcheck.readers.hdf5_door import contents_of
from logitcheck.readers.json_text import parse_json
from logitcheck.readers.keras_model import KerasFile, assemble
from logitcheck.readers.options import DEFAULTS, ReadOptions
from logitcheck.readers.window import Place
from logitcheck.readers.zip_members import Archive

WEIGHTS = ("model.weights.h5", "variables.h5")
OTHER_WEIGHTS = "model.weights.npz"
"""What Keras 3 writes where h5py is missing; it is not read."""


def read_keras_zip(path: Path, options: ReadOptions = DEFAULTS) -> Model:
    """Read a ``.keras`` file. Raises NotAudited for other zip files, damaged ones and bombs."""
    with Archive(path, options) as archive:
        text = archive.read("config.json", options.max_config)
        config, watched = parse_watched(text, "config.json", options)
        metadata = _metadata(archive, options)
        contents, place, seen = _weights(archive, options)
        return assemble(
            KerasFile(
                path=str(path),
                format="keras-zip",
                config=config,
                training=_training(config),
                version=metadata.get("keras_version"),
                contents=contents,
                place=place,
                sightings=archive.sightings + seen + watched,
            )
        )


def _metadata(archive: Archive, options: ReadOptions) -> Mapping[str, Any]:
    """Return ``metadata.json``; empty where there is none."""
    if "metadata.json" not in archive.names:
        return {}
    found = parse_json(archive.read("metadata.json", options.max_config), "metadata.json", options)
    return found if isinstance(found, dict) else {}


def _training(config: Any) -> Mapping[str, Any] | None:
    """Return ``compile_config``, which tf.keras 2.11 nests in ``config``; None for a model never compiled."""
    if not isinstance(config, dict):
        return None
    inner = config.get("config")
    found = config.get("compile_config") or (inner.get("compile_config") if isinstance(inner, dict) else None)
    return found if isinstance(found, dict) and found else None


def _weights(archive: Archive, options: ReadOptions) -> tuple[Contents, Place | None, tuple[Sighting, ...]]:
    """List the weights; a damaged member leaves the rest of the file readable."""
    name = next((name for name in WEIGHTS if name in archive.names), None)
    if name is None:
        lacking = OTHER_WEIGHTS not in archive.names
        return Contents(), None, (Sighting("weights-missing", WEIGHTS[0]),) if lacking else ()
    try:
        place = archive.place(name)
        return contents_of(place, options), place, ()
    except NotAudited as refusal:
        detail = {"reason": refusal.reason, "advice": refusal.advice}
        return Contents(), None, (Sighting("refused", name, refusal.code or "", detail),)
