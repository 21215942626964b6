"""LC102."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from logitcheck.analysis.contract import INDEPENDENT, Pairing
from logitcheck.analysis.losses import SCORE
from logitcheck.finding import Contract, Finding, Severity
from logitcheck.rules.case import Case
from logitcheck.rules.figures import (
    DOUBLED_ONE,
    DOUBLED_ZERO,
    head_words,
    loss_call,
    loss_words,
    place,
    with_loss,
)
from logitcheck.rules.measured_loss import measured_loss
from logitcheck.rules.rule import Example, Rule
from logitcheck.rules.sketch import dense, layer, sketch


class DoubleSigmoid(Rule):
    """The output lies in [0, 1] and the loss applies a sigmoid: ``from_logits=True`` on probabilities.

    Where nothing rescues it the loss sees sigmoid(sigmoid(z)), which stays between 0.5 and 0.7311: a perfect
    1 still costs ln(1 + 1/e) = 0.3133 nats and a perfect 0 costs ln 2 = 0.6931. Newer Keras on TensorFlow
    looks through a sigmoid that comes last; other versions and backends do not.

    Fix: drop the sigmoid and keep ``from_logits=True``, or keep the sigmoid and write ``from_logits=False``.
    """

    code = "LC102"
    name = "double-sigmoid"
    severity = Severity.ERROR
    bad: ClassVar = (
        Example(
            "Dense(1, sigmoid) with from_logits=True",
            lambda: sketch(dense(1, "sigmoid"), loss=("binary_crossentropy", True)),
            at="dense",
        ),
        Example(
            "five labels, a sigmoid of its own, focal loss",
            lambda: sketch(
                dense(5), layer("Activation", activation="sigmoid"), loss=("binary_focal_crossentropy", True)
            ),
            at="activation",
        ),
    )
    good: ClassVar = (
        Example("a logit", lambda: sketch(dense(1), loss=("binary_crossentropy", True))),
        Example(
            "sigmoid, from_logits=False", lambda: sketch(dense(1, "sigmoid"), loss="binary_crossentropy")
        ),
    )

    def check(self, case: Case) -> Iterator[Finding]:
        """Yield a finding for every output in [0, 1] whose loss takes binary scores."""
        for pairing in with_loss(case.pairings, SCORE):
            if pairing.values == INDEPENDENT:
                yield self._found(case, pairing)

    def _found(self, case: Case, pairing: Pairing) -> Finding:
        from logitcheck.analysis.rescue import rescue

        name = pairing.facts.name if pairing.facts else ""
        told = rescue(case.model, pairing.head, pairing.tensor.dtype, name)
        seen = measured_loss(case, pairing)
        return self.finding(
            f"output {pairing.output.name!r} lies in [0, 1] already ({head_words(pairing)}), and its loss "
            f"{loss_words(pairing)} applies a sigmoid",
            why=f"{told.sentence} Applied twice, a perfect 1 costs {DOUBLED_ONE:.4f} nats and a perfect 0 "
            f"{DOUBLED_ZERO:.4f}, where both should cost 0.{seen.words}".strip(),
            fix=f"loss={loss_call(pairing, from_logits=False)}, or take the sigmoid off the head and keep "
            "the loss",
            at=place(pairing),
            contract=Contract.VIOLATED,
            confidence=seen.confidence,
            evidence={
                "perfect_one_nats": round(DOUBLED_ONE, 4),
                "perfect_zero_nats": round(DOUBLED_ZERO, 4),
                "keras": told.status,
                **seen.evidence,
            },
        )
