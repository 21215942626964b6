"""What a person would do by hand to a Keras file: load it, predict one batch, take one gradient.

usage: python benchmarks/by_hand.py FILE keras|tf_keras ROWS
"""

from __future__ import annotations

import importlib
import sys

import numpy as np
import tensorflow as tf


def main() -> None:
    """Run the model forward by ``predict``, and forward and backward under a tape with the stored loss."""
    path, library, rows = sys.argv[1], sys.argv[2], int(sys.argv[3])
    keras = importlib.import_module(library)
    model = keras.models.load_model(path)
    given = np.random.default_rng(0).random((rows, *model.input_shape[1:])).astype(np.float32)
    answers = model.predict(given, verbose=0)
    loss = keras.losses.get(model.loss)
    classes = np.arange(rows) % answers.shape[-1]
    named = str(getattr(loss, "name", loss))
    labels = classes if "sparse" in named else np.eye(answers.shape[-1], dtype=np.float32)[classes]
    with tf.GradientTape() as tape:
        value = tf.reduce_mean(loss(labels, model(given, training=False)))
    gradients = tape.gradient(value, model.trainable_variables)
    print(float(value), sum(gradient is not None for gradient in gradients))


main()
