"""How labels are written, seen over all batches: numbers of classes, one-hot rows, 0 and 1, real numbers."""

from __future__ import annotations

from typing import Any

import numpy as np

from logitcheck.probe.array import Array
from logitcheck.probe.measure import figure_or_none, widened

ONE_HOT = "one-hot"
DISTRIBUTION = "distribution"
BINARY = "binary"
SIGNS = "signs"
IDS = "ids"
REAL = "real"


class EncodingTally:
    """Watches the labels of one output."""

    def __init__(self) -> None:
        self._ends: tuple[float, float] | None = None
        self._nan = 0
        self._dtype = ""
        self._row: tuple[int, ...] = ()
        self._is = dict.fromkeys((ONE_HOT, DISTRIBUTION, BINARY, SIGNS, IDS), True)
        self.per = "other"

    def add(self, labels: Array, answers: tuple[int, ...]) -> None:
        """Look at one batch of labels, given the shape of the answers to it."""
        self._dtype, self._row = labels.dtype.name, labels.shape[1:]
        self.per = relation(labels.shape, answers)
        numbers = labels.astype(np.float64)
        finite = numbers[np.isfinite(numbers)]
        self._nan += numbers.size - finite.size
        if finite.size:
            self._ends = widened(self._ends, float(finite.min()), float(finite.max()))
        for kind, holds in _kinds(numbers).items():
            self._is[kind] = self._is[kind] and holds

    @property
    def kind(self) -> str:
        """The narrowest kind that all labels so far belong to."""
        return next((kind for kind, holds in self._is.items() if holds), REAL)

    def told(self) -> dict[str, Any]:
        """Return ``kind``, ``per`` (``row``, ``unit`` or ``other``), ``dtype``, ``row`` (shape of one),
        ``min``, ``max`` and ``nan`` (how many are no finite number).
        """
        low, high = self._ends or (None, None)
        return {
            "kind": self.kind,
            "per": self.per,
            "dtype": self._dtype,
            "row": list(self._row),
            "min": figure_or_none(low),
            "max": figure_or_none(high),
            "nan": self._nan,
        }


def _kinds(numbers: Array) -> dict[str, bool]:
    """Return which kinds these labels could be of."""
    whole = bool((numbers == np.round(numbers)).all())
    bits = bool(((numbers == 0) | (numbers == 1)).all())
    several = numbers.ndim > 1 and numbers.shape[-1] > 1
    sums = numbers.sum(axis=-1) if several else np.zeros(1)
    ones = several and bool((np.abs(sums - 1) < 1e-3).all())
    return {
        ONE_HOT: bits and ones,
        DISTRIBUTION: ones and bool((numbers >= 0).all()),
        BINARY: bits,
        SIGNS: bool((np.abs(numbers) == 1).all()),
        IDS: whole,
    }


def relation(labels: tuple[int, ...], answers: tuple[int, ...]) -> str:
    """Tell whether there is one label for each ``unit`` of the answers, or one for each ``row`` of units."""
    if len(answers) > 1 and answers[-1] > 1 and labels in (answers[:-1], (*answers[:-1], 1)):
        return "row"
    if labels == answers or (*labels, 1) == answers or labels == (*answers, 1):
        return "unit"
    return "other"
