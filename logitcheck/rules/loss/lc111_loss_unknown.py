"""LC111."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from logitcheck.analysis.contract import Pairing
from logitcheck.finding import Contract, Finding, Location, Severity
from logitcheck.rules.case import Case
from logitcheck.rules.loss_advice import loss_advice
from logitcheck.rules.rule import Example, Rule
from logitcheck.rules.sketch import dense, sketch


class LossUnknown(Rule):
    """The file does not tell what the output is trained on: no loss is stored, or one of its author's own.

    A softmax and a linear head are both right under some loss, so 0 of 2 verdicts can be given; of a custom
    function or a lambda the file holds a name at most.

    Fix: tell it: ``logitcheck audit --loss sparse_categorical_crossentropy --from-logits model.h5``.
    """

    code = "LC111"
    name = "loss-unknown"
    severity = Severity.INFO
    bad: ClassVar = (
        Example("never compiled", lambda: sketch(dense(5, "softmax")), "dense"),
        Example("a custom loss", lambda: sketch(dense(5), loss="my_loss"), "dense"),
        Example(
            "a switch that the file does not tell",
            lambda: sketch(dense(5), loss=("categorical_crossentropy", None)),
            at="dense",
        ),
    )
    good: ClassVar = (
        Example("a stored loss", lambda: sketch(dense(5, "softmax"), loss="categorical_crossentropy")),
    )

    def check(self, case: Case) -> Iterator[Finding]:
        """Yield a finding for every output whose loss is missing, custom or not readable."""
        for pairing in case.pairings:
            what = _unknown(pairing)
            if what is not None:
                yield self._found(pairing, what)

    def _found(self, pairing: Pairing, what: str) -> Finding:
        return self.finding(
            f"output {pairing.output.name!r}: {what}",
            why=f"what it gives ({pairing.values}) is right under one loss and wrong under another; 0 of the "
            "two can be excluded",
            fix=loss_advice(pairing),
            at=Location(output=pairing.output.name, layer=pairing.output.layer),
            contract=Contract.UNDECIDED,
            evidence={"values": pairing.values},
        )


def _unknown(pairing: Pairing) -> str | None:
    """Return what is not known of an output's loss, None where all is."""
    loss = pairing.loss
    if loss is None:
        return "no loss is stored in the file"
    if pairing.facts is None:
        return (
            f"the loss {loss.stored or loss.name!r} is not one of Keras, and the file does not tell what it "
            "does"
        )
    if pairing.expects is None:
        return f"the file does not tell whether {loss.name} was given from_logits=True"
    return None
