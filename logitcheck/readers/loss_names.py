"""Names of the losses built into Keras: classes, functions and aliases, each with its canonical name.

Source: ``keras.losses`` of Keras 1.2 to 3.15 and ``tf.keras.losses`` of TensorFlow 1.13 to 2.15.
"""

from __future__ import annotations

LOSS_CLASSES = {
    "BinaryCrossentropy": "binary_crossentropy",
    "BinaryFocalCrossentropy": "binary_focal_crossentropy",
    "CategoricalCrossentropy": "categorical_crossentropy",
    "CategoricalFocalCrossentropy": "categorical_focal_crossentropy",
    "SparseCategoricalCrossentropy": "sparse_categorical_crossentropy",
    "KLDivergence": "kl_divergence",
    "KullbackLeiblerDivergence": "kl_divergence",
    "Poisson": "poisson",
    "MeanSquaredError": "mean_squared_error",
    "MeanAbsoluteError": "mean_absolute_error",
    "MeanAbsolutePercentageError": "mean_absolute_percentage_error",
    "MeanSquaredLogarithmicError": "mean_squared_logarithmic_error",
    "CosineSimilarity": "cosine_similarity",
    "CosineProximity": "cosine_similarity",
    "LogCosh": "log_cosh",
    "Logcosh": "log_cosh",
    "Huber": "huber",
    "HuberLoss": "huber",
    "Hinge": "hinge",
    "SquaredHinge": "squared_hinge",
    "CategoricalHinge": "categorical_hinge",
    "Dice": "dice",
    "Tversky": "tversky",
    "CategoricalGeneralizedCrossEntropy": "categorical_generalized_cross_entropy",
    "Circle": "circle",
    "CTC": "ctc",
}
"""Class name to canonical name."""

LOSS_FUNCTIONS = {
    **{name: name for name in LOSS_CLASSES.values()},
    "bce": "binary_crossentropy",
    "BCE": "binary_crossentropy",
    "kld": "kl_divergence",
    "KLD": "kl_divergence",
    "kullback_leibler_divergence": "kl_divergence",
    "mse": "mean_squared_error",
    "MSE": "mean_squared_error",
    "mae": "mean_absolute_error",
    "MAE": "mean_absolute_error",
    "mape": "mean_absolute_percentage_error",
    "MAPE": "mean_absolute_percentage_error",
    "msle": "mean_squared_logarithmic_error",
    "MSLE": "mean_squared_logarithmic_error",
    "cosine": "cosine_similarity",
    "cosine_proximity": "cosine_similarity",
    "logcosh": "log_cosh",
    "huber_loss": "huber",
    "softmax_cross_entropy_with_logits_v2": "softmax_cross_entropy_with_logits",
    "sparse_softmax_cross_entropy_with_logits_v2": "sparse_softmax_cross_entropy_with_logits",
    "sigmoid_cross_entropy_with_logits_v2": "sigmoid_cross_entropy_with_logits",
}
"""Function name or alias to canonical name.

The last three are those of ``tf.nn`` in TensorFlow 2: they take labels and scores in Keras's order.
"""

WITH_LOGITS_SWITCH = frozenset(
    {
        "binary_crossentropy",
        "binary_focal_crossentropy",
        "categorical_crossentropy",
        "categorical_focal_crossentropy",
        "sparse_categorical_crossentropy",
    }
)
"""Losses that take ``from_logits``."""

WITH_CLASS_AXIS = frozenset(
    {
        "categorical_crossentropy",
        "categorical_focal_crossentropy",
        "sparse_categorical_crossentropy",
        "kl_divergence",
        "categorical_hinge",
        "categorical_generalized_cross_entropy",
    }
)
"""Losses that treat one axis as classes, the last by default."""

SINCE = {
    "binary_focal_crossentropy": (2, 8),
    "categorical_focal_crossentropy": (2, 13),
    "dice": (3, 0),
    "tversky": (3, 0),
    "circle": (3, 0),
    "categorical_generalized_cross_entropy": (3, 0),
    "ctc": (3, 0),
}
"""The first Keras that has the loss; in an older file the name is somebody's own."""


def canonical_loss(name: str, version: tuple[int, ...] | None = None) -> str | None:
    """Return the canonical name of a built-in loss, None for any other.

    ``version`` is the Keras that wrote the file: a name that it did not know yet is not built in.
    """
    found = LOSS_CLASSES.get(name) or LOSS_FUNCTIONS.get(name)
    if found is None or (version and version < SINCE.get(found, (0,))):
        return None
    return found
