"""LC108."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from logitcheck.analysis.contract import PROBABILITIES, Pairing
from logitcheck.analysis.head_ops import SIGMOID
from logitcheck.analysis.metrics import CLASSIFIERS
from logitcheck.finding import Contract, Finding, Severity
from logitcheck.model import Metric
from logitcheck.rules.case import Case
from logitcheck.rules.figures import head_words, loss_words, place
from logitcheck.rules.rule import Example, Rule
from logitcheck.rules.sketch import dense, sketch


class RegressionLossOnProbabilities(Rule):
    """A classifier is trained on a regression loss: a softmax, or a sigmoid measured by accuracy.

    Squared error on probabilities is bounded: a confidently wrong prediction costs at most 1 per unit (the
    cross-entropy: up to 16.1 nats) and its gradient vanishes just there, p (1 - p) being 0 at 0 and 1.

    Fix: ``categorical_crossentropy`` for a softmax, ``binary_crossentropy`` for a sigmoid; leave it where the
    Brier score is what you want.
    """

    code = "LC108"
    name = "regression-loss-on-probabilities"
    severity = Severity.WARNING
    bad: ClassVar = (
        Example("softmax with MSE", lambda: sketch(dense(5, "softmax"), loss="mse"), "dense"),
        Example(
            "sigmoid with MAE, measured by accuracy",
            lambda: sketch(dense(1, "sigmoid"), loss="mae", metrics=(Metric("accuracy"),)),
            at="dense",
        ),
    )
    good: ClassVar = (
        Example(
            "softmax with cross-entropy", lambda: sketch(dense(5, "softmax"), loss="categorical_crossentropy")
        ),
        Example("an autoencoder's sigmoid with MSE", lambda: sketch(dense(8, "sigmoid"), loss="mse")),
        Example("regression", lambda: sketch(dense(1), loss="mse")),
    )

    def check(self, case: Case) -> Iterator[Finding]:
        """Yield a finding for every classifier's output with a regression loss."""
        for pairing in case.pairings:
            if (
                pairing.facts is None
                or pairing.facts.family != "regression"
                or (pairing.classes == 1 and _softmax(pairing))
            ):
                continue
            if _softmax(pairing) or (pairing.head.op in SIGMOID and _classifies(pairing)):
                yield self._found(pairing)

    def _found(self, pairing: Pairing) -> Finding:
        better = "categorical_crossentropy" if _softmax(pairing) else "binary_crossentropy"
        return self.finding(
            f"output {pairing.output.name!r} gives probabilities ({head_words(pairing)}) and is trained on "
            f"{loss_words(pairing)}",
            why="a confidently wrong prediction costs at most 1 per unit instead of up to 16.1 nats, and "
            "its gradient is nearly 0 just there",
            fix=f'loss="{better}"',
            at=place(pairing),
            contract=Contract.SUSPICIOUS,
            evidence={"values": pairing.values},
        )


def _softmax(pairing: Pairing) -> bool:
    return pairing.values == PROBABILITIES


def _classifies(pairing: Pairing) -> bool:
    """Tell whether the metrics are those of a classifier."""
    return any(metric.builtin and metric.name in CLASSIFIERS for metric in pairing.output.metrics)
