"""LC101."""

from __future__ import annotations

from collections.abc import Iterator
from math import log
from typing import ClassVar

from logitcheck.analysis.contract import INDEPENDENT, PROBABILITIES, Pairing
from logitcheck.analysis.head_ops import SOFTMAX
from logitcheck.analysis.losses import SCORES
from logitcheck.finding import Contract, Finding, Severity
from logitcheck.rules.case import Case
from logitcheck.rules.figures import (
    best_doubled,
    double_softmax_floor,
    head_words,
    loss_call,
    loss_words,
    place,
    with_loss,
)
from logitcheck.rules.measured_loss import measured_loss
from logitcheck.rules.rule import Example, Rule
from logitcheck.rules.sketch import KERAS_2_3, dense, layer, sketch


class DoubleSoftmax(Rule):
    """The output is a softmax and the loss applies another: ``from_logits=True`` on probabilities.

    Where nothing rescues it the loss sees softmax(softmax(z)): with C classes it cannot get below
    ln(e + C - 1) - 1 nats (0.9048 for 5 classes, 1.4612 for 10, 5.9095 for 1000), and the gradient shrinks
    as the model gets surer. Newer Keras on TensorFlow looks through a softmax that comes last; other
    versions, other backends and anything behind the softmax do not.

    Fix: drop the softmax and keep ``from_logits=True``, or keep the softmax and write ``from_logits=False``.
    """

    code = "LC101"
    name = "double-softmax"
    severity = Severity.ERROR
    bad: ClassVar = (
        Example(
            "Dense(5, softmax) with from_logits=True",
            lambda: sketch(dense(5, "softmax"), loss=("sparse_categorical_crossentropy", True)),
            at="dense",
        ),
        Example(
            "a Softmax layer, behind a reshape",
            lambda: sketch(
                dense(12),
                layer("Reshape", target_shape=(4, 3)),
                layer("Softmax", axis=-1),
                layer("Reshape", target_shape=(2, 2, 3)),
                loss=("categorical_crossentropy", True),
            ),
            at="reshape_1",
        ),
        Example(
            "written by Keras 2.3, which applies it twice",
            lambda: sketch(dense(5, "softmax"), loss=("categorical_crossentropy", True), writer=KERAS_2_3),
            at="dense",
        ),
        Example(
            "a softmax that a reshape cuts up",
            lambda: sketch(
                dense(3, "softmax"), layer("Flatten"), shape=(4, 2), loss=("categorical_crossentropy", True)
            ),
            at="flatten",
        ),
        Example(
            "softmax into CTC, which takes logits", lambda: sketch(dense(5, "softmax"), loss="ctc"), "dense"
        ),
    )
    good: ClassVar = (
        Example("logits", lambda: sketch(dense(5), loss=("sparse_categorical_crossentropy", True))),
        Example(
            "softmax, from_logits=False", lambda: sketch(dense(5, "softmax"), loss="categorical_crossentropy")
        ),
        Example(
            "log-softmax: a second softmax changes nothing",
            lambda: sketch(dense(5, "log_softmax"), loss=("categorical_crossentropy", True)),
        ),
    )

    def check(self, case: Case) -> Iterator[Finding]:
        """Yield a finding for every output of probabilities whose loss takes scores."""
        for pairing in with_loss(case.pairings, SCORES):
            moved = pairing.values == INDEPENDENT and pairing.head.op in SOFTMAX
            if (pairing.values == PROBABILITIES or moved) and pairing.classes != 1:
                yield self._found(case, pairing)

    def _found(self, case: Case, pairing: Pairing) -> Finding:
        from logitcheck.analysis.rescue import rescue

        name = pairing.facts.name if pairing.facts else ""
        told = rescue(case.model, pairing.head, pairing.tensor.dtype, name)
        seen = measured_loss(case, pairing)
        return self.finding(
            f"output {pairing.output.name!r} is already a softmax ({head_words(pairing)}), and its loss "
            f"{loss_words(pairing)} applies another",
            why=f"{_cost(pairing)} {told.sentence}".strip() + seen.words,
            fix=fix_words(pairing),
            at=place(pairing),
            contract=Contract.VIOLATED,
            confidence=seen.confidence,
            evidence={**_evidence(pairing.classes, told.status), **seen.evidence},
        )


def _cost(pairing: Pairing) -> str:
    """Return what the second softmax costs; CTC adds up paths over time, so there only a step has a bound."""
    if pairing.facts and pairing.facts.family == "ctc" and pairing.classes:
        best = best_doubled(pairing.classes)
        return f"Applied twice, no time step can give its class more than {best:.4f} (1 when done right)."
    return floor_words(pairing.classes)


def floor_words(classes: int | None) -> str:
    """Return what a doubled softmax costs with this many classes."""
    if classes is None:
        return "Applied twice, a loss over C classes cannot get below ln(e + C - 1) - 1 nats (1.4612 for 10)."
    return (
        f"Applied twice, a loss over {classes} classes cannot get below {double_softmax_floor(classes):.4f} "
        f"nats (0 when done right, {log(classes):.4f} for guessing)."
    )


def fix_words(pairing: Pairing) -> str:
    """Return the two ways out, the change of the loss first where the loss has the switch."""
    if pairing.facts and pairing.facts.with_logits:
        return (
            f"loss={loss_call(pairing, from_logits=False)}, or take the softmax off the head and keep the "
            "loss"
        )
    return "take the softmax off the head: activation=None"


def _evidence(classes: int | None, status: str) -> dict[str, object]:
    floor = double_softmax_floor(classes) if classes else None
    return {"classes": classes, "floor_nats": round(floor, 4) if floor else None, "keras": status}
