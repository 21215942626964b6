"""LC105."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from logitcheck.analysis.contract import PROBABILITIES, Pairing
from logitcheck.analysis.training import all_fused
from logitcheck.finding import Contract, Finding, Location, Severity
from logitcheck.graph import Ref
from logitcheck.rules.case import Case
from logitcheck.rules.figures import head_words, place
from logitcheck.rules.loss_site import loss_place
from logitcheck.rules.rule import Example, Rule
from logitcheck.rules.sketch import Ops, dense, layer, sketch, trained


class SoftmaxOverOneUnit(Rule):
    """The output is a softmax over a single unit, or a loss takes one.

    One number divided by itself: the output is 1.0 for every input, its gradient is 0, and the accuracy is
    the share of the class called 1. From TensorFlow 2.4 on the loss of Keras looks through the softmax, so
    the loss falls while every prediction stays 1. TensorFlow's own loss of one score is 0 for every label.

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
        Example("one score into the fused op", lambda: trained(_one_score), "fused"),
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
        for site, loss in all_fused(case.facts):
            if loss.kind == "softmax" and site.facts.of(loss.scores).size(-1) == 1:
                yield self._in_graph(loss_place(case, site, loss.node, loss.scores), site.graph)

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

    def _in_graph(self, at: Location, graph_name: str) -> Finding:
        return self.finding(
            f"in {graph_name!r} the softmax in {at.node!r} is over one score",
            why="the one class always has probability 1: the loss is 0 whatever the score, its gradient too",
            fix="tf.nn.sigmoid_cross_entropy_with_logits(labels=labels, logits=scores)",
            at=at,
            contract=Contract.VIOLATED,
            evidence={"units": 1},
        )


def _one_score(ops: Ops) -> Ref:
    return ops.op("SoftmaxCrossEntropyWithLogits", ops.scores(1), ops.input(None, 1, name="y"), name="fused")
