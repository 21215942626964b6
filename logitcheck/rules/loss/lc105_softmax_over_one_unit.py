"""LC105."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from logitcheck.analysis.contract import PROBABILITIES, Pairing
from logitcheck.finding import Contract, Finding, Severity
from logitcheck.rules.case import Case
from logitcheck.rules.figures import head_words, place
from logitcheck.rules.rule import Example, Rule
from logitcheck.rules.sketch import dense, layer, sketch


class SoftmaxOverOneUnit(Rule):
    """The output is a softmax over a single unit.

    One number divided by itself: the output is 1.0 for every input, its gradient is 0, and the accuracy is
    the share of the class called 1. From TensorFlow 2.4 on the loss of Keras looks through the softmax, so
    the loss falls while every prediction stays 1.

    Fix: ``Dense(1, activation="sigmoid")`` with a binary loss, or ``Dense(2, activation="softmax")``.
    """

    code = "LC105"
    name = "softmax-over-one-unit"
    severity = Severity.ERROR
    bad: ClassVar = (
        Example(
            "Dense(1, softmax)", lambda: sketch(dense(1, "softmax"), loss="binary_crossentropy"), "dense"
        ),
        Example("without a loss, too", lambda: sketch(dense(1, "softmax")), "dense"),
        Example(
            "one channel of an image",
            lambda: sketch(
                layer("Conv2D", filters=1, kernel_size=(1, 1), activation="softmax"),
                shape=(8, 8, 3),
                loss="binary_crossentropy",
            ),
            at="conv2d",
        ),
        Example(
            "reshaped behind it",
            lambda: sketch(
                dense(1, "softmax"),
                layer("Flatten"),
                shape=(4, 2),
                loss="binary_crossentropy",
            ),
            at="flatten",
        ),
        Example(
            "a log-softmax over one unit",
            lambda: sketch(dense(1, "log_softmax"), loss=("binary_crossentropy", True)),
            "dense",
        ),
    )
    good: ClassVar = (
        Example("two units", lambda: sketch(dense(2, "softmax"), loss="categorical_crossentropy")),
        Example("a sigmoid", lambda: sketch(dense(1, "sigmoid"), loss="binary_crossentropy")),
    )

    def check(self, case: Case) -> Iterator[Finding]:
        """Yield a finding for every output that is constant since an axis of length 1 was normalised."""
        for pairing in case.pairings:
            axis = pairing.tensor.sums_to_one
            if pairing.values == PROBABILITIES and axis is not None and pairing.tensor.size(axis) == 1:
                yield self._found(pairing, f"a softmax over one unit ({head_words(pairing)}, axis {axis})")
            elif pairing.squashed and pairing.tensor.interval.low == pairing.tensor.interval.high:
                yield self._found(pairing, f"made of softmaxes over one unit ({head_words(pairing)})")

    def _found(self, pairing: Pairing, what: str) -> Finding:
        axis = pairing.tensor.sums_to_one
        return self.finding(
            f"output {pairing.output.name!r} is {what}: always {float(f'{pairing.tensor.interval.low:.6g}')}",
            why="1 of 1 is 1.0 whatever the input; gradient 0, information 0 bits",
            fix='Dense(1, activation="sigmoid") with loss="binary_crossentropy"',
            at=place(pairing),
            contract=Contract.VIOLATED,
            evidence={"units": 1, **({} if axis is None else {"axis": axis})},
        )
