"""Makes a DenseNet121 with a ten-class softmax head and its broken twin, about 30 MB each.

usage: python sample_models/make_large.py FOLDER
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")


def densenet(tf_keras: Any, *, broken: bool) -> Any:
    """Return the network; the broken one is told that its softmax gives logits."""
    tf_keras.utils.set_random_seed(7)
    base = tf_keras.applications.DenseNet121(include_top=False, weights=None, input_shape=(224, 224, 3))
    features = tf_keras.layers.GlobalAveragePooling2D()(base.output)
    features = tf_keras.layers.Dropout(0.5)(features)
    scores = tf_keras.layers.Dense(10, activation="softmax", name="scores")(features)
    model = tf_keras.Model(base.input, scores)
    model.compile(
        optimizer=tf_keras.optimizers.legacy.Adam(1e-4, clipnorm=1.0),
        loss=tf_keras.losses.CategoricalCrossentropy(from_logits=broken),
        metrics=["accuracy"],
    )
    return model


def main(folder: Path) -> None:
    """Write both as HDF5, and the sound one as a SavedModel."""
    import tf_keras

    folder.mkdir(parents=True, exist_ok=True)
    sound = densenet(tf_keras, broken=False)
    sound.save(folder / "densenet121_softmax.h5")
    sound.save(folder / "densenet121_saved_model", save_format="tf", include_optimizer=False)
    densenet(tf_keras, broken=True).save(folder / "densenet121_softmax_from_logits.h5")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
