"""LC409."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from logitcheck.finding import Confidence, Finding, Severity
from logitcheck.rules.case import Case
from logitcheck.rules.inside import at, entries, real, told, topic
from logitcheck.rules.over_time import SATURATED, OverTime, over_time, recurrent
from logitcheck.rules.rule import Example, Rule
from logitcheck.rules.sketch import dense, sketch

BEYOND = 0.6
"""Inside sound models at most 18 % of a sigmoid's or tanh's values lie at the ends of the range."""

FEW = 8
"""Units below which a share says little: two that learned XOR are at one end or the other nearly always."""

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
        Example(
            "gates of a recurrent layer",
            lambda: recurrent(beyond=0.97),
            at="simple_rnn",
        ),
    )
    good: ClassVar = (
        Example(
            "two units that take one side or the other",
            lambda: sketch(
                dense(2, "tanh"),
                dense(1, "sigmoid"),
                measured=told(layers={"squashed": [squashed(0.7, 0, units=2)]}),
            ),
        ),
        Example(
            "now and then at an end",
            lambda: sketch(
                dense(32, "sigmoid"),
                dense(5, "softmax"),
                measured=told(layers={"squashed": [squashed(0.17, 0)]}),
            ),
        ),
        Example(
            "gates inside their range",
            recurrent,
        ),
    )

    def check(self, case: Case) -> Iterator[Finding]:
        """Yield a finding for every activation and recurrent layer mostly at the ends of its range."""
        for seen in over_time(case):
            if seen.beyond >= SATURATED:
                yield self._gates(case, seen)
        for item in entries(topic(case, "layers"), "squashed"):
            beyond, units, stuck = (real(item, key) or 0.0 for key in ("beyond", "units", "stuck"))
            mostly = beyond >= BEYOND and units >= FEW
            if not mostly and (stuck < STUCK * units or stuck < 2):
                continue
            name, op = str(item["layer"]), str(item.get("op", "sigmoid")).lower()
            yield self.finding(
                f"{beyond:.0%} of the values of the {op} of layer {name!r} lie beyond 0.99 of its range; "
                f"{stuck:.0f} of {units:.0f} units stay at one end on every row",
                why="there the slope is below a fiftieth of its largest: the layers before it hardly learn",
                fix="scale the inputs, put BatchNormalization() before the activation, or use 'relu'",
                at=at(case, name),
                confidence=Confidence.MEASURED,
                evidence={"beyond": beyond, "units": units, "stuck": stuck},
            )

    def _gates(self, case: Case, seen: OverTime) -> Finding:
        return self.finding(
            f"{seen.beyond:.0%} of what the gates and activations of layer {seen.layer!r} ({seen.cell}) give "
            f"over {seen.steps} steps lies beyond 0.99 of their range",
            why="there the slope is below a fiftieth of its largest: the gates switch, and learn hardly",
            fix="scale the inputs, smaller recurrent weights (recurrent_initializer='orthogonal'), clipnorm",
            at=at(case, seen.layer),
            confidence=Confidence.MEASURED,
            evidence={"beyond": seen.beyond, "steps": seen.steps},
        )


def squashed(beyond: float, stuck: int, units: int = 32) -> dict[str, object]:
    """Return one activation's figures, for the examples."""
    return {
        "layer": "dense",
        "node": "dense/Sigmoid",
        "op": "Sigmoid",
        "beyond": beyond,
        "units": units,
        "stuck": stuck,
    }
