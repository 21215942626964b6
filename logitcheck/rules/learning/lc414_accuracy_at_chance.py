"""LC414."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from logitcheck.analysis.contract import Pairing
from logitcheck.finding import Confidence, Finding, Severity
from logitcheck.rules.case import Case
from logitcheck.rules.figures import place
from logitcheck.rules.inside import held, real
from logitcheck.rules.labelled import SIGMAS, Score, reordered, scored, scores
from logitcheck.rules.rule import Example, Rule

ROOM = 1 / 3
"""Part of the way from luck to perfection that the accuracy must surely not reach: else the rows are too few
to say that it is at chance.
"""


class AccuracyAtChance(Rule):
    """On your labels the model is no better than guessing.

    Its answers agree with the labels as often as they would if the two had nothing to do with each other
    (10 % for 10 even classes), or its cross-entropy is above the ln C of an even guess (2.3026 for 10): the
    model was not trained, was loaded without its weights, is fed inputs of another scale, or its loss reads
    its outputs wrongly.

    Fix: check the scale and order of the inputs first, then that weights were loaded, then the loss.
    """

    code = "LC414"
    name = "accuracy-at-chance"
    severity = Severity.WARNING
    bad: ClassVar = (
        Example("26 % of 4 classes", lambda: scored(0.26, by_luck=0.25), at="dense"),
        Example("always the largest class", lambda: scored(0.5, by_luck=0.5), at="dense"),
        Example("worse than guessing", lambda: scored(0.05, by_luck=0.25), at="dense"),
        Example(
            "mostly right, but sure where it is wrong",
            lambda: scored(0.7, by_luck=0.25, cross_entropy=2.9),
            at="dense",
        ),
    )
    good: ClassVar = (
        Example("nine of ten", lambda: scored(0.9, by_luck=0.25, cross_entropy=0.4)),
        Example("well above luck", lambda: scored(0.4, by_luck=0.25, cross_entropy=1.2)),
        Example("too few rows to tell", lambda: scored(0.3, rows=24, by_luck=0.25)),
        Example("nearly all labels are one class", lambda: scored(0.97, by_luck=0.96)),
    )

    def check(self, case: Case) -> Iterator[Finding]:
        """Yield a finding for every output whose answers do not follow the labels."""
        for pairing, score in scores(case):
            if reordered(score) is not None:
                continue
            if score.above < SIGMAS:
                if score.accuracy + SIGMAS * score.error < score.luck + ROOM * (1 - score.luck):
                    yield self._at_chance(pairing, score)
            elif _worse_than_even(score):
                yield self._too_sure(pairing, score)

    def _at_chance(self, pairing: Pairing, score: Score) -> Finding:
        below = score.above < -SIGMAS
        loss = real(held(score.seen, "loss"), "value")
        told = "" if loss is None else f", with a loss of {loss:.4f}"
        return self.finding(
            f"output {pairing.output.name!r} answers {score.accuracy:.1%} of {score.rows} labels "
            f"rightly{told}; answers that have nothing to do with the labels would get {score.luck:.1%}",
            why="worse than guessing: labels, inputs or the order of the classes are not what the model takes"
            if below
            else "no better than guessing: what is served says nothing about the input",
            fix="compare the scale of the inputs with training (--image-scale), then check that the weights "
            "were loaded and that the loss fits the head",
            at=place(pairing),
            confidence=Confidence.MEASURED,
            evidence=_evidence(score),
        )

    def _too_sure(self, pairing: Pairing, score: Score) -> Finding:
        cost, even = real(score.seen, "cross_entropy") or 0.0, _even(score)
        return self.finding(
            f"the cross-entropy of output {pairing.output.name!r} on your labels is {cost:.4f}, above the "
            f"{even:.4f} of an even guess, though {score.accuracy:.1%} of its answers are right",
            why="it is sure where it is wrong: its probabilities cannot be taken at their word",
            fix="calibrate the probabilities (temperature scaling on held-out data), or train with more "
            "regularisation",
            at=place(pairing),
            confidence=Confidence.MEASURED,
            severity=Severity.INFO,
            evidence=_evidence(score),
        )


def _even(score: Score) -> float:
    """Return the cross-entropy of an even guess, in nats."""
    from math import log

    return log(1 / max(1e-9, real(score.seen, "chance") or 0.5))


def _worse_than_even(score: Score) -> bool:
    cost = real(score.seen, "cross_entropy")
    return cost is not None and cost > _even(score)


def _evidence(score: Score) -> dict[str, object]:
    keys = ("chance", "majority", "cross_entropy")
    figures = {key: real(score.seen, key) for key in keys if real(score.seen, key) is not None}
    return {"accuracy": score.accuracy, "by_luck": score.luck, "rows": score.rows, **figures}
