"""What the metrics built into Keras expect of the values they are given.

Sources: ``keras/src/metrics`` of Keras 3 and ``tf_keras/src/metrics``.
"""

from __future__ import annotations

from logitcheck.analysis.losses import loss_facts

CURVES = frozenset(
    [
        "auc",
        "precision_at_recall",
        "recall_at_precision",
        "sensitivity_at_specificity",
        "specificity_at_sensitivity",
    ]
)
"""Metrics that sweep a threshold over [0, 1]; predictions outside are refused or piled up at its ends."""

COUNTS = frozenset(
    [
        "precision",
        "recall",
        "true_positives",
        "true_negatives",
        "false_positives",
        "false_negatives",
        "f1_score",
        "fbeta_score",
        "f_beta_score",
        "binary_iou",
        "binary_io_u",
    ]
)
"""Metrics that compare a probability with a threshold, 0.5 unless told otherwise."""

THRESHOLDED = frozenset(("binary_accuracy",))
"""Metrics that compare with a threshold and take any number."""

ACCURACY = frozenset(("accuracy", "acc"))
"""Strings that Keras resolves by loss and shape: on one unit to ``binary_accuracy`` with threshold 0.5."""

RANKED = frozenset(
    [
        "categorical_accuracy",
        "sparse_categorical_accuracy",
        "top_k_categorical_accuracy",
        "sparse_top_k_categorical_accuracy",
        "mean_iou",
        "mean_io_u",
        "one_hot_iou",
        "one_hot_io_u",
        "one_hot_mean_iou",
        "one_hot_mean_io_u",
        "iou",
        "io_u",
        "equality_accuracy",
    ]
)
"""Metrics that ask only which score is the largest (or compare labels)."""

REALS = frozenset(
    [
        "root_mean_squared_error",
        "log_cosh_error",
        "log_cosh",
        "r2_score",
        "mean_relative_error",
        "pearson_correlation",
        "concordance_correlation",
        "mean",
        "sum",
        "mean_tensor",
        "mean_metric_wrapper",
        "crossentropy",
    ]
)
"""Metrics that take any real number."""

CLASSIFIERS = ACCURACY | THRESHOLDED | COUNTS | CURVES | RANKED
"""Metrics that only make sense for a classifier."""


def known(name: str) -> bool:
    """Tell whether a canonical name is that of a built-in metric (a loss serving as one included)."""
    return name in CLASSIFIERS or name in REALS or loss_facts(name) is not None


def is_crossentropy(name: str) -> bool:
    """Tell whether a metric is a cross-entropy, of probabilities unless told otherwise."""
    facts = loss_facts(name)
    return name == "crossentropy" or (facts is not None and facts.with_logits is not None)


def default_threshold(name: str) -> float | None:
    """Return the threshold a metric compares with unless told otherwise; None where it has none."""
    return 0.5 if name in COUNTS or name in THRESHOLDED or name in ACCURACY else None


def wants_probabilities(name: str) -> bool:
    """Tell whether a metric is only right on values in [0, 1], as long as it is not told otherwise."""
    return name in CURVES or name in COUNTS or name in THRESHOLDED
