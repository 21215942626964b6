"""LC405."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from logitcheck.finding import Confidence, Finding, Severity
from logitcheck.rules.case import Case
from logitcheck.rules.inside import at, entries, real, told, topic
from logitcheck.rules.rule import Example, Rule
from logitcheck.rules.sketch import dense, sketch

DEAD = 2 / 3
"""On made inputs up to half of a trained layer's units stay 0, in sound models."""

CHANCE = 2.0
"""Where all rows point one way, half of all units are 0 on them by chance, with a deviation of half the root
of their number: four deviations more are no chance.
"""

FAR = 0.1
"""Units whose input stays further below 0 than it ever moves: at most 4 % of a wide layer, where sound."""

FEW = 8
"""Units below which a share says little; sound models have up to 5 in one layer that stay far below 0."""


class DeadUnits(Rule):
    """ReLU units are 0 for every input of the probe, whatever its scale.

    A unit that is 0 everywhere has a gradient of 0 and never comes back; a layer with 75 % of its units dead
    has a quarter of the width it was given, one with all of them dead passes nothing on.

    Fix: a smaller learning rate and He initialisation, biases at 0, or ``LeakyReLU`` in place of ``ReLU``.
    """

    code = "LC405"
    name = "dead-units"
    severity = Severity.WARNING
    bad: ClassVar = (
        Example(
            "biases far below 0",
            lambda: sketch(
                dense(32, "relu"),
                dense(5, "softmax"),
                measured=told(layers={"rows": 32, "relus": [relu("dense", 24, 24)]}),
            ),
            at="dense",
        ),
        Example(
            "the whole layer",
            lambda: sketch(
                dense(4, "relu"),
                dense(5, "softmax"),
                measured=told(layers={"rows": 32, "relus": [relu("dense", 4, 0, 4)]}),
            ),
            at="dense",
        ),
    )
    good: ClassVar = (
        Example(
            "some units that made inputs do not reach",
            lambda: sketch(
                dense(32, "relu"),
                dense(5, "softmax"),
                measured=told(layers={"rows": 32, "relus": [relu("dense", 12, 0)]}),
            ),
        ),
        Example(
            "14 of 20 units on rows that all point one way",
            lambda: sketch(
                dense(20, "relu"),
                dense(5, "softmax"),
                measured=told(layers={"rows": 32, "relus": [relu("dense", 14, 0, units=20)]}),
            ),
        ),
    )

    def check(self, case: Case) -> Iterator[Finding]:
        """Yield a finding for every layer with more dead units than sound models have."""
        seen = topic(case, "layers")
        for item in entries(seen, "relus"):
            units, dead, far = (real(item, key) or 0.0 for key in ("units", "dead", "far"))
            most = dead >= max(DEAD * units, units / 2 + CHANCE * units**0.5) and units >= FEW
            whole = dead == units and units >= FEW / 2
            if not (whole or most or (far >= FAR * units and far >= FEW)):
                continue
            layer = str(item["layer"])
            never = f", {far:.0f} of them so far below 0 that no input came near" if far else ""
            yield self.finding(
                f"{dead:.0f} of {units:.0f} ReLU units of layer {layer!r} are 0 on all "
                f"{real(seen, 'rows') or 0:.0f} rows of the probe{never}",
                why=f"{dead / units:.0%} of the layer neither answer nor learn: their gradient is 0",
                fix="train again from kernel_initializer='he_normal' with a smaller learning rate, or use "
                "keras.layers.LeakyReLU()",
                at=at(case, layer),
                confidence=Confidence.MEASURED,
                evidence={"units": units, "dead": dead, "far": far},
            )


def relu(layer: str, dead: int, far: int, units: int = 32) -> dict[str, object]:
    """Return one layer's figures, for the examples."""
    return {"layer": layer, "node": f"{layer}/Relu", "units": units, "dead": dead, "far": far}
