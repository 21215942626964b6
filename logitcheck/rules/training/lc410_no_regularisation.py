"""LC410."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from logitcheck.analysis.training_config import (
    dense_parameters,
    foreign_layers,
    parameters,
    regularisers,
    trained_by,
)
from logitcheck.finding import Finding, Location, Severity
from logitcheck.model import Optimizer
from logitcheck.rules.case import Case
from logitcheck.rules.rule import Example, Rule
from logitcheck.rules.sketch import dense, layer, sketch
from logitcheck.topology import LayerConfig

LARGE = 1_000_000
"""Weights of one fully connected layer from which regularisation is asked for."""


class NoRegularisation(Rule):
    """A large fully connected layer is trained without dropout, weight decay or augmentation in the model.

    A layer of 1,000,000 weights can learn 1,000,000 numbers by heart, more than most data sets have examples.
    Augmentation in the input pipeline cannot be seen from the file.

    Fix: ``Dropout(0.5)`` before it, ``AdamW`` in place of ``Adam``, or pooling before it to make it smaller.
    """

    code = "LC410"
    name = "no-regularisation"
    severity = Severity.INFO
    bad: ClassVar = (Example("a million weights and nothing else", lambda: _large(), "dense"),)
    good: ClassVar = (
        Example("dropout before the head", lambda: _large(layer("Dropout", rate=0.5))),
        Example("AdamW", lambda: _large(optimizer=Optimizer("AdamW", 1e-3, config={"weight_decay": 0.004}))),
        Example("augmentation in the model", lambda: _large(layer("GaussianNoise", stddev=0.1))),
        Example("a small layer", lambda: sketch(dense(5), loss="mse", optimizer=Optimizer("Adam", 1e-3))),
    )

    def check(self, case: Case) -> Iterator[Finding]:
        """Yield one finding, at the largest layer, where nothing in the model regularises."""
        model = case.model
        if trained_by(model) is None or foreign_layers(model) or any(regularisers(model)):
            return
        dense_layers = dense_parameters(model)
        largest = max(dense_layers, key=dense_layers.__getitem__, default=None)
        if largest is None or dense_layers[largest] < LARGE:
            return
        size, whole = dense_layers[largest], parameters(model)
        yield self.finding(
            f"layer {largest!r} has {size:,} of the model's {whole:,} parameters, "
            "and the model has no dropout, no weight decay and no augmentation",
            why=f"{size:,} weights can learn as many numbers by heart instead of a rule",
            fix="keras.layers.Dropout(0.5) before it, or optimizer=keras.optimizers.AdamW(...)",
            at=Location(layer=largest),
            evidence={"parameters": size, "model_parameters": whole},
        )


def _large(*before: LayerConfig, optimizer: Optimizer = Optimizer("Adam", 1e-3)) -> Case:  # noqa: B008
    return sketch(*before, dense(1024, "relu"), dense(5), loss="mse", shape=(1024,), optimizer=optimizer)
