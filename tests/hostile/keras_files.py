"""Small Keras files written by hand, around a configuration of the caller's."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import h5py
import numpy as np

KERAS_3 = "3.9.0"


def dense(name: str = "dense", units: int = 3, **config: Any) -> dict[str, Any]:
    """A Dense layer as Keras 3 stores it."""
    return {
        "module": "keras.layers",
        "class_name": "Dense",
        "registered_name": None,
        "config": {"name": name, "units": units, "activation": "softmax", "use_bias": True, **config},
    }


def layer(class_name: str, module: str | None = "keras.layers", **config: Any) -> dict[str, Any]:
    """Any layer as Keras 3 stores it."""
    return {
        "module": module,
        "class_name": class_name,
        "registered_name": None,
        "config": {"name": "evil", **config},
    }


def sequential(*layers: Any, name: str = "model") -> dict[str, Any]:
    """A Sequential model of these layers, after an input of 4 numbers."""
    start = layer("InputLayer", batch_shape=[None, 4], dtype="float32")
    start["config"]["name"] = "input"
    return {
        "module": "keras",
        "class_name": "Sequential",
        "registered_name": None,
        "config": {"name": name, "layers": [start, *layers]},
    }


def write_zip(
    folder: Path, config: Any, extra: dict[str, bytes] | None = None, text: str | None = None
) -> Path:
    """A `.keras` file with this configuration (or this text in its place) and further members."""
    path = folder / "model.keras"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(
            "metadata.json", json.dumps({"keras_version": KERAS_3, "date_saved": "2025-01-01@00:00:00"})
        )
        archive.writestr("config.json", json.dumps(config) if text is None else text)
        for name, data in (extra or {}).items():
            archive.writestr(name, data)
    return path


def write_hdf5(folder: Path, config: Any, text: str | None = None, version: str = "2.15.0") -> Path:
    """A `.h5` file with this configuration and the weights of one Dense layer."""
    path = folder / "model.h5"
    with h5py.File(path, "w") as file:
        file.attrs["keras_version"] = version
        file.attrs["backend"] = "tensorflow"
        file.attrs["model_config"] = json.dumps(config) if text is None else text
        weights = file.create_group("model_weights")
        weights.attrs["layer_names"] = np.array([b"dense"])
        group = weights.create_group("dense")
        group.attrs["weight_names"] = np.array([b"dense/kernel:0", b"dense/bias:0"])
        group.create_dataset("dense/kernel:0", data=np.ones((4, 3), "f4"))
        group.create_dataset("dense/bias:0", data=np.zeros(3, "f4"))
    return path
