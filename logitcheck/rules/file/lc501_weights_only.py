"""LC501: weights without a model."""

from __future__ import annotations

from collections.abc import Iterator

from logitcheck.errors import NotAudited
from logitcheck.finding import Finding, Severity
from logitcheck.rules.case import Case
from logitcheck.rules.refused import refusal, refused
from logitcheck.rules.rule import Example, Rule
from logitcheck.rules.sighted import sighted


class WeightsOnly(Rule):
    """The file holds weights and no model: no layers, no activations, no loss.

    There is nothing to audit but the numbers; of 10 such files in a folder named `models`, 10 are served
    together with code that this file does not show.

    Fix: save the whole model: `model.save("model.keras")` instead of `model.save_weights(...)`.
    """

    code = "LC501"
    name = "weights-only"
    severity = Severity.INFO
    bad = (
        Example(
            "a weights file",
            lambda: sighted(
                refusal(NotAudited("The file holds weights only.", code="LC501")), format="weights-only"
            ),
        ),
    )
    good = (Example("a whole model", lambda: sighted()),)

    def check(self, case: Case) -> Iterator[Finding]:
        """Report what the reader refused as weights only."""
        yield from refused(self, case)
