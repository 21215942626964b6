"""Every loss built into Keras 1 to 3 and TensorFlow: its names, and what it expects of the values.

Sources: ``keras/src/losses/losses.py`` of Keras 3, ``tf_keras/src/losses.py``, ``tf.nn``.
"""

from __future__ import annotations

from logitcheck.record import dataclass

DISTRIBUTION = "distribution"
"""Nonnegative values that sum to 1 along the class axis."""

SCORES = "scores"
"""Unbounded scores, one per class; the loss applies the softmax itself."""

UNIT = "unit"
"""Each value a probability of its own, in [0, 1]."""

SCORE = "score"
"""Unbounded scores, each on its own; the loss applies the sigmoid itself."""

RATE = "rate"
"""Positive values: the loss takes their logarithm."""

MARGIN = "margin"
"""Signed scores that should reach -1 and 1."""

REAL = "real"
"""Any real values."""


@dataclass(frozen=True)
class LossFacts:
    """One built-in loss."""

    name: str
    """Canonical name."""

    family: str
    """``categorical``, ``sparse``, ``binary``, ``divergence``, ``overlap``, ``ctc``, ``count``, ``hinge``,
    ``regression`` or ``similarity``.
    """

    expects: str
    """What it takes where it has no ``from_logits`` or that is False."""

    with_logits: str | None = None
    """What it takes with ``from_logits=True``; None where it has no such switch."""

    class_axis: bool = False
    """Whether one axis (the last by default) is that of the classes."""

    aliases: tuple[str, ...] = ()
    """Every other name: classes, functions, abbreviations, names of older versions."""


TABLE = (
    LossFacts(
        "categorical_crossentropy", "categorical", DISTRIBUTION, SCORES, True, ("CategoricalCrossentropy",)
    ),
    LossFacts(
        "sparse_categorical_crossentropy",
        "sparse",
        DISTRIBUTION,
        SCORES,
        True,
        ("SparseCategoricalCrossentropy",),
    ),
    LossFacts(
        "categorical_focal_crossentropy",
        "categorical",
        DISTRIBUTION,
        SCORES,
        True,
        ("CategoricalFocalCrossentropy",),
    ),
    LossFacts(
        "categorical_generalized_cross_entropy",
        "sparse",
        DISTRIBUTION,
        None,
        True,
        ("CategoricalGeneralizedCrossEntropy",),
    ),
    LossFacts("binary_crossentropy", "binary", UNIT, SCORE, False, ("BinaryCrossentropy", "bce", "BCE")),
    LossFacts("binary_focal_crossentropy", "binary", UNIT, SCORE, False, ("BinaryFocalCrossentropy",)),
    LossFacts(
        "kl_divergence",
        "divergence",
        DISTRIBUTION,
        None,
        True,
        ("KLDivergence", "KullbackLeiblerDivergence", "kullback_leibler_divergence", "kld", "KLD"),
    ),
    LossFacts("dice", "overlap", UNIT, None, False, ("Dice",)),
    LossFacts("tversky", "overlap", UNIT, None, False, ("Tversky",)),
    LossFacts("ctc", "ctc", SCORES, None, True, ("CTC",)),
    LossFacts("poisson", "count", RATE, None, False, ("Poisson",)),
    LossFacts("hinge", "hinge", MARGIN, None, False, ("Hinge",)),
    LossFacts("squared_hinge", "hinge", MARGIN, None, False, ("SquaredHinge",)),
    LossFacts("categorical_hinge", "similarity", REAL, None, True, ("CategoricalHinge",)),
    LossFacts("mean_squared_error", "regression", REAL, None, False, ("MeanSquaredError", "mse", "MSE")),
    LossFacts("mean_absolute_error", "regression", REAL, None, False, ("MeanAbsoluteError", "mae", "MAE")),
    LossFacts(
        "mean_absolute_percentage_error",
        "regression",
        REAL,
        None,
        False,
        ("MeanAbsolutePercentageError", "mape", "MAPE"),
    ),
    LossFacts(
        "mean_squared_logarithmic_error",
        "regression",
        REAL,
        None,
        False,
        ("MeanSquaredLogarithmicError", "msle", "MSLE"),
    ),
    LossFacts("log_cosh", "regression", REAL, None, False, ("LogCosh", "Logcosh", "logcosh")),
    LossFacts("huber", "regression", REAL, None, False, ("Huber", "HuberLoss", "huber_loss")),
    LossFacts(
        "cosine_similarity",
        "similarity",
        REAL,
        None,
        False,
        ("CosineSimilarity", "CosineProximity", "cosine", "cosine_proximity"),
    ),
    LossFacts("circle", "similarity", REAL, None, False, ("Circle",)),
    LossFacts(
        "softmax_cross_entropy_with_logits",
        "categorical",
        SCORES,
        None,
        True,
        ("softmax_cross_entropy_with_logits_v2", "softmax_cross_entropy"),
    ),
    LossFacts(
        "sparse_softmax_cross_entropy_with_logits",
        "sparse",
        SCORES,
        None,
        True,
        ("sparse_softmax_cross_entropy_with_logits_v2", "sparse_softmax_cross_entropy"),
    ),
    LossFacts(
        "sigmoid_cross_entropy_with_logits",
        "binary",
        SCORE,
        None,
        False,
        (
            "sigmoid_cross_entropy_with_logits_v2",
            "sigmoid_cross_entropy",
            "weighted_cross_entropy_with_logits",
        ),
    ),
)
"""All of them, once each."""

_BY_NAME: dict[str, LossFacts] = {}
for _entry in TABLE:
    for _name in (_entry.name, *_entry.aliases):
        _BY_NAME[_name] = _entry


def loss_facts(name: str) -> LossFacts | None:
    """Return what is known of a loss under any of its names; None for one that is not built in."""
    return _BY_NAME.get(name)


def canonical(name: str) -> str | None:
    """Return the canonical name of a built-in loss; None for any other."""
    found = _BY_NAME.get(name)
    return found.name if found else None


def takes_from_logits(name: str) -> bool:
    """Tell whether a loss has the switch ``from_logits``; False for one that is not built in."""
    found = _BY_NAME.get(name)
    return found is not None and found.with_logits is not None


def expects(facts: LossFacts, from_logits: bool | None) -> str | None:
    """Return what a loss expects with this switch; None where it has one and its state is not known."""
    if facts.with_logits is None:
        return facts.expects
    if from_logits is None:
        return None
    return facts.with_logits if from_logits else facts.expects
