"""LC110."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, ClassVar

from logitcheck.analysis.contract import PROBABILITIES, UNKNOWN, Pairing
from logitcheck.analysis.losses import DISTRIBUTION, SCORES
from logitcheck.finding import Confidence, Contract, Finding, Severity
from logitcheck.rules.case import Case
from logitcheck.rules.encodings import measured_encoding, mismatch, names_of_classes
from logitcheck.rules.figures import head_words, loss_words, place, with_loss
from logitcheck.rules.rule import Example, Rule
from logitcheck.rules.sketch import dense, measure, sketch

if TYPE_CHECKING:
    from logitcheck.probe.protocol import Measurements


def _labelled(**encoding: Any) -> Measurements:
    """Return measurements of a sound softmax with labels written in this way."""
    return measure("dense", extra={"labels": {"dense": {"encoding": {"nan": 0, "row": [], **encoding}}}})


class LabelEncodingMismatch(Rule):
    """The labels that a loss takes do not fit the head, or your labels (``--labels``) do not fit the loss.

    Over one unit a distribution is 1.0: the loss of a categorical loss is 0 whatever the model does
    (gradient 0). A class number outside the head is an error on a CPU and NaN on a GPU; one-hot rows in a
    sparse loss, numbers in a categorical one, -1 and 1 in a binary one train towards something else.

    Fix: ``loss="binary_crossentropy"`` on one unit, or one unit per class; labels from 0 to C - 1 for a
    sparse loss, ``keras.utils.to_categorical(y)`` for a categorical one, 0 and 1 for a binary one.
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
        Example(
            "labels from 1 to 5 on 5 units",
            lambda: sketch(
                dense(5, "softmax"),
                loss="sparse_categorical_crossentropy",
                measured=_labelled(kind="ids", per="row", min=1.0, max=5.0),
            ),
            "dense",
        ),
        Example(
            "class numbers in a categorical loss",
            lambda: sketch(
                dense(5, "softmax"),
                loss="categorical_crossentropy",
                measured=_labelled(kind="ids", per="row", min=0.0, max=4.0),
            ),
            "dense",
        ),
        Example(
            "-1 and 1 in a binary loss",
            lambda: sketch(
                dense(1, "sigmoid"),
                loss="binary_crossentropy",
                measured=_labelled(kind="signs", per="unit", min=-1.0, max=1.0),
            ),
            "dense",
        ),
    )
    good: ClassVar = (
        Example("two units", lambda: sketch(dense(2), loss=("sparse_categorical_crossentropy", True))),
        Example("binary", lambda: sketch(dense(1, "sigmoid"), loss="binary_crossentropy")),
        Example(
            "labels from 0 to 4 on 5 units",
            lambda: sketch(
                dense(5, "softmax"),
                loss="sparse_categorical_crossentropy",
                measured=_labelled(kind="ids", per="row", min=0.0, max=4.0),
            ),
        ),
        Example(
            "one-hot rows in a categorical loss",
            lambda: sketch(
                dense(5, "softmax"),
                loss="categorical_crossentropy",
                measured=_labelled(kind="one-hot", per="unit", min=0.0, max=1.0),
            ),
        ),
    )

    def check(self, case: Case) -> Iterator[Finding]:
        """Yield a finding for every categorical loss on one unit (a softmax over one is another rule's),
        and for labels of the user that do not fit.
        """
        if case.measured is not None:
            yield from self._labels(case, case.measured)
        for pairing in with_loss(case.pairings, DISTRIBUTION, SCORES):
            if pairing.classes == 1 and pairing.values not in (PROBABILITIES, UNKNOWN):
                yield self._found(pairing)

    def _labels(self, case: Case, measured: Measurements) -> Iterator[Finding]:
        """Yield a finding for every output whose measured labels do not fit its loss or its head."""
        for pairing in case.pairings:
            encoding = measured_encoding(measured.extra, pairing.output.name)
            names = names_of_classes(measured.extra, pairing.output.name)
            wrong = mismatch(pairing, encoding, names) if encoding and pairing.loss else None
            if wrong is not None:
                yield self.finding(
                    f"output {pairing.output.name!r} is trained with {loss_words(pairing)}, and {wrong.says}",
                    why=wrong.why,
                    fix=wrong.fix,
                    at=place(pairing),
                    confidence=Confidence.MEASURED,
                    contract=Contract.VIOLATED,
                    evidence={"labels": dict(encoding or {})},
                )

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
