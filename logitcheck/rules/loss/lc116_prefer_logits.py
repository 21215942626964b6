"""LC116."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from logitcheck.analysis.losses import DISTRIBUTION, UNIT
from logitcheck.finding import Finding, Severity
from logitcheck.rules.case import Case
from logitcheck.rules.figures import loss_call, loss_words, place, with_loss
from logitcheck.rules.rule import Example, Rule
from logitcheck.rules.sketch import dense, sketch


class PreferLogits(Rule):
    """Softmax or sigmoid in the model, ``from_logits=False`` in the loss: correct, less exact than scores.

    The loss clips probabilities to [1e-7, 1 - 1e-7], so it stops at 16.12 nats where scores go on, unless the
    backend looks through the activation.

    Fix: no activation on the head, ``from_logits=True`` in the loss, and a softmax where the model is served.
    """

    code = "LC116"
    name = "prefer-logits"
    severity = Severity.INFO
    default = False
    bad: ClassVar = (
        Example(
            "softmax head", lambda: sketch(dense(5, "softmax"), loss="categorical_crossentropy"), "dense"
        ),
        Example("sigmoid head", lambda: sketch(dense(1, "sigmoid"), loss="binary_crossentropy"), "dense"),
    )
    good: ClassVar = (Example("scores", lambda: sketch(dense(5), loss=("categorical_crossentropy", True))),)

    def check(self, case: Case) -> Iterator[Finding]:
        """Yield a finding for every sound output of probabilities whose loss could take scores."""
        for pairing in with_loss(case.pairings, DISTRIBUTION, UNIT):
            if pairing.kept and pairing.facts is not None and pairing.facts.with_logits:
                yield self.finding(
                    f"output {pairing.output.name!r} could give scores to {loss_words(pairing)}",
                    why="a probability is clipped at 1e-7: no example can cost more than 16.12 nats",
                    fix=f"activation=None on the head, loss={loss_call(pairing, from_logits=True)}",
                    at=place(pairing),
                )
