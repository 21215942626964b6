"""The definitions of the built-in losses in NumPy, one value per example, in float64.

Sources: ``keras/src/losses/losses.py`` and ``keras/src/backend/tensorflow/nn.py`` of Keras 3; ``tf.nn``.
A loss with ``from_logits=True`` is taken at its word: what a runtime makes of a softmax before it is another
matter.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from logitcheck.probe.array import Array
from logitcheck.probe.protocol import LossPlan

EPSILON = 1e-7
"""Keras clips probabilities to this and 1 minus this (``keras.config.epsilon()``)."""

FUSED = {
    "softmax_cross_entropy_with_logits": "categorical_crossentropy",
    "sparse_softmax_cross_entropy_with_logits": "sparse_categorical_crossentropy",
    "sigmoid_cross_entropy_with_logits": "binary_crossentropy",
}
"""TensorFlow's losses on logits, by the name of the same thing in Keras."""

CATEGORICAL = (
    "categorical_crossentropy",
    "sparse_categorical_crossentropy",
    "categorical_focal_crossentropy",
)
BINARY = ("binary_crossentropy", "binary_focal_crossentropy")


def softmax(scores: Array) -> Array:
    """Return probabilities along the last axis."""
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True))


def sigmoid(scores: Array) -> Array:
    """Return 1 / (1 + exp(-x)) without overflow."""
    return np.asarray(0.5 * (1 + np.tanh(0.5 * scores)))


def on_logits(loss: LossPlan) -> bool:
    """Tell whether a loss applies the softmax or sigmoid itself."""
    return bool(loss.from_logits) or loss.name in FUSED


def per_example(loss: LossPlan, labels: Array, values: Array) -> Array | None:
    """Return the loss of every example; labels and values are of one shape, (examples, numbers).

    Class labels come as one-hot rows. None for a loss without a definition here.
    """
    name = FUSED.get(loss.name, loss.name)
    if name in CATEGORICAL:
        return _categorical(loss, name, labels, values)
    if name in BINARY:
        return _binary(loss, name, labels, values)
    found = PLAIN.get(name)
    return None if found is None else np.asarray(found(labels, values, loss))


def _categorical(loss: LossPlan, name: str, labels: Array, values: Array) -> Array:
    """-sum y ln p, or with focus -sum alpha (1 - p)^gamma y ln p; p renormalised, as Keras does."""
    if loss.label_smoothing:
        labels = labels * (1 - loss.label_smoothing) + loss.label_smoothing / labels.shape[-1]
    chances = softmax(values) if on_logits(loss) else values / values.sum(axis=-1, keepdims=True)
    chances = np.clip(chances, EPSILON, 1 - EPSILON)
    costs = -labels * np.log(chances)
    if name == "categorical_focal_crossentropy":
        costs = costs * _number(loss, "alpha", 0.25) * (1 - chances) ** _number(loss, "gamma", 2.0)
    return np.asarray(costs.sum(axis=-1))


def _binary(loss: LossPlan, name: str, labels: Array, values: Array) -> Array:
    """-(y ln p + (1 - y) ln(1 - p)), with focus times (1 - p_of_the_label)^gamma; mean over the units."""
    if loss.label_smoothing:
        labels = labels * (1 - loss.label_smoothing) + 0.5 * loss.label_smoothing
    chances = np.clip(sigmoid(values) if on_logits(loss) else values, EPSILON, 1 - EPSILON)
    costs = -(labels * np.log(chances) + (1 - labels) * np.log(1 - chances))
    if name == "binary_focal_crossentropy":
        right = labels * chances + (1 - labels) * (1 - chances)
        costs = costs * (1 - right) ** _number(loss, "gamma", 2.0)
    return np.asarray(costs.mean(axis=-1))


def _number(loss: LossPlan, key: str, otherwise: float) -> float:
    value = loss.config.get(key, otherwise)
    return float(value) if isinstance(value, (int, float)) else otherwise


def _huber(labels: Array, values: Array, loss: LossPlan) -> Array:
    delta, gap = _number(loss, "delta", 1.0), np.abs(labels - values)
    costs = np.where(gap <= delta, 0.5 * gap**2, delta * gap - 0.5 * delta**2)
    return np.asarray(costs.mean(axis=-1))


def _signs(labels: Array) -> Array:
    """Return labels of 0 and 1 as -1 and 1, as Keras's hinge losses do."""
    return 2 * labels - 1 if ((labels == 0) | (labels == 1)).all() else labels


def _log_cosh(labels: Array, values: Array, _: LossPlan) -> Array:
    gap = np.abs(values - labels)
    return np.asarray((gap + np.log1p(np.exp(-2 * gap)) - np.log(2)).mean(axis=-1))


def _generalised(labels: Array, values: Array, loss: LossPlan) -> Array:
    """(1 - p^q) / q of the right class's probability."""
    right, share = (labels * values).sum(axis=-1), _number(loss, "q", 0.5)
    return np.asarray((1 - right**share) / share)


def _divergence(labels: Array, values: Array, _: LossPlan) -> Array:
    one, other = np.clip(labels, EPSILON, 1), np.clip(values, EPSILON, 1)
    return np.asarray((one * np.log(one / other)).sum(axis=-1))


def _cosine(labels: Array, values: Array, _: LossPlan) -> Array:
    lengths = np.linalg.norm(labels, axis=-1) * np.linalg.norm(values, axis=-1)
    return np.asarray(-(labels * values).sum(axis=-1) / np.maximum(lengths, EPSILON))


PLAIN: dict[str, Callable[[Array, Array, LossPlan], Any]] = {
    "mean_squared_error": lambda y, p, _: ((y - p) ** 2).mean(axis=-1),
    "mean_absolute_error": lambda y, p, _: np.abs(y - p).mean(axis=-1),
    "mean_absolute_percentage_error": lambda y, p, _: (
        100 * (np.abs(y - p) / np.maximum(np.abs(y), EPSILON)).mean(axis=-1)
    ),
    "mean_squared_logarithmic_error": lambda y, p, _: (
        (np.log1p(np.maximum(p, EPSILON)) - np.log1p(np.maximum(y, EPSILON))) ** 2
    ).mean(axis=-1),
    "huber": _huber,
    "log_cosh": _log_cosh,
    "categorical_generalized_cross_entropy": _generalised,
    "kl_divergence": _divergence,
    "poisson": lambda y, p, _: (p - y * np.log(p + EPSILON)).mean(axis=-1),
    "hinge": lambda y, p, _: np.maximum(1 - _signs(y) * p, 0).mean(axis=-1),
    "squared_hinge": lambda y, p, _: (np.maximum(1 - _signs(y) * p, 0) ** 2).mean(axis=-1),
    "categorical_hinge": lambda y, p, _: np.maximum(((1 - y) * p).max(axis=-1) - (y * p).sum(axis=-1) + 1, 0),
    "cosine_similarity": _cosine,
}
"""Losses without a switch, by canonical name."""
