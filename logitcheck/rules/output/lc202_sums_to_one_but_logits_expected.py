"""LC202."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from logitcheck.analysis.contract import LOG_PROBABILITIES, PROBABILITIES
from logitcheck.analysis.losses import SCORES
from logitcheck.finding import Confidence, Contract, Finding, Severity
from logitcheck.rules.case import Case
from logitcheck.rules.figures import double_softmax_floor, loss_words, place
from logitcheck.rules.measured import measured_outputs, sums_to_one
from logitcheck.rules.rule import Example, Rule
from logitcheck.rules.sketch import dense, layer, measure, sketch


class SumsToOneButLogitsExpected(Rule):
    """The loss takes scores, and what the model gave on the probe is a distribution, summing to 1.

    The softmax of the loss comes on top of one inside a layer that could not be read: over C classes the loss
    cannot get below ln(e + C - 1) - 1 nats (1.4612 for 10).

    Fix: ``from_logits=False``, or scores from the model.
    """

    code = "LC202"
    name = "sums-to-one-but-logits-expected"
    severity = Severity.ERROR
    bad: ClassVar = (
        Example(
            "a layer that is not understood gives distributions",
            lambda: sketch(
                dense(5),
                layer("MyHead"),
                loss=("categorical_crossentropy", True),
                measured=measure("myhead"),
            ),
            at="myhead",
        ),
    )
    good: ClassVar = (
        Example(
            "it gives scores",
            lambda: sketch(
                dense(5),
                layer("MyHead"),
                loss=("categorical_crossentropy", True),
                measured=measure("myhead", min=-3.0, sum_min=-4.0, sum_max=9.0),
            ),
        ),
        Example(
            "the loss takes probabilities",
            lambda: sketch(
                dense(5), layer("MyHead"), loss="categorical_crossentropy", measured=measure("myhead")
            ),
        ),
    )

    def check(self, case: Case) -> Iterator[Finding]:
        """Yield a finding for every measured output that is a distribution though its loss takes scores.

        Where the graph shows it already, LC101 tells it.
        """
        for pairing, seen in measured_outputs(case):
            told = pairing.values in (PROBABILITIES, LOG_PROBABILITIES)
            classes = seen.shape[seen.sum_axis] if seen.sum_axis is not None and seen.shape else 1
            if pairing.expects != SCORES or told or classes < 2 or seen.min is None or seen.min < 0:
                continue
            if sums_to_one(seen):
                yield self.finding(
                    f"output {pairing.output.name!r} is a distribution on all {seen.rows} rows of the "
                    f"probe, and {loss_words(pairing)} applies a softmax",
                    why=f"doubled, the loss over {classes} classes cannot get below "
                    f"{double_softmax_floor(classes):.4f} nats",
                    fix="from_logits=False in the loss",
                    at=place(pairing),
                    confidence=Confidence.MEASURED,
                    contract=Contract.VIOLATED,
                    evidence={"sum_min": seen.sum_min, "sum_max": seen.sum_max, "classes": classes},
                )
