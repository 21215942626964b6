"""LC413."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from logitcheck.analysis.training_config import trainable_layers, trained_by
from logitcheck.finding import Finding, Location, Severity
from logitcheck.model import Optimizer
from logitcheck.rules.case import Case
from logitcheck.rules.rule import Example, Rule
from logitcheck.rules.sketch import dense, sketch
from logitcheck.topology import LayerConfig

ADAM = Optimizer("Adam", 1e-3)


class EverythingFrozen(Rule):
    """A loss and an optimizer are stored, and every layer with weights has ``trainable=False``.

    ``fit`` runs and moves 0 of the weights; Keras 3 says so in a warning, Keras 2 says nothing. It is meant
    for a discriminator inside a GAN or a model that is only served, a mistake where a head was to be trained.

    Fix: ``model.layers[-1].trainable = True``, then ``compile`` again.
    """

    code = "LC413"
    name = "everything-frozen"
    severity = Severity.INFO
    bad: ClassVar = (
        Example(
            "both layers are frozen",
            lambda: sketch(_frozen(8), _frozen(5), loss="mse", optimizer=ADAM),
        ),
    )
    good: ClassVar = (
        Example("the head is trained", lambda: sketch(_frozen(8), dense(5), loss="mse", optimizer=ADAM)),
        Example("no loss is stored", lambda: sketch(_frozen(8), _frozen(5))),
    )

    def check(self, case: Case) -> Iterator[Finding]:
        """Yield one finding where nothing is left to train."""
        optimizer = trained_by(case.model)
        trained, frozen = trainable_layers(case.model)
        if optimizer is None or trained or not frozen:
            return
        yield self.finding(
            f"a loss and {optimizer.name} are stored, and all {len(frozen)} layers with weights are frozen",
            why="fit moves 0 of the weights",
            fix="model.layers[-1].trainable = True; model.compile(...)",
            at=Location(),
            evidence={"frozen": len(frozen)},
        )


def _frozen(units: int) -> LayerConfig:
    return dense(units, trainable=False)
