"""What a cross-entropy may come to, place by place, in float64.

``z`` are the scores behind an activation, ``o`` what the model gives, ``y`` the labels. Formulas: Goodfellow
et al., Deep Learning, section 6.2.2; focal factors: Lin et al. 2017, equation 5; the clipping is that of
``keras/src/backend/tensorflow/nn.py`` and ``tf_keras/src/backend.py``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from logitcheck.probe.array import Array
from logitcheck.probe.loss.kinds import (
    FAMILIES,
    SCORES,
    SOFTMAX,
    UNIT,
    WITHOUT_SWITCH,
    label_family,
    labels,
)
from logitcheck.probe.loss.plain import plain_forms
from logitcheck.probe.protocol import LossPlan

if TYPE_CHECKING:
    from typing import TypeAlias

Variants: TypeAlias = "dict[str, list[Array]]"
"""Name → the forms it takes in one Keras or another, the loss of every place each."""

EPSILON = float(np.float32(1e-7))
"""Keras's clipping distance from 0."""

CEILING = float(np.float32(1) - np.float32(1e-7))
"""Its clipping bound below 1, as float32 has it."""

INSIDE = ((0.0, 0.0), (EPSILON, EPSILON), (EPSILON, float(np.float32(1) + np.float32(1e-7)) - 1))
"""What is added inside the logarithms of p and of 1 - p: nothing (Keras 3), the distance (tf_keras), and that
with 1 + 1e-7 rounded first, as an optimised graph has it.
"""


class Shown(NamedTuple):
    """What one output showed: values and, where they are known, the scores behind; (places, classes)."""

    values: Array
    scores: Array | None
    kind: str
    """What the head gives when it serves: see :func:`logitcheck.probe.loss.kinds.kind_of`."""


def hypotheses(loss: LossPlan, shown: Shown, given: Array | None = None) -> Variants:
    """Return every meaning that the loss may have on these values, with made labels or those ``given``.

    ``given``: (places, classes). A loss without the switch has one meaning at most.
    """
    y = labels(label_family(loss), *shown.values.shape) if given is None else given
    if loss.name in WITHOUT_SWITCH:
        return plain_forms(loss, shown.values, y, shown.kind)
    y = smoothed(loss, y)
    make = _binary if FAMILIES[loss.name] == "binary" else _categorical
    with np.errstate(all="ignore"):  # a hypothesis may well be infinite
        return make(loss, shown, y)


def smoothed(loss: LossPlan, y: Array) -> Array:
    """Return labels after the loss's own smoothing (Szegedy et al. 2016, section 7)."""
    share = loss.label_smoothing
    if FAMILIES[loss.name] == "sparse" or not share:
        return y
    return y * (1 - share) + share / (2 if FAMILIES[loss.name] == "binary" else y.shape[-1])


def _categorical(loss: LossPlan, shown: Shown, y: Array) -> Variants:
    o, kind = shown.values, shown.kind
    cost = _focal(loss, y)

    def ce(logarithms: Array) -> list[Array]:
        """Plain, and with the probabilities clipped before, as focal losses have it."""
        return [cost(form).sum(axis=-1) for form in (logarithms, np.log(clipped(np.exp(logarithms))))]

    z = shown.scores if shown.scores is not None or kind == UNIT else np.log(o) if kind == SOFTMAX else o
    behind = [] if z is None else ce(log_softmax(z))
    again = ce(log_softmax(o))
    normalised = [cost(np.log(clipped(o / o.sum(axis=-1, keepdims=True)))).sum(axis=-1)]
    if loss.from_logits and kind == SCORES:
        return {"as-declared": again}
    if loss.from_logits:
        return {"logits": behind, "softmax-twice" if kind == SOFTMAX else "as-declared": again}
    if kind == SOFTMAX:
        return {"as-declared": [*behind, *normalised]}
    if kind == UNIT:
        return {"logits": behind, "normalised-scores": normalised}
    cut = clipped(o)
    told = [cost(np.log(form)).sum(axis=-1) for form in (cut / cut.sum(axis=-1, keepdims=True), cut)]
    return {"logits": again, "clipped-scores": told, "normalised-scores": normalised}


def _binary(loss: LossPlan, shown: Shown, y: Array) -> Variants:
    o, z, kind = shown
    cost = _binary_focal(loss, y)

    def of_scores(x: Array, factor: Array | None = None) -> Array:
        return np.asarray(cost(-np.logaddexp(0, -x), -np.logaddexp(0, x), factor).mean(axis=-1))

    def of_probabilities(p: Array, factor: Array | None) -> list[Array]:
        return [cost(np.log(p + one), np.log(1 - p + other), factor).mean(axis=-1) for one, other in INSIDE]

    if z is None and kind == UNIT:
        z = np.log(o) - np.log1p(-o)
    # a focal factor is taken of the values as they came, whatever the cross-entropy makes of them
    given = [None, o, 1 / (1 + np.exp(-o))] if "focal" in loss.name else [None]
    behind = [] if z is None else [of_scores(z, factor) for factor in given]
    again = [of_scores(o)]
    plain = [form for factor in given[:2] for form in of_probabilities(clipped(o), factor)]
    if loss.from_logits and kind == SCORES:
        return {"as-declared": again}
    if loss.from_logits:
        return {"logits": behind, "sigmoid-twice" if kind == UNIT else "as-declared": again}
    if kind == UNIT:
        return {"as-declared": [*behind, *plain]}
    if kind == SOFTMAX:
        return {"logits": behind, "as-declared": plain}
    return {"logits": again, "clipped-scores": plain}


def _focal(loss: LossPlan, y: Array) -> Callable[[Array], Array]:
    """Return the cost of log-probabilities, class by class: -y log p, times alpha (1 - p)^gamma if focal."""
    if "focal" not in loss.name:
        return lambda logp: -times(y, logp)
    gamma, alpha = _figure(loss, "gamma", 2.0), _figure(loss, "alpha", 0.25)
    return lambda logp: -alpha * (1 - np.exp(logp)) ** gamma * times(y, logp)


def _binary_focal(loss: LossPlan, y: Array) -> Callable[[Array, Array, Array | None], Array]:
    """Return the cost of log p and log (1 - p), value by value, with the focal factors if focal.

    The factors are those of p, or of other values where such are given.
    """

    def cost(logp: Array, logq: Array, factor: Array | None = None) -> Array:
        plain = -times(y, logp) - times(1 - y, logq)
        if "focal" not in loss.name:
            return plain
        p, q = (np.exp(logp), np.exp(logq)) if factor is None else (factor, 1 - factor)
        right = y * p + (1 - y) * q
        alpha = _figure(loss, "alpha", 0.25)
        weight = y * alpha + (1 - y) * (1 - alpha) if loss.config.get("apply_class_balancing") else 1.0
        return np.asarray(weight * (1 - right) ** _figure(loss, "gamma", 2.0) * plain)

    return cost


def _figure(loss: LossPlan, name: str, default: float) -> float:
    stored = loss.config.get(name, default)
    return float(stored) if isinstance(stored, (int, float)) else default


def times(y: Array, logarithms: Array) -> Array:
    """Return the product, 0 where the label is 0, even with the logarithm of 0."""
    return np.where(y == 0, 0.0, y * logarithms)


def clipped(o: Array) -> Array:
    """Return values as Keras clips what it takes for probabilities."""
    return np.clip(o, EPSILON, CEILING)


def log_softmax(z: Array) -> Array:
    """Return the logarithm of the softmax along the last axis."""
    top = z - z.max(axis=-1, keepdims=True)
    return np.asarray(top - np.log(np.exp(top).sum(axis=-1, keepdims=True)))
