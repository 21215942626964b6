"""LC412."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from logitcheck.analysis.training_config import half_layers, scales_loss, trained_by
from logitcheck.finding import Finding, Location, Severity
from logitcheck.model import Optimizer
from logitcheck.rules.case import Case
from logitcheck.rules.rule import Example, Rule
from logitcheck.rules.sketch import dense, sketch


class LossScalingMissing(Rule):
    """Layers compute in float16 and the optimizer does not scale the loss.

    Gradients below 6e-8, the smallest number of float16, become 0, and those below 6e-5 lose digits. Keras
    wraps the optimizer by itself only where the whole model has the policy ``mixed_float16``: not where
    single layers have it, not for plain float16, not after ``compile(auto_scale_loss=False)``.

    Fix: ``keras.mixed_precision.set_global_policy("mixed_float16")`` before the model is made, or a
    ``LossScaleOptimizer`` around the optimizer.
    """

    code = "LC412"
    name = "loss-scaling-missing"
    severity = Severity.WARNING
    bad: ClassVar = (
        Example("a layer in mixed_float16, a bare Adam", lambda: _mixed(Optimizer("Adam", 1e-3)), "dense"),
        Example("a layer in float16", lambda: _mixed(Optimizer("SGD", 0.01), "float16"), "dense"),
    )
    good: ClassVar = (
        Example("the loss is scaled", lambda: _mixed(Optimizer("Adam", 1e-3, loss_scaling=True))),
        Example(
            "bfloat16 reaches as far down as float32",
            lambda: _mixed(Optimizer("Adam", 1e-3), "mixed_bfloat16"),
        ),
        Example(
            "a .keras file does not tell",
            lambda: _mixed(Optimizer("Adam", 1e-3), format="keras-zip"),
        ),
    )

    def check(self, case: Case) -> Iterator[Finding]:
        """Yield one finding where the file proves that the loss was not scaled."""
        optimizer = trained_by(case.model)
        if optimizer is None or scales_loss(case.model) is not False:
            return
        layers = half_layers(case.model, case.facts)
        if not layers:
            return
        more = f" and {len(layers) - 1} more" if len(layers) > 1 else ""
        yield self.finding(
            f"layer {layers[0]!r}{more} {'multiply' if more else 'multiplies'} in float16, "
            f"and {optimizer.name} does not scale the loss",
            why="gradients below 6e-8 become exactly 0, those below 6e-5 lose digits",
            fix=f"keras.mixed_precision.LossScaleOptimizer(keras.optimizers.{optimizer.name}(...))",
            at=Location(layer=layers[0]),
            evidence={"layers": len(layers), "optimizer": optimizer.name},
        )


def _mixed(optimizer: Optimizer, dtype: str = "mixed_float16", **model: object) -> Case:
    layers = (dense(8, "relu", dtype=dtype), dense(5, "softmax", dtype="float32"))
    case = sketch(*layers, loss="categorical_crossentropy", optimizer=optimizer)
    return case if not model else _as(case, **model)


def _as(case: Case, **model: object) -> Case:
    from dataclasses import replace

    return replace(case, model=replace(case.model, **model))  # type: ignore[arg-type]
