"""LC113."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from logitcheck.analysis.contract import Pairing
from logitcheck.finding import Contract, Finding, Location, Severity
from logitcheck.model import Loss
from logitcheck.rules.case import Case
from logitcheck.rules.figures import loss_words
from logitcheck.rules.rule import Example, Rule
from logitcheck.rules.sketch import dense, sketch

REDUCTIONS = (
    "sum_over_batch_size",
    "mean",
    "mean_with_sample_weight",
    "sum",
    "none",
    "auto",
    "sum_by_nonzero_weights",
)


class LossParameterOutOfRange(Rule):
    """A stored argument of the loss makes no sense: label smoothing outside [0, 1), an axis the output lacks.

    Smoothing of s moves every label by s towards the average: at s = 1 all labels are alike and nothing is
    left to learn, beyond it they are turned round. An axis that is not there stops the first training step.

    Fix: ``label_smoothing=0.1``; ``axis=-1``; ``reduction="sum_over_batch_size"``.
    """

    code = "LC113"
    name = "loss-parameter-out-of-range"
    severity = Severity.ERROR
    bad: ClassVar = (
        Example(
            "label smoothing of 1.5",
            lambda: sketch(
                dense(5, "softmax"),
                loss=Loss("categorical_crossentropy", False, label_smoothing=1.5, axis=-1),
            ),
            at="dense",
        ),
        Example(
            "axis 3 of a matrix",
            lambda: sketch(dense(5, "softmax"), loss=Loss("categorical_crossentropy", False, axis=3)),
            at="dense",
        ),
        Example(
            "an unknown reduction",
            lambda: sketch(
                dense(1), loss=Loss("mean_squared_error", config={"reduction": "average", "name": "mse"})
            ),
            at="dense",
        ),
        Example(
            "a focal loss that rewards the easy",
            lambda: sketch(
                dense(1, "sigmoid"), loss=Loss("binary_focal_crossentropy", False, config={"gamma": -2.0})
            ),
            at="dense",
        ),
    )
    good: ClassVar = (
        Example(
            "label smoothing of 0.1",
            lambda: sketch(
                dense(5, "softmax"),
                loss=Loss("categorical_crossentropy", False, label_smoothing=0.1, axis=-1),
            ),
        ),
        Example(
            "the axis of channels first",
            lambda: sketch(
                dense(5, "softmax"),
                loss=Loss("categorical_crossentropy", False, axis=1, config={"reduction": "sum"}),
            ),
        ),
    )

    def check(self, case: Case) -> Iterator[Finding]:
        """Yield a finding for every argument of a loss that makes no sense."""
        for pairing in case.pairings:
            if pairing.loss is not None and pairing.facts is not None:
                for what, why, fix in _wrong(pairing, pairing.loss):
                    yield self._found(pairing, what, why, fix)

    def _found(self, pairing: Pairing, what: str, why: str, fix: str) -> Finding:
        return self.finding(
            f"output {pairing.output.name!r}: {loss_words(pairing)} has {what}",
            why=why,
            fix=fix,
            at=Location(output=pairing.output.name, layer=pairing.output.layer),
            contract=Contract.VIOLATED,
        )


def _wrong(pairing: Pairing, loss: Loss) -> Iterator[tuple[str, str, str]]:
    smoothing, rank = loss.label_smoothing, pairing.tensor.rank
    if not 0 <= smoothing < 1:
        why = (
            f"labels are moved by {smoothing:g} towards their average: at 1 all are alike, beyond they are "
            "turned round"
        )
        yield f"label_smoothing={smoothing:g}", why, "label_smoothing=0.1"
    if loss.axis is not None and rank is not None and not -rank <= loss.axis < rank:
        yield f"axis={loss.axis}", f"the output has {rank} axes", "axis=-1"
    reduction = loss.config.get("reduction")
    if isinstance(reduction, str) and reduction.lower() not in REDUCTIONS:
        why = f"Keras knows {len(REDUCTIONS)} reductions and refuses this one when the file is compiled"
        yield f"reduction={reduction!r}", why, 'reduction="sum_over_batch_size"'
    gamma = loss.config.get("gamma")
    if "focal" in loss.name and isinstance(gamma, int | float) and gamma < 0:
        why = (
            f"(1 - p) ** {gamma:g} grows without bound as p nears 1: the loss dwells on what is already right"
        )
        yield f"gamma={gamma:g}", why, "gamma=2.0"
