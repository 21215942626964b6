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
    )
    good: ClassVar = (
        Example("two units", lambda: sketch(dense(2, "softmax"), loss="categorical_crossentropy")),
        Example("a sigmoid", lambda: sketch(dense(1, "sigmoid"), loss="binary_crossentropy")),
    )

    def check(self, case: Case) -> Iterator[Finding]:
        """Yield a finding for every output normalised along an axis of length 1."""
        for pairing in case.pairings:
            axis = pairing.tensor.sums_to_one
            if pairing.values == PROBABILITIES and axis is not None and pairing.tensor.size(axis) == 1:
                yield self._found(pairing, axis)

    def _found(self, pairing: Pairing, axis: int) -> Finding:
        return self.finding(
            f"output {pairing.output.name!r} is a softmax over one unit ({head_words(pairing)}, axis "
            f"{axis}): always 1.0",
            why="1 of 1 is 1.0 whatever the input; gradient 0, information 0 bits",
            fix='Dense(1, activation="sigmoid") with loss="binary_crossentropy"',
            at=place(pairing),
            contract=Contract.VIOLATED,
            evidence={"units": 1, "axis": axis},
        )
