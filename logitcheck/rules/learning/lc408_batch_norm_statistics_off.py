"""LC408."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from logitcheck.finding import Confidence, Finding, Severity
from logitcheck.rules.case import Case
from logitcheck.rules.inside import Entry, at, entries, real, told, topic, words
from logitcheck.rules.rule import Example, Rule
from logitcheck.rules.sketch import dense, layer, sketch

MADE = (30.0, 100.0)
"""Made inputs: a mean 4.5 stored deviations off and 16 times the stored variance are the most that sound
trained models show, since made inputs are not what they were trained on.
"""

OWN = (3.0, 10.0)
"""The user's own data should look like the training data: half of all channels within 3 deviations."""


class BatchNormStatisticsOff(Rule):
    """The stored statistics of a batch normalisation are far from what goes through it.

    Training normalises with the batch's own statistics, serving with the stored ones: where these are 30
    deviations away, the layer answers numbers at inference that nothing behind it was trained on.

    Fix: train longer or with a smaller ``momentum`` (0.9 in place of 0.99), or run some batches with
    ``training=True`` before saving; scale the inputs as in training.
    """

    code = "LC408"
    name = "batch-norm-statistics-off"
    severity = Severity.WARNING
    bad: ClassVar = (
        Example(
            "a mean of 1000 that no batch shows",
            lambda: normalised(shift=30000.0, spread=1.0, initial=False),
            at="batchnormalization",
        ),
        Example(
            "a variance a thousandth of what the user's data have",
            lambda: normalised("data", shift=0.2, spread=1000.0, initial=False),
            at="batchnormalization",
        ),
    )
    good: ClassVar = (
        Example("statistics of the batch's size", lambda: normalised(shift=0.7, spread=0.4, initial=False)),
        Example("a layer that was never trained", lambda: normalised(shift=40.0, spread=2.0, initial=True)),
    )

    def check(self, case: Case) -> Iterator[Finding]:
        """Yield a finding for every normalisation whose statistics are off."""
        seen = topic(case, "layers")
        own = words(seen, "plausible") == ["data"]
        for item in entries(seen, "normalised"):
            shift, spread = real(item, "shift"), real(item, "spread")
            if shift is None or spread is None or item.get("initial") is True:
                continue
            limit, ratio = OWN if own else MADE
            if shift > limit or spread > ratio or (own and spread < 1 / ratio):
                yield self._finding(case, item, shift, spread)

    def _finding(self, case: Case, item: Entry, shift: float, spread: float) -> Finding:
        layer = str(item["layer"])
        return self.finding(
            f"half of the channels of {layer!r} have a mean {shift:.3g} stored deviations or more from the "
            f"stored one, and {spread:.3g} times the stored variance (medians)",
            why="at inference the layer normalises by statistics that are off by these factors: its answers "
            f"have a deviation of {spread**0.5:.3g} in place of 1",
            fix="BatchNormalization(momentum=0.9), or some batches with training=True before saving; "
            "scale the inputs as in training",
            at=at(case, layer),
            confidence=Confidence.MEASURED,
            evidence={"shift": shift, "spread": spread},
        )


def normalised(family: str = "normal", **figures: object) -> Case:
    """Return a model with one batch normalisation that was measured, for the examples."""
    item = {"layer": "batchnormalization", "channels": 16, **figures}
    return sketch(
        dense(16),
        layer("BatchNormalization"),
        dense(5, "softmax"),
        measured=told(layers={"plausible": [family], "normalised": [item]}),
    )
