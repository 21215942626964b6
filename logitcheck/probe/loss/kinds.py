"""The losses whose meaning is in question, their labels, and what kind of values a head gives. NumPy only."""

from __future__ import annotations

import numpy as np

from logitcheck.probe.array import Array
from logitcheck.probe.protocol import LossPlan

FAMILIES = {
    "categorical_crossentropy": "categorical",
    "categorical_focal_crossentropy": "categorical",
    "sparse_categorical_crossentropy": "sparse",
    "binary_crossentropy": "binary",
    "binary_focal_crossentropy": "binary",
}
"""Losses with the switch ``from_logits`` → which labels they take."""

WITHOUT_SWITCH = {
    "categorical_generalized_cross_entropy": "sparse",
    "categorical_hinge": "categorical",
    "circle": "sparse",
    "cosine_similarity": "categorical",
    "ctc": "sparse",
    "dice": "binary",
    "hinge": "binary",
    "huber": "binary",
    "kl_divergence": "categorical",
    "log_cosh": "binary",
    "mean_absolute_error": "binary",
    "mean_absolute_percentage_error": "binary",
    "mean_squared_error": "binary",
    "mean_squared_logarithmic_error": "binary",
    "poisson": "binary",
    "squared_hinge": "binary",
    "tversky": "binary",
}
"""Losses without it → which made labels they are tried on."""

SOFTMAX = "softmax"
UNIT = "unit"
SCORES = "scores"

SCORE_OPS = frozenset(
    {
        "BiasAdd", "MatMul", "BatchMatMulV2", "Einsum", "Conv2D", "Conv3D", "DepthwiseConv2dNative",
        "FusedBatchNormV3", "Relu", "Relu6", "Elu", "Selu", "LeakyRelu", "Softplus", "Softsign", "Tanh",
        "LogSoftmax",
    }
)  # fmt: skip
"""Ops that are no softmax and no sigmoid, whatever range their values happen to have."""


def in_question(loss: LossPlan | None) -> bool:
    """Tell whether a loss has the switch and its state is known."""
    return loss is not None and loss.name in FAMILIES and loss.from_logits is not None


def computed(loss: LossPlan | None) -> bool:
    """Tell whether it can be told what a loss comes to: it has no switch, or the switch's state is known."""
    return loss is not None and (loss.name in WITHOUT_SWITCH or in_question(loss))


def label_family(loss: LossPlan) -> str:
    """Return which labels a loss takes: ``categorical``, ``sparse`` or ``binary``."""
    return FAMILIES.get(loss.name) or WITHOUT_SWITCH[loss.name]


def rows_of(values: Array, axis: int) -> Array:
    """Return values as float64 of shape (places, classes), the class axis last."""
    return np.moveaxis(values.astype(np.float64), axis, -1).reshape(-1, values.shape[axis])


def labels(family: str, places: int, classes: int) -> Array:
    """Return the made labels as float64 of shape (places, classes).

    Place ``i`` is of class ``i % classes``; of a binary loss every second value is 1.
    """
    if family == "binary":
        return (np.arange(places * classes) % 2).astype(np.float64).reshape(places, classes)
    return np.eye(classes)[np.arange(places) % classes]


def kind_of(values: Array, head: str) -> str:
    """Return what a head gives: ``softmax`` (rows sum to 1), ``unit`` (each in [0, 1]) or ``scores``.

    ``values``: (places, classes); ``head``: the op that made them, empty where it is not known.
    """
    if head in SCORE_OPS or values.min() < -1e-6 or values.max() > 1 + 1e-3:
        return SCORES
    sums_to_one = bool(np.abs(values.sum(axis=-1) - 1).max() < 5e-3)
    return SOFTMAX if sums_to_one and head != "Sigmoid" else UNIT
