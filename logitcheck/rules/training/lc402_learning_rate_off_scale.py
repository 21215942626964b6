"""LC402."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import ClassVar

from logitcheck.analysis.learning_rates import Usual, times_off, usual
from logitcheck.analysis.training_config import trained_by
from logitcheck.finding import Finding, Location, Severity
from logitcheck.model import Optimizer
from logitcheck.rules.case import Case
from logitcheck.rules.rule import Example, Rule
from logitcheck.rules.sketch import dense, sketch

TOLD = 10
"""How many times outside the usual range a rate is worth a word."""

WARNED = 100
"""From how many times on it is a warning."""

ROUNDING = 1 + 1e-6
"""A rate is stored as float32: 0.001 comes back as 0.0010000000475."""


class LearningRateOffScale(Rule):
    """The stored learning rate lies far outside what its optimizer is used with.

    Adam moves every weight by about the learning rate per step, whatever the gradient: at 1.0, weights that
    start within ±0.1 are 10 times larger after 1 step. At 1e-9, a million steps move a weight by 0.001.

    Fix: begin with the optimizer's default (``Adam(1e-3)``, ``SGD(1e-2)``).
    """

    code = "LC402"
    name = "learning-rate-off-scale"
    severity = Severity.WARNING
    bad: ClassVar = (
        Example("Adam with 1.0", lambda: _trained("Adam", 1.0)),
        Example("SGD with 1e-9", lambda: _trained("SGD", 1e-9)),
        Example("a learning rate of 0", lambda: _trained("RMSprop", 0.0)),
    )
    good: ClassVar = (
        Example("Adam with its default", lambda: _trained("Adam", 1e-3)),
        Example("SGD with 0.5", lambda: _trained("SGD", 0.5)),
        Example("Adadelta with 1.0, as published", lambda: _trained("Adadelta", 1.0)),
        Example("a schedule", lambda: _trained("Adam", None)),
        Example("an optimizer of the author's own", lambda: _trained("MyOptimizer", 50.0)),
    )

    def check(self, case: Case) -> Iterator[Finding]:
        """Yield a finding for a rate that is ten times or more outside the usual range."""
        optimizer = trained_by(case.model)
        span = usual(optimizer.name) if optimizer else None
        if optimizer is None or span is None or optimizer.learning_rate is None:
            return
        rate = optimizer.learning_rate
        off = times_off(rate, span) * ROUNDING
        if off < TOLD:
            return
        yield self.finding(
            f"{optimizer.name} has a learning rate of {rate:.3g}{_words(off, rate, span)}",
            why=_cost(rate),
            fix=f"keras.optimizers.{optimizer.name}(learning_rate={_advice(optimizer.name)})",
            at=Location(),
            severity=Severity.WARNING if off >= WARNED else Severity.INFO,
            evidence={"learning_rate": rate if math.isfinite(rate) else str(rate), "usual": list(span)},
        )


def _words(off: float, rate: float, span: Usual) -> str:
    if math.isinf(off):
        return ", which is no step towards a smaller loss"
    where = "above" if rate > span.high else "below"
    return f", {off:,.0f} times {where} the usual range of {span.low:g} to {span.high:g}"


def _cost(rate: float) -> str:
    """Say what a rate does to a weight whose gradient, or normalised gradient, is 1."""
    if not math.isfinite(rate):
        return "after 1 step no weight is a number"
    if rate <= 0:
        return "training leaves every weight as it is" if rate == 0 else "every step makes the loss larger"
    if rate > 1e-2:
        return f"1 step with a gradient of 1 moves a weight by {rate:g}; weights start at about 0.1"
    return (
        f"1,000 steps with a gradient of 1 move a weight by {1000 * rate:.3g}; unless a schedule ended there"
    )


def _advice(optimizer: str) -> str:
    return {"SGD": "0.01", "Lion": "1e-4", "Muon": "0.02"}.get(optimizer, "1e-3")


def _trained(name: str, rate: float | None) -> Case:
    return sketch(dense(1), loss="mse", optimizer=Optimizer(name, rate))
