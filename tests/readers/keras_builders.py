"""Small Keras files written with h5py, json and zipfile alone."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

import h5py
import numpy as np

Weights = Mapping[str, Mapping[str, Any]]
"""Layer → weight name → array."""


def dense(name: str, units: int = 3, **config: Any) -> dict[str, Any]:
    return {
        "class_name": "Dense",
        "config": {"name": name, "units": units, "activation": "softmax", **config},
    }


def sequential(*layers: Any) -> dict[str, Any]:
    start = {
        "class_name": "InputLayer",
        "config": {"name": "x", "batch_shape": [None, 4], "dtype": "float32"},
    }
    return {"class_name": "Sequential", "config": {"name": "m", "layers": [start, *layers]}}


def kernel_and_bias(name: str, units: int = 3, inputs: int = 4) -> dict[str, Any]:
    return {f"{name}/kernel:0": np.ones((inputs, units), "f4"), f"{name}/bias:0": np.zeros(units, "f4")}


def write_hdf5(
    path: Path, config: Any, weights: Weights, training: Any = None, version: str = "2.15.0", **options: Any
) -> Path:
    """Write a whole model as Keras does; ``options`` go to ``create_dataset``."""
    with h5py.File(path, "w") as file:
        file.attrs["keras_version"] = version
        file.attrs["backend"] = "tensorflow"
        file.attrs["model_config"] = json.dumps(config)
        if training is not None:
            file.attrs["training_config"] = json.dumps(training)
        fill_weights(file.create_group("model_weights"), weights, **options)
    return path


def fill_weights(group: Any, weights: Weights, **options: Any) -> None:
    """Write the weights of a model, listed by layer."""
    group.attrs["layer_names"] = np.array([name.encode() for name in weights])
    for layer, arrays in weights.items():
        below = group.create_group(layer)
        below.attrs["weight_names"] = np.array([name.encode() for name in arrays], dtype="S64")
        for name, array in arrays.items():
            below.create_dataset(name, data=array, **options)


def store(arrays: Mapping[str, Any]) -> bytes:
    """Return an HDF5 file of arrays by path."""
    memory = BytesIO()
    with h5py.File(memory, "w") as file:
        for path, array in arrays.items():
            file.create_dataset(path, data=array)
    return memory.getvalue()


def write_zip(path: Path, config: Any, arrays: Mapping[str, Any] | None, version: str = "3.9.2") -> Path:
    """Write a ``.keras`` file; without a weights member where ``arrays`` is None."""
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("metadata.json", json.dumps({"keras_version": version}))
        archive.writestr("config.json", json.dumps(config))
        if arrays is not None:
            archive.writestr("model.weights.h5", store(arrays))
    return path
