"""Labels made for a loss where the user gives none: the same for the same answers, every class in turn."""

from __future__ import annotations

from typing import Any

from logitcheck.probe.inside.losses import CLASSES
from logitcheck.probe.protocol import LossPlan
from logitcheck.probe.runtimes.axes import moved

BINARY = frozenset(("binary_crossentropy", "binary_focal_crossentropy"))
SIGNED = frozenset(("hinge", "squared_hinge"))
POSITIVE = frozenset(("mean_absolute_percentage_error", "mean_squared_logarithmic_error", "poisson"))


def make_labels(plan: LossPlan, answers: Any) -> Any:
    """Return labels of the answers' shape and dtype; of class losses as one-hot vectors along the class axis.

    A regression's labels lie one standard deviation beside the answers, above and below in turn, so that the
    gradient does not depend on how far made labels are from what the model was trained for.
    """
    import tensorflow as tf

    answers = tf.stop_gradient(answers)
    if plan.name in CLASSES or plan.name in ("categorical_hinge", "cosine_similarity"):
        return one_class_each(plan, answers)
    odd = tf.cast(tf.reshape(tf.range(tf.size(answers)), tf.shape(answers)) % 2, answers.dtype)
    if answers.shape.rank and answers.shape[-1] is not None and answers.shape[-1] % 2 == 0:
        rows = tf.cast(tf.range(tf.shape(answers)[0]) % 2, answers.dtype)
        odd = tf.abs(odd - tf.reshape(rows, [-1] + [1] * (answers.shape.rank - 1)))
    if plan.name in BINARY:
        return odd
    if plan.name in SIGNED:
        return 2 * odd - 1
    if plan.name in POSITIVE:
        return tf.abs(answers) + 1
    spread = tf.math.reduce_std(answers)
    return answers + (2 * odd - 1) * tf.where(spread > 0, spread, tf.ones_like(spread))


def one_class_each(plan: LossPlan, answers: Any) -> Any:
    """Return one-hot labels: row and position decide, so that neighbours differ."""
    import tensorflow as tf

    last = moved(answers, plan.axis, -1)
    shape, classes = tf.shape(last)[:-1], last.shape[-1]
    turn = tf.reshape(tf.range(tf.reduce_prod(shape)), shape)
    hot = tf.one_hot(turn % classes, classes, dtype=answers.dtype)
    return moved(hot, -1, plan.axis)
