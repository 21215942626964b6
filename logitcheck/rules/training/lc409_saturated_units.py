"""LC409."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from logitcheck.finding import Confidence, Finding, Severity
from logitcheck.rules.case import Case
from logitcheck.rules.inside import at, entries, real, told, topic
from logitcheck.rules.rule import Example, Rule
from logitcheck.rules.sketch import dense, sketch

BEYOND = 0.6
"""Inside sound models at most 18 % of a sigmoid's or tanh's values lie at the ends of the range."""

STUCK = 0.25
"""Units that stay at one end on every row: none in sound models."""


class SaturatedUnits(Rule):
    """Sigmoids or tanhs inside the model stay at the ends of their range.

    Beyond 0.99 of the range a sigmoid's slope is below 0.005, a fiftieth of its largest: the gradient of all
    layers before it shrinks by that factor.

    Fix: smaller initial weights, scaled inputs or batch normalisation before the activation, or ReLU.
    """

    code = "LC409"
    name = "saturated-units"
    severity = Severity.WARNING
    bad: ClassVar = (
        Example(
            "weights a hundred times too large",
            lambda: sketch(
                dense(32, "sigmoid"),
                dense(5, "softmax"),
                measured=told(layers={"squashed": [squashed(0.92, 2)]}),
            ),
            at="dense",
        ),
        Example(
            "units at one end whatever the input",
            lambda: sketch(
                dense(32, "sigmoid"),
                dense(5, "softmax"),
                measured=told(layers={"squashed": [squashed(0.5, 16)]}),
            ),
            at="dense",
        ),
    )
    good: ClassVar = (
        Example(
            "now and then at an end",
            lambda: sketch(
                dense(32, "sigmoid"),
                dense(5, "softmax"),
                measured=told(layers={"squashed": [squashed(0.17, 0)]}),
            ),
        ),
    )

    def check(self, case: Case) -> Iterator[Finding]:
        """Yield a finding for every activation that is mostly at the ends of its range."""
        for item in entries(topic(case, "layers"), "squashed"):
            beyond, units, stuck = (real(item, key) or 0.0 for key in ("beyond", "units", "stuck"))
            if beyond < BEYOND and (stuck < STUCK * units or stuck < 2):
                continue
            layer, op = str(item["layer"]), str(item.get("op", "sigmoid")).lower()
            yield self.finding(
                f"{beyond:.0%} of the values of the {op} of layer {layer!r} lie beyond 0.99 of its range; "
                f"{stuck:.0f} of {units:.0f} units stay at one end on every row",
                why="there the slope is below a fiftieth of its largest: the layers before it hardly learn",
                fix="scale the inputs, put BatchNormalization() before the activation, or use 'relu'",
                at=at(case, layer),
                confidence=Confidence.MEASURED,
                evidence={"beyond": beyond, "units": units, "stuck": stuck},
            )


def squashed(beyond: float, stuck: int) -> dict[str, object]:
    """Return one activation's figures, for the examples."""
    return {
        "layer": "dense",
        "node": "dense/Sigmoid",
        "op": "Sigmoid",
        "beyond": beyond,
        "units": 32,
        "stuck": stuck,
    }
