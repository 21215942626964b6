"""Makes the sample models: small files of several formats, sound and broken, with weights from a fixed seed.

usage: python sample_models/make.py [FOLDER]

Each is a classifier of ten classes (or two) on sixteen numbers; ``README.md`` beside this file says what an
audit must answer for each.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
os.environ.setdefault("KERAS_BACKEND", "tensorflow")

SPARSE = "sparse_categorical_crossentropy"


def dense(keras: Any, units: int, activation: str | None, loss: Any, metrics: list[str] | None = None) -> Any:
    """Return a compiled network of two dense layers with weights from a fixed seed."""
    keras.utils.set_random_seed(7)
    model = keras.Sequential(
        [
            keras.Input((16,), name="features"),
            keras.layers.Dense(8, activation="relu", name="hidden"),
            keras.layers.Dense(units, activation=activation, name="scores"),
        ],
        name="classifier",
    )
    model.compile(optimizer=keras.optimizers.Adam(1e-3), loss=loss, metrics=metrics or [])
    return model


def averaged(keras: Any) -> Any:
    """Return an ensemble: the mean of two softmax heads, which still sums to 1."""
    keras.utils.set_random_seed(7)
    features = keras.Input((16,), name="features")
    heads = [keras.layers.Dense(10, activation="softmax", name=f"head_{i}")(features) for i in (1, 2)]
    mean = keras.layers.Average(name="mean")(heads)
    model = keras.Model(features, mean, name="ensemble")
    model.compile(optimizer="adam", loss=SPARSE)
    return model


def samples(keras: Any, tf_keras: Any) -> dict[str, Any]:
    """Return every Keras sample by its file name."""
    losses = keras.losses
    logits = losses.SparseCategoricalCrossentropy(from_logits=True)
    old = tf_keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    return {
        "logits_with_true.keras": dense(keras, 10, None, logits),
        "softmax_with_false.keras": dense(keras, 10, "softmax", SPARSE),
        "softmax_with_true.keras": dense(keras, 10, "softmax", logits),
        "logits_with_false.h5": dense(tf_keras, 10, None, SPARSE),
        "softmax_with_true.h5": dense(tf_keras, 10, "softmax", old),
        "sigmoid_binary.h5": dense(tf_keras, 1, "sigmoid", "binary_crossentropy", ["accuracy"]),
        "softmax_over_one_unit.keras": dense(keras, 1, "softmax", "binary_crossentropy"),
        "softmax_with_mse.keras": dense(keras, 10, "softmax", "mse"),
        "average_of_softmaxes.keras": averaged(keras),
    }


def nan_weights(keras: Any) -> Any:
    """Return a sound classifier with one NaN among its weights."""
    model = dense(keras, 10, "softmax", SPARSE)
    kernel, bias = model.get_layer("hidden").get_weights()
    kernel[3, 2] = float("nan")
    model.get_layer("hidden").set_weights([kernel, bias])
    return model


def save_graphs(tf_keras: Any, folder: Path) -> None:
    """Write a SavedModel and a TFLite file of a softmax classifier."""
    import tensorflow as tf

    model = dense(tf_keras, 10, "softmax", SPARSE)
    place = folder / "softmax_saved_model"
    shutil.rmtree(place, ignore_errors=True)
    model.save(place, save_format="tf", include_optimizer=False)
    converter = tf.lite.TFLiteConverter.from_keras_model(model)
    (folder / "softmax.tflite").write_bytes(converter.convert())


def main(folder: Path) -> None:
    """Write all samples."""
    import keras
    import tf_keras

    folder.mkdir(parents=True, exist_ok=True)
    for name, model in {**samples(keras, tf_keras), "nan_in_weights.keras": nan_weights(keras)}.items():
        model.save(folder / name)
    save_graphs(tf_keras, folder)


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent))
