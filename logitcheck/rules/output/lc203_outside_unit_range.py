"""LC203."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from logitcheck.analysis.losses import UNIT
from logitcheck.finding import Confidence, Contract, Finding, Severity
from logitcheck.rules.case import Case
from logitcheck.rules.figures import loss_words, place
from logitcheck.rules.measured import measured_outputs, range_words
from logitcheck.rules.mismatch import mismatch
from logitcheck.rules.rule import Example, Rule
from logitcheck.rules.sketch import dense, layer, measure, sketch

ROUNDING = 1e-6


class OutsideUnitRange(Rule):
    """The loss takes values in [0, 1], and the model gave others on the probe.

    They are clipped to [1e-7, 1 - 1e-7] before the logarithm: the gradient is 0 for each of them.

    Fix: a sigmoid as the last step, or scores and ``from_logits=True``.
    """

    code = "LC203"
    name = "outside-unit-range"
    severity = Severity.ERROR
    bad: ClassVar = (
        Example(
            "a layer that is not understood gives scores",
            lambda: sketch(
                dense(5),
                layer("MyHead"),
                loss="binary_crossentropy",
                measured=measure("myhead", min=-2.5, max=3.0, sum_min=-1.0, sum_max=4.0),
            ),
            at="myhead",
        ),
    )
    good: ClassVar = (
        Example(
            "it gives probabilities",
            lambda: sketch(dense(5), layer("MyHead"), loss="binary_crossentropy", measured=measure("myhead")),
        ),
    )

    def check(self, case: Case) -> Iterator[Finding]:
        """Yield a finding for every measured output that leaves [0, 1] though its loss takes it for that.

        Where the graph shows it already, a rule of the loss tells it.
        """
        for pairing, seen in measured_outputs(case):
            if pairing.expects != UNIT or pairing.raw or mismatch(pairing) or pairing.kept:
                continue
            if seen.min is None or seen.max is None or (seen.min >= -ROUNDING and seen.max <= 1 + ROUNDING):
                continue
            yield self.finding(
                f"output {pairing.output.name!r} ranges from {range_words(seen)} on the probe, and "
                f"{loss_words(pairing)} takes values in [0, 1]",
                why="what lies outside is clipped at 1e-7 from 0 and 1, with gradient 0",
                fix='activation="sigmoid" on the last layer, or from_logits=True in the loss',
                at=place(pairing),
                confidence=Confidence.MEASURED,
                contract=Contract.VIOLATED,
                evidence={"min": seen.min, "max": seen.max},
            )
