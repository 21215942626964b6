"""Answers against the user's labels: loss, accuracy, classes, calibration, confusion.

No topic that is asked for: it is measured whenever there are labels, over all rows of the user's data.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from logitcheck.analysis.losses import loss_facts
from logitcheck.probe.array import Array
from logitcheck.probe.measure import figure, figure_or_none
from logitcheck.probe.protocol import LossPlan, OutputPlan
from logitcheck.probe.scoring import encoding as enc
from logitcheck.probe.scoring.classes import Classes
from logitcheck.probe.scoring.losses import EPSILON, on_logits, per_example, sigmoid, softmax

MANY = ("categorical", "sparse", "similarity", "divergence")
"""Families of losses that choose one of several classes."""

REGRESSION = ("regression", "count")


class LabelTally:
    """One output against its labels, over as many batches as there are."""

    def __init__(self, output: OutputPlan) -> None:
        facts = loss_facts(output.loss.name) if output.loss else None
        self._loss = output.loss
        self._family = facts.family if facts else ""
        self._encoding = enc.EncodingTally()
        self._classes: Classes | None = None
        self._units = 0
        self._scores: bool | None = None
        self._sums = np.zeros(3)
        """Sum of the loss, of the cross-entropy, and how many examples."""
        self._defined = True

    def add(self, answers: Array, labels: Array) -> None:
        """Count one batch. Raises ValueError where the labels fit the answers in no way."""
        self._encoding.add(labels, answers.shape)
        if self._encoding.per == "other" or answers.dtype.kind not in "fiu":
            return
        values, wanted = answers.astype(np.float64), labels.astype(np.float64)
        if self._loss and self._loss.axis not in (-1, answers.ndim - 1) and self._encoding.per == "unit":
            values, wanted = (np.moveaxis(array, self._loss.axis, -1) for array in (values, wanted))
        if self._chooses(values.shape):
            self._add_classes(values.reshape(-1, values.shape[-1]), wanted)
        elif self._family not in REGRESSION and self._encoding.kind in (enc.BINARY, enc.SIGNS, enc.ONE_HOT):
            self._add_binary(values, wanted.reshape(values.shape))
        else:
            width = values.shape[-1] if values.ndim > 1 else 1
            self._add_loss(wanted.reshape(-1, width), values.reshape(-1, width))

    def _chooses(self, shape: tuple[int, ...]) -> bool:
        """Tell whether each row of units is a choice among classes."""
        if len(shape) < 2 or shape[-1] < 2 or self._family in REGRESSION:
            return False
        if self._encoding.per == "row":
            return self._encoding.kind in (enc.IDS, enc.BINARY)
        return self._encoding.kind == enc.ONE_HOT and (self._family in MANY or not self._family)

    def _add_classes(self, values: Array, wanted: Array) -> None:
        units = values.shape[1]
        ids = wanted.reshape(-1) if self._encoding.per == "row" else wanted.reshape(-1, units).argmax(axis=1)
        ids = np.nan_to_num(ids, nan=-1).astype(np.int64)
        if self._scores is None:
            self._scores = not _are_probabilities(values)
        chances = softmax(values) if self._scores else values
        self._counted(units).add(ids, values.argmax(axis=1), np.nan_to_num(chances.max(axis=1)))
        inside = (ids >= 0) & (ids < units)
        self._add_loss(np.eye(units)[ids[inside]], values[inside])
        self._sums[1] += -np.log(np.clip(chances[inside, ids[inside]], EPSILON, 1)).sum()

    def _add_binary(self, values: Array, wanted: Array) -> None:
        width = values.shape[-1] if values.ndim > 1 else 1
        self._add_loss(wanted.reshape(-1, width), values.reshape(-1, width))
        flat, truth = values.reshape(-1), (wanted.reshape(-1) > 0).astype(np.int64)
        if self._scores is None:
            self._scores = bool((flat < 0).any() or (flat > 1).any()) or self._family == "hinge"
        chances = sigmoid(flat) if self._scores else flat
        guesses = (chances > 0.5).astype(np.int64)
        self._counted(2).add(truth, guesses, np.nan_to_num(np.maximum(chances, 1 - chances)))
        right = np.where(truth == 1, chances, 1 - chances).reshape(-1, width)
        self._sums[1] += -np.log(np.clip(right, EPSILON, 1)).mean(axis=1).sum()

    def _counted(self, units: int) -> Classes:
        self._units = units
        self._classes = self._classes or Classes(units)
        return self._classes

    def _add_loss(self, wanted: Array, values: Array) -> None:
        costs = per_example(self._loss, wanted, values) if self._loss else None
        self._defined = self._defined and costs is not None
        self._sums += (0.0 if costs is None else costs.sum(), 0.0, len(values))

    def told(self) -> dict[str, Any]:
        """Return ``encoding`` and, where they fit the answers, ``loss`` and what :class:`Classes` tells.

        ``loss``: ``name``, ``value`` by the loss's definition, ``floor`` (of perfect answers of this kind),
        ``chance`` (of answers that favour no class) and ``prior`` (of always answering the classes' shares);
        ``cross_entropy`` takes the answers for the probabilities they are or, by softmax or sigmoid, become.
        """
        told: dict[str, Any] = {"encoding": self._encoding.told()}
        total, entropy, count = self._sums
        if self._loss and self._defined and count:
            told["loss"] = {"name": self._loss.name, "value": _finite(total / count)}
            if self._classes:
                told["loss"].update(self._marks(self._loss, self._classes.shares))
        if self._classes:
            told.update(self._classes.told())
            told["cross_entropy"] = _finite(entropy / count) if count else None
        return told

    def _marks(self, loss: LossPlan, shares: Array) -> dict[str, Any]:
        """Return what the loss would be of perfect answers, of even ones, and of the classes' shares."""
        kept = shares[shares > 0]
        marks: dict[str, Any] = {}
        if loss.name.endswith(("_crossentropy", "_with_logits")) and "focal" not in loss.name:
            marks = {"chance": figure(math.log(self._units)), "prior": figure(-(kept * np.log(kept)).sum())}
        if on_logits(loss) and self._scores:
            return {"floor": 0.0, **marks}
        binary = self._family not in MANY
        truth = np.array([[0.0], [1.0]]) if binary else np.eye(self._units)
        if len(shares) != len(truth) or len(truth) > 2000:
            return marks
        costs = per_example(loss, truth, truth)
        floor = None if costs is None else float((costs * shares).sum())
        return marks if floor is None else {"floor": _finite(floor if floor > 2 * EPSILON else 0.0), **marks}


def _are_probabilities(values: Array) -> bool:
    """Tell whether all rows of a batch are distributions."""
    inside = bool(((values >= 0) & (values <= 1 + 1e-6)).all())
    return inside and bool((np.abs(values.sum(axis=-1) - 1) < 1e-2).all())


def _finite(number: float) -> float | None:
    return figure_or_none(number if math.isfinite(number) else None)
