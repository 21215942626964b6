"""LC415."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from logitcheck.finding import Confidence, Finding, Severity
from logitcheck.rules.case import Case
from logitcheck.rules.figures import place
from logitcheck.rules.labelled import reordered, scored, scores
from logitcheck.rules.rule import Example, Rule

SHOWN = 6
"""Classes that a message tells one by one."""


class ClassesInAnotherOrder(Rule):
    """The model's answers fit the labels, but its classes stand in another order than the labels' numbers.

    Read in the order that the answers themselves show, accuracy rises by at least 10 points: words or
    folders were numbered otherwise than in training (Keras numbers folders by name, ``10`` before ``2``),
    or 0 and 1 are swapped.

    Fix: number the labels as in training, or give the class names in the model's order.
    """

    code = "LC415"
    name = "classes-in-another-order"
    severity = Severity.WARNING
    bad: ClassVar = (
        Example(
            "two of four classes swapped",
            lambda: scored(0.48, by_luck=0.25, reordered={"accuracy": 0.95, "order": [1, 0, 2, 3]}),
            at="dense",
        ),
    )
    good: ClassVar = (
        Example("the labels' own order", lambda: scored(0.9, by_luck=0.25, reordered=None)),
        Example(
            "hardly better in another order",
            lambda: scored(0.3, by_luck=0.25, reordered={"accuracy": 0.33, "order": [1, 0, 2, 3]}),
        ),
    )

    def check(self, case: Case) -> Iterator[Finding]:
        """Yield a finding for every output that another order of the labels would make right."""
        for pairing, score in scores(case):
            found = reordered(score)
            if found is None:
                continue
            better, order = found
            moved = [f"{label} as {answer}" for label, answer in enumerate(order) if label != answer]
            more = " ..." if len(moved) > SHOWN else ""
            yield self.finding(
                f"output {pairing.output.name!r} is right on {score.accuracy:.1%} of {score.rows} labels, "
                f"and on {better:.1%} if its classes are read in another order: it answers "
                f"{', '.join(moved[:SHOWN])}{more}",
                why=f"{better - score.accuracy:.1%} of the answers are wrong by their number alone",
                fix="number the labels as in training (folders and words go by name: '10' before '2')",
                at=place(pairing),
                confidence=Confidence.MEASURED,
                evidence={"accuracy": score.accuracy, "reordered": better, "order": order},
            )
