"""What the rules on the user's labels share: an output's figures against them, with every type checked."""

from __future__ import annotations

from collections.abc import Iterator
from math import sqrt
from typing import TYPE_CHECKING, Any, NamedTuple

from logitcheck.analysis.contract import Pairing
from logitcheck.rules.case import Case
from logitcheck.rules.inside import Entry, held, real, topic
from logitcheck.rules.sketch import dense, measure, sketch

if TYPE_CHECKING:
    from logitcheck.probe.protocol import Measurements

SIGMAS = 3.0
"""Standard errors within which two accuracies are taken for the same."""

LEAST = 20
"""Rows below which accuracy says nothing."""

GAIN = 0.1
"""By how much accuracy must rise with another order of the classes."""


class Score(NamedTuple):
    """How a classifier met the labels."""

    accuracy: float
    luck: float
    """Accuracy that its answers would have if they had nothing to do with the labels."""

    rows: int
    seen: Entry
    """All that was measured; see ``logitcheck.probe.topics.labels``."""

    @property
    def error(self) -> float:
        """Standard error of the accuracy."""
        return sqrt(max(self.accuracy * (1 - self.accuracy), self.luck * (1 - self.luck)) / self.rows)

    @property
    def above(self) -> float:
        """How far the accuracy is above luck, in standard errors; negative below."""
        return (self.accuracy - self.luck) / self.error if self.error else 0.0


def scores(case: Case) -> Iterator[tuple[Pairing, Score]]:
    """Yield every output whose answers were compared with enough labels."""
    labels = topic(case, "labels")
    for pairing in case.pairings:
        seen = held(labels, pairing.output.name)
        accuracy, chance, rows = real(seen, "accuracy"), real(seen, "chance"), real(seen, "rows")
        luck = real(seen, "by_luck")
        if accuracy is None or chance is None or rows is None or rows < LEAST:
            continue
        luck = min(1.0, max(0.0, chance if luck is None else luck))
        yield pairing, Score(min(1.0, max(0.0, accuracy)), luck, int(rows), seen)


def reordered(score: Score) -> tuple[float, list[int]] | None:
    """Return the accuracy in another order of the classes, and which class each label is answered as.

    None where no other order is better by more than a few rows' luck, and right on most rows.
    """
    other = held(score.seen, "reordered")
    better, order = real(other, "accuracy"), other.get("order")
    if better is None or not isinstance(order, list):
        return None
    surely = better >= 0.5 and better - score.accuracy > max(GAIN, SIGMAS * score.error)
    return (min(1.0, better), order) if surely else None


def scored(accuracy: float, rows: int = 400, **figures: Any) -> Case:
    """Return a classifier of four classes that met labels so, for the examples of rules."""
    seen = {"accuracy": accuracy, "chance": 0.25, "rows": rows, **figures}
    measured: Measurements = measure("dense", extra={"labels": {"dense": seen}})
    return sketch(dense(4, "softmax"), loss="categorical_crossentropy", measured=measured)
