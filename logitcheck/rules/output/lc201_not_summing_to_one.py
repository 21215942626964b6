"""LC201."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from logitcheck.analysis.contract import PROBABILITIES, Pairing
from logitcheck.analysis.head_ops import SOFTMAX
from logitcheck.analysis.losses import DISTRIBUTION
from logitcheck.finding import Confidence, Contract, Finding, Severity
from logitcheck.rules.case import Case
from logitcheck.rules.figures import loss_words, place
from logitcheck.rules.measured import measured_outputs, sums_to_one
from logitcheck.rules.mismatch import mismatch
from logitcheck.rules.rule import Example, Rule
from logitcheck.rules.sketch import dense, layer, measure, sketch


class NotSummingToOne(Rule):
    """The loss takes probabilities over classes, and what the model gave on the probe does not sum to 1.

    Keras divides by the sum or clips to [1e-7, 1 - 1e-7] before the logarithm, so the loss is that of another
    model than the one served, and no version warns.

    Fix: a softmax as the last step, or scores and ``from_logits=True``.
    """

    code = "LC201"
    name = "not-summing-to-one"
    severity = Severity.ERROR
    bad: ClassVar = (
        Example(
            "a layer that is not understood gives anything",
            lambda: sketch(
                dense(5),
                layer("MyHead"),
                loss="categorical_crossentropy",
                measured=measure("myhead", min=0.0, max=3.0, sum_min=0.4, sum_max=7.2),
            ),
            at="myhead",
        ),
    )
    good: ClassVar = (
        Example(
            "it gives distributions",
            lambda: sketch(
                dense(5), layer("MyHead"), loss="categorical_crossentropy", measured=measure("myhead")
            ),
        ),
        Example(
            "the loss takes scores",
            lambda: sketch(
                dense(5),
                layer("MyHead"),
                loss=("categorical_crossentropy", True),
                measured=measure("myhead", sum_min=0.4, sum_max=7.2),
            ),
        ),
    )

    def check(self, case: Case) -> Iterator[Finding]:
        """Yield a finding for every measured output whose sums are not 1 though its loss takes them for it.

        Where the graph shows the fault already, a rule of the loss tells it.
        """
        for pairing, seen in measured_outputs(case):
            told = pairing.raw or pairing.values == PROBABILITIES or mismatch(pairing) or pairing.classes == 1
            told = told or _whole(pairing)
            if pairing.expects != DISTRIBUTION or told or sums_to_one(seen) or seen.sum_min is None:
                continue
            yield self.finding(
                f"output {pairing.output.name!r} sums to {seen.sum_min:.4g} to {seen.sum_max:.4g} over "
                f"{seen.rows} rows, and {loss_words(pairing)} takes probabilities",
                why=f"the loss divides by the sum (here up to {seen.sum_max:.4g}) or clips at 1e-7: it "
                "trains on other numbers than those served",
                fix='activation="softmax" on the last layer, or from_logits=True in the loss',
                at=place(pairing),
                confidence=Confidence.MEASURED,
                contract=Contract.VIOLATED,
                evidence={"sum_min": seen.sum_min, "sum_max": seen.sum_max, "rows": seen.rows},
            )


def _whole(pairing: Pairing) -> bool:
    """Tell whether a map sums to 1 as a whole and its loss, a divergence, is content with that."""
    return pairing.head.op in SOFTMAX and pairing.facts is not None and pairing.facts.family == "divergence"
