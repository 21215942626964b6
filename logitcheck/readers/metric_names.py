"""Names of the metrics built into Keras, and the reading of a stored one.

Source: ``keras.metrics`` of Keras 2 and 3. A loss function may serve as a metric under its own name.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from logitcheck.model import Metric
from logitcheck.readers.identifiers import Identifier, identifier
from logitcheck.readers.loss_names import WITH_LOGITS_SWITCH, canonical_loss

METRIC_CLASSES = {
    "Accuracy": "equality_accuracy",
    "BinaryAccuracy": "binary_accuracy",
    "CategoricalAccuracy": "categorical_accuracy",
    "SparseCategoricalAccuracy": "sparse_categorical_accuracy",
    "TopKCategoricalAccuracy": "top_k_categorical_accuracy",
    "SparseTopKCategoricalAccuracy": "sparse_top_k_categorical_accuracy",
    "AUC": "auc",
    "Precision": "precision",
    "Recall": "recall",
    "TruePositives": "true_positives",
    "TrueNegatives": "true_negatives",
    "FalsePositives": "false_positives",
    "FalseNegatives": "false_negatives",
    "PrecisionAtRecall": "precision_at_recall",
    "RecallAtPrecision": "recall_at_precision",
    "SensitivityAtSpecificity": "sensitivity_at_specificity",
    "SpecificityAtSensitivity": "specificity_at_sensitivity",
    "F1Score": "f1_score",
    "FBetaScore": "fbeta_score",
    "IoU": "iou",
    "BinaryIoU": "binary_iou",
    "MeanIoU": "mean_iou",
    "OneHotIoU": "one_hot_iou",
    "OneHotMeanIoU": "one_hot_mean_iou",
    "RootMeanSquaredError": "root_mean_squared_error",
    "LogCoshError": "log_cosh",
    "R2Score": "r2_score",
    "MeanRelativeError": "mean_relative_error",
    "PearsonCorrelation": "pearson_correlation",
    "ConcordanceCorrelation": "concordance_correlation",
    "Mean": "mean",
    "Sum": "sum",
    "MeanTensor": "mean_tensor",
}
"""Class name to canonical name. ``Accuracy`` compares for equality; the string "accuracy" is another thing:
Keras chooses a metric for it by the shapes it sees.
"""

METRIC_FUNCTIONS = {
    **{name: name for name in METRIC_CLASSES.values()},
    "acc": "accuracy",
    "accuracy": "accuracy",
    "ce": "crossentropy",
    "crossentropy": "crossentropy",
}
"""Function name or alias to canonical name."""

AT_ONE_HALF = frozenset({"binary_accuracy", "precision", "recall", "binary_iou"}) | frozenset(
    {"true_positives", "true_negatives", "false_positives", "false_negatives"}
)
"""Metrics that compare with 0.5 unless told otherwise."""

WITH_LOGITS = WITH_LOGITS_SWITCH | {"auc"}
"""Metrics that take ``from_logits``."""


def parse_metric(stored: Any) -> Metric | None:
    """Read one stored metric; None where nothing is stored."""
    found = identifier(stored)
    if found is None:
        return None
    name, config = _unwrapped(found)
    known = None if name.foreign else canonical_metric(name.name)
    return Metric(
        name=known or name.name,
        from_logits=_from_logits(known, config),
        threshold=_threshold(known, config),
        builtin=known is not None,
        config=config,
    )


def canonical_metric(name: str) -> str | None:
    """Return the canonical name of a built-in metric, a loss that serves as one included."""
    return METRIC_CLASSES.get(name) or METRIC_FUNCTIONS.get(name) or canonical_loss(name)


def _unwrapped(found: Identifier) -> tuple[Identifier, Mapping[str, Any]]:
    """Look through the wrapper that Keras puts around a metric function."""
    config = found.config or {}
    if found.name in ("MeanMetricWrapper", "SumOverBatchSizeMetricWrapper"):
        return identifier(config.get("fn")) or found, config
    return found, config


def _from_logits(name: str | None, config: Mapping[str, Any]) -> bool | None:
    """Return the stored switch, its default where the metric has one, None where it has none."""
    if name not in WITH_LOGITS:
        return None
    return bool(config.get("from_logits", False))


def _threshold(name: str | None, config: Mapping[str, Any]) -> float | None:
    """Return the one threshold a metric compares with; None where it has none or many."""
    stored = config.get("threshold", config.get("thresholds"))
    if isinstance(stored, list) and len(stored) == 1:
        stored = stored[0]
    if isinstance(stored, (int, float)):
        return float(stored)
    if stored is None and config.get("top_k") is None and name in AT_ONE_HALF:
        return 0.5
    return None
