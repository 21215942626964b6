"""Losses as Keras 3 defines them on TensorFlow, as functions of tensors that can be differentiated.

Source of the formulas: ``losses/losses.py`` and ``backend/tensorflow/nn.py`` of Keras 3.15.
Labels are dense: of a sparse loss as one-hot vectors. Every function reduces the last axis.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from logitcheck.probe.protocol import LossPlan
from logitcheck.probe.runtimes.axes import moved

if TYPE_CHECKING:
    from typing import TypeAlias

EPSILON = 1e-7
"""Keras's default fuzz factor."""

Formula: TypeAlias = "Callable[[Any, Any, LossPlan], Any]"


def per_row(plan: LossPlan, labels: Any, answers: Any) -> Any:
    """Return the mean loss of every row; shapes (rows, ...) of labels and answers are the same.

    Raises KeyError for a loss that :data:`FORMULAS` lacks.
    """
    import tensorflow as tf

    formula = FORMULAS[plan.name]
    if answers.shape.rank == 1:
        labels, answers = labels[:, None], answers[:, None]
    if plan.name in CLASSES and plan.axis not in (-1, answers.shape.rank - 1):
        labels, answers = (moved(x, plan.axis, -1) for x in (labels, answers))
    values = formula(labels, answers, plan)
    return tf.reduce_mean(tf.reshape(values, [tf.shape(values)[0], -1]), axis=1)


def smoothed(labels: Any, plan: LossPlan, classes: float) -> Any:
    """Return labels with the stored smoothing."""
    amount = plan.label_smoothing
    return labels * (1 - amount) + amount / classes if amount else labels


def clipped(probabilities: Any) -> Any:
    """Return probabilities kept away from 0 and 1, as the losses do before they take a logarithm."""
    import tensorflow as tf

    return tf.clip_by_value(probabilities, EPSILON, 1 - EPSILON)


def normalised(answers: Any) -> Any:
    """Return answers divided by their sum: what categorical losses do to probabilities."""
    import tensorflow as tf

    return answers / tf.reduce_sum(answers, axis=-1, keepdims=True)


def categorical(labels: Any, answers: Any, plan: LossPlan) -> Any:
    """``-sum(t ln p)``."""
    import tensorflow as tf

    labels = smoothed(labels, plan, answers.shape[-1])
    if plan.from_logits:
        return tf.nn.softmax_cross_entropy_with_logits(labels, answers)
    return -tf.reduce_sum(labels * tf.math.log(clipped(normalised(answers))), axis=-1)


def sparse(labels: Any, answers: Any, plan: LossPlan) -> Any:
    """``-ln p`` of the right class; Keras takes the softmax of ``ln p`` where it is given probabilities."""
    import tensorflow as tf

    scores = answers if plan.from_logits else tf.math.log(clipped(answers))
    return tf.nn.softmax_cross_entropy_with_logits(labels, scores)


def binary_values(labels: Any, answers: Any, plan: LossPlan) -> Any:
    """``-t ln p - (1 - t) ln(1 - p)`` of every value."""
    import tensorflow as tf

    if plan.from_logits:
        return tf.nn.sigmoid_cross_entropy_with_logits(labels, answers)
    p = clipped(answers)
    return -labels * tf.math.log(p) - (1 - labels) * tf.math.log(1 - p)


def binary(labels: Any, answers: Any, plan: LossPlan) -> Any:
    """Mean over the last axis of :func:`binary_values`."""
    import tensorflow as tf

    return tf.reduce_mean(binary_values(smoothed(labels, plan, 2), answers, plan), axis=-1)


def categorical_focal(labels: Any, answers: Any, plan: LossPlan) -> Any:
    """``-sum(alpha (1 - p)^gamma t ln p)``."""
    import tensorflow as tf

    labels = smoothed(labels, plan, answers.shape[-1])
    p = clipped(normalised(tf.nn.softmax(answers) if plan.from_logits else answers))
    alpha, gamma = plan.config.get("alpha", 0.25), plan.config.get("gamma", 2.0)
    return -tf.reduce_sum(alpha * (1 - p) ** gamma * labels * tf.math.log(p), axis=-1)


def binary_focal(labels: Any, answers: Any, plan: LossPlan) -> Any:
    """Binary cross-entropy times ``(1 - p_t)^gamma``."""
    import tensorflow as tf

    labels = smoothed(labels, plan, 2)
    p = tf.sigmoid(answers) if plan.from_logits else answers
    right = labels * p + (1 - labels) * (1 - p)
    gamma = plan.config.get("gamma", 2.0)
    return tf.reduce_mean(
        (1 - right) ** gamma * binary_values(labels, p, plan._replace(from_logits=False)), -1
    )


def of_difference(function: Callable[[Any], Any]) -> Formula:
    """Return the mean over the last axis of a function of ``p - t``."""

    def formula(labels: Any, answers: Any, _: LossPlan) -> Any:
        import tensorflow as tf

        return tf.reduce_mean(function(answers - labels), axis=-1)

    return formula


def log_cosh(labels: Any, answers: Any, _: LossPlan) -> Any:
    """``d + softplus(-2 d) - ln 2``."""
    import tensorflow as tf

    gap = answers - labels
    return tf.reduce_mean(gap + tf.nn.softplus(-2.0 * gap) - 0.6931471805599453, axis=-1)


def huber(labels: Any, answers: Any, plan: LossPlan) -> Any:
    """``d^2 / 2`` up to ``delta``, ``delta |d| - delta^2 / 2`` beyond."""
    import tensorflow as tf

    gap, delta = tf.abs(answers - labels), float(plan.config.get("delta", 1.0))
    return tf.reduce_mean(tf.where(gap <= delta, 0.5 * gap**2, delta * gap - 0.5 * delta**2), axis=-1)


def percentage(labels: Any, answers: Any, _: LossPlan) -> Any:
    """``100 |t - p| / |t|``."""
    import tensorflow as tf

    return 100 * tf.reduce_mean(tf.abs((labels - answers) / tf.maximum(tf.abs(labels), EPSILON)), axis=-1)


def logarithmic(labels: Any, answers: Any, _: LossPlan) -> Any:
    """``(ln(p + 1) - ln(t + 1))^2``, both kept above 0."""
    import tensorflow as tf

    first, second = (tf.math.log(tf.maximum(x, EPSILON) + 1) for x in (answers, labels))
    return tf.reduce_mean((first - second) ** 2, axis=-1)


def hinge(labels: Any, answers: Any, plan: LossPlan) -> Any:
    """``max(1 - t p, 0)``, squared for ``squared_hinge``."""
    import tensorflow as tf

    gap = tf.maximum(1 - labels * answers, 0)
    return tf.reduce_mean(gap**2 if plan.name == "squared_hinge" else gap, axis=-1)


def categorical_hinge(labels: Any, answers: Any, _: LossPlan) -> Any:
    """``max(0, max((1 - t) p) - sum(t p) + 1)``."""
    import tensorflow as tf

    right = tf.reduce_sum(labels * answers, axis=-1)
    return tf.maximum(tf.reduce_max((1 - labels) * answers, axis=-1) - right + 1, 0)


def divergence(labels: Any, answers: Any, _: LossPlan) -> Any:
    """``sum(t ln(t / p))``, both clipped to [1e-7, 1]."""
    import tensorflow as tf

    t, p = (tf.clip_by_value(x, EPSILON, 1.0) for x in (labels, answers))
    return tf.reduce_sum(t * tf.math.log(t / p), axis=-1)


def poisson(labels: Any, answers: Any, _: LossPlan) -> Any:
    """``p - t ln(p + 1e-7)``."""
    import tensorflow as tf

    return tf.reduce_mean(answers - labels * tf.math.log(answers + EPSILON), axis=-1)


def cosine(labels: Any, answers: Any, _: LossPlan) -> Any:
    """``-sum(t p)`` of the normalised vectors."""
    import tensorflow as tf

    first, second = (tf.nn.l2_normalize(x, axis=-1) for x in (labels, answers))
    return -tf.reduce_sum(first * second, axis=-1)


FORMULAS: dict[str, Formula] = {
    "binary_crossentropy": binary,
    "binary_focal_crossentropy": binary_focal,
    "categorical_crossentropy": categorical,
    "categorical_focal_crossentropy": categorical_focal,
    "categorical_hinge": categorical_hinge,
    "cosine_similarity": cosine,
    "hinge": hinge,
    "huber": huber,
    "kl_divergence": divergence,
    "log_cosh": log_cosh,
    "mean_absolute_error": of_difference(abs),
    "mean_absolute_percentage_error": percentage,
    "mean_squared_error": of_difference(lambda gap: gap**2),
    "mean_squared_logarithmic_error": logarithmic,
    "poisson": poisson,
    "sparse_categorical_crossentropy": sparse,
    "squared_hinge": hinge,
}
"""Canonical name → formula."""

CLASSES = frozenset(
    (
        "categorical_crossentropy",
        "categorical_focal_crossentropy",
        "kl_divergence",
        "sparse_categorical_crossentropy",
    )
)
"""Those whose labels name one class of each row or position."""

LOOK_THROUGH = {
    "binary_crossentropy": "Sigmoid",
    "categorical_crossentropy": "Softmax",
    "sparse_categorical_crossentropy": "Softmax",
}
"""The op that a loss undoes where it is the last one: Keras then takes its input for the logits."""
