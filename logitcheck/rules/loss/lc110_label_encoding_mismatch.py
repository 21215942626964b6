"""LC110."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from logitcheck.analysis.contract import PROBABILITIES, UNKNOWN, Pairing
from logitcheck.analysis.losses import DISTRIBUTION, SCORES
from logitcheck.finding import Contract, Finding, Severity
from logitcheck.rules.case import Case
from logitcheck.rules.figures import head_words, loss_words, place, with_loss
from logitcheck.rules.rule import Example, Rule
from logitcheck.rules.sketch import dense, sketch


class LabelEncodingMismatch(Rule):
    """A categorical loss has a single unit to choose from.

    A distribution over one class is 1.0: the loss is 0 for every example of class 0 whatever the model does
    (gradient 0), and a sparse label of 1 or more points outside the head: an error on a CPU, NaN on a GPU.

    Fix: ``loss="binary_crossentropy"`` on one unit, or one unit per class.
    """

    code = "LC110"
    name = "label-encoding-mismatch"
    severity = Severity.ERROR
    bad: ClassVar = (
        Example(
            "sparse cross-entropy on one sigmoid",
            lambda: sketch(dense(1, "sigmoid"), loss="sparse_categorical_crossentropy"),
            at="dense",
        ),
        Example("one logit", lambda: sketch(dense(1), loss=("categorical_crossentropy", True)), "dense"),
    )
    good: ClassVar = (
        Example("two units", lambda: sketch(dense(2), loss=("sparse_categorical_crossentropy", True))),
        Example("binary", lambda: sketch(dense(1, "sigmoid"), loss="binary_crossentropy")),
    )

    def check(self, case: Case) -> Iterator[Finding]:
        """Yield a finding for every categorical loss on one unit (a softmax over one is another rule's)."""
        for pairing in with_loss(case.pairings, DISTRIBUTION, SCORES):
            if pairing.classes == 1 and pairing.values not in (PROBABILITIES, UNKNOWN):
                yield self._found(pairing)

    def _found(self, pairing: Pairing) -> Finding:
        return self.finding(
            f"output {pairing.output.name!r} has one unit ({head_words(pairing)}), and "
            f"{loss_words(pairing)} chooses among classes",
            why="over one class every prediction is 1.0: loss 0, gradient 0, nothing is learnt; a sparse "
            "label of 1 lies outside",
            fix='loss="binary_crossentropy" (with activation="sigmoid"), or Dense(2)',
            at=place(pairing),
            contract=Contract.VIOLATED,
            evidence={"units": 1},
        )
