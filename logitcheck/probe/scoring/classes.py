"""Accuracy, class counts, confusion and calibration over all batches."""

from __future__ import annotations

from typing import Any

import numpy as np

from logitcheck.probe.array import Array
from logitcheck.probe.measure import figure

BINS = 15
"""Of the calibration error, as in its source."""

MATRIX_CAP = 2000
"""Classes up to which who is taken for whom is counted."""

SHOWN = 100
"""Classes up to which counts and weights are told one by one."""


class Classes:
    """Counts what a classifier answered to labelled rows."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._counts = np.zeros(count, np.int64)
        self._right = 0
        self._outside = 0
        self._matrix = np.zeros((count, count), np.int64) if count <= MATRIX_CAP else None
        self._bins = np.zeros((BINS, 3))

    def add(self, labels: Array, guesses: Array, confidence: Array) -> None:
        """Count rows: the class of each, the class that was answered, and the probability given to it."""
        known = (labels >= 0) & (labels < self._count)
        self._outside += int((~known).sum())
        labels, guesses, confidence = labels[known], guesses[known], confidence[known]
        right = labels == guesses
        self._right += int(right.sum())
        self._counts += np.bincount(labels, minlength=self._count)
        if self._matrix is not None:
            np.add.at(self._matrix, (labels, guesses), 1)
        self._calibrate(right, confidence)

    def _calibrate(self, right: Array, confidence: Array) -> None:
        place = np.clip(np.ceil(confidence * BINS).astype(np.int64) - 1, 0, BINS - 1)
        for column, weights in enumerate((np.ones(len(right)), right, confidence)):
            self._bins[:, column] += np.bincount(place, weights, minlength=BINS)

    @property
    def shares(self) -> Array:
        """Each class's share of the labels."""
        return np.asarray(self._counts / max(1, self._counts.sum()))

    def told(self) -> dict[str, Any]:
        """Return ``rows``, ``classes``, ``outside`` (labels that name no class), ``accuracy``, ``chance``,
        ``majority`` and ``majority_class``, ``counts``, ``imbalance``, ``weights``, ``calibration``,
        ``confused``, ``by_luck`` and ``reordered``.
        """
        rows = int(self._counts.sum())
        told: dict[str, Any] = {"rows": rows, "classes": self._count, "outside": self._outside}
        if not rows:
            return told
        told.update(
            {
                "accuracy": figure(self._right / rows),
                "chance": figure(1 / self._count),
                "majority": figure(self.shares.max()),
                "majority_class": int(self._counts.argmax()),
                "calibration": self._calibration(rows),
                "confused": self._confused(),
                "by_luck": self._by_luck(rows),
                "reordered": self._reordered(rows),
                **self._balance(rows),
            }
        )
        return told

    def _balance(self, rows: int) -> dict[str, Any]:
        """Class counts, the ratio of the largest to the smallest that occurs, the classes that do not occur,
        and the weights that balance them: n / (C n_c), over the C classes that occur.
        """
        there = np.flatnonzero(self._counts)
        weights = {int(c): figure(rows / (len(there) * self._counts[c])) for c in there[:SHOWN]}
        return {
            "counts": [int(count) for count in self._counts[:SHOWN]],
            "missing": self._count - len(there),
            "imbalance": figure(self._counts.max() / self._counts[there].min()),
            "weights": weights,
        }

    def _calibration(self, rows: int) -> dict[str, Any]:
        """Return the expected calibration error: sum over the bins of n_b / n |accuracy_b - confidence_b|.

        Fifteen bins of equal width over the probability of the answered class, open below, closed above.
        Source: Guo, Pleiss, Sun, Weinberger, On Calibration of Modern Neural Networks, ICML 2017, equation 3.
        """
        count, right, confidence = self._bins.T
        error = np.abs(right - confidence).sum() / rows
        full = np.maximum(count, 1)
        bars = [
            [int(n), figure(r), figure(c)]
            for n, r, c in zip(count, right / full, confidence / full, strict=True)
        ]
        return {"ece": figure(error), "confidence": figure(confidence.sum() / rows), "bins": bars}

    def _by_luck(self, rows: int) -> float | None:
        """Return the accuracy that these answers would have if they had nothing to do with the labels.

        Sum over the classes of their share of the labels times their share of the answers, as in Cohen, A
        Coefficient of Agreement for Nominal Scales, 1960.
        """
        if self._matrix is None:
            return None
        return figure((self.shares * self._matrix.sum(axis=0)).sum() / rows)

    def _reordered(self, rows: int) -> dict[str, Any] | None:
        """Return the accuracy if the labels were in another order, and that order: label → answered class.

        The order is what each class is answered as most often. None where two classes share an answer, where
        a class does not occur, or where the order is that of the labels.
        """
        if self._matrix is None or self._count > SHOWN or not self._counts.all():
            return None
        order = self._matrix.argmax(axis=1)
        if len(set(order.tolist())) < self._count or (order == np.arange(self._count)).all():
            return None
        right = self._matrix[np.arange(self._count), order].sum()
        return {"accuracy": figure(right / rows), "order": [int(place) for place in order]}

    def _confused(self) -> dict[str, Any] | None:
        """Return the two classes that are most often taken for each other, and how often."""
        if self._matrix is None or self._count < 2:
            return None
        both = np.triu(self._matrix + self._matrix.T, 1)
        one, other = divmod(int(both.argmax()), self._count)
        if not both[one, other]:
            return None
        of = int(self._counts[one] + self._counts[other])
        return {"classes": [one, other], "rows": int(both[one, other]), "of": of}
