"""LC401."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from logitcheck.analysis.training_config import Shape, clips, network, trained_by
from logitcheck.finding import Confidence, Finding, Location, Severity
from logitcheck.model import Optimizer
from logitcheck.rules.case import Case
from logitcheck.rules.rule import Example, Rule
from logitcheck.rules.sketch import dense, layer, sketch

DEEP = 100
"""Products in a row from which clipping is asked for even of a normalised network."""

DEEP_AND_BARE = 30
"""The same where nothing normalises."""


class ClippingAbsent(Rule):
    """A recurrent or very deep network is trained by an optimizer that does not bound gradients.

    A gradient passes a recurrent matrix once per time step: growing by 1.1 each time, it is 1.1^100 = 13,781
    times larger after 100 steps, and one update by such a gradient can undo the training or end it in NaN.
    Keras clips nothing unless told to. Where the probe measured such growth it is a warning.

    Fix: give the optimizer ``clipnorm=1.0`` (each weight's gradient) or ``global_clipnorm=1.0`` (all as one).
    """

    code = "LC401"
    name = "clipping-absent"
    severity = Severity.INFO
    bad: ClassVar = (
        Example("an LSTM trained by a bare Adam", lambda: _recurrent(Optimizer("Adam", 1e-3)), "lstm"),
        Example("forty layers without normalisation", lambda: _deep(Optimizer("SGD", 0.01))),
        Example("a gradient measured growing a thousandfold", lambda: _measured(Optimizer("Adam", 1e-3))),
    )
    good: ClassVar = (
        Example("an LSTM with clipnorm", lambda: _recurrent(Optimizer("Adam", 1e-3, clipnorm=1.0))),
        Example("forty layers with clipvalue", lambda: _deep(Optimizer("SGD", 0.01, clipvalue=0.5))),
        Example(
            "a shallow network",
            lambda: sketch(dense(5, "softmax"), loss="mse", optimizer=Optimizer("Adam", 1e-3)),
        ),
        Example("growth that clipnorm bounds", lambda: _measured(Optimizer("Adam", 1e-3, clipnorm=1.0))),
        Example("no optimizer stored", lambda: sketch(layer("LSTM", units=4), dense(5), shape=(9, 8))),
    )

    def check(self, case: Case) -> Iterator[Finding]:
        """Yield one finding where the network asks for clipping and the optimizer has none."""
        optimizer = trained_by(case.model)
        if optimizer is None or clips(optimizer):
            return
        shape = network(case.model)
        grown = _grown(case)
        asked = _asked(shape) if grown is None else grown
        if asked is None:
            return
        subject, why = asked
        yield self.finding(
            f"{subject}; {optimizer.name} is stored without clipnorm, clipvalue or global_clipnorm",
            why=why,
            fix=f"keras.optimizers.{optimizer.name}(..., clipnorm=1.0)",
            at=Location(layer=shape.recurrent[0] if shape.recurrent else None),
            severity=Severity.INFO if grown is None else Severity.WARNING,
            confidence=Confidence.PROVED if grown is None else Confidence.MEASURED,
            evidence={"recurrent": len(shape.recurrent), "depth": shape.depth, "optimizer": optimizer.name},
        )


def _grown(case: Case) -> tuple[str, str] | None:
    """Return how far gradients were measured growing and what it does; None without such a measurement."""
    if case.measured is None:
        return None
    from logitcheck.rules.growth import growth

    return growth(case)


def _asked(shape: Shape) -> tuple[str, str] | None:
    """Return what in the network asks for clipping, and what it does to a gradient."""
    if shape.recurrent:
        more = f" and {len(shape.recurrent) - 1} more" if len(shape.recurrent) > 1 else ""
        subject = f"layer {shape.recurrent[0]!r}{more} {'are' if more else 'is'} recurrent"
        return subject, "a factor of 1.1 per time step makes a gradient 13,781 times larger over 100 steps"
    if shape.depth >= (DEEP if shape.normalised else DEEP_AND_BARE):
        grown = f"{1.1**shape.depth:,.0f}"
        bare = "" if shape.normalised else " and nothing normalises"
        why = f"a factor of 1.1 per layer makes a gradient {grown} times larger on the way back"
        return f"{shape.depth} layers with weights lie in a row{bare}", why
    return None


def _recurrent(optimizer: Optimizer) -> Case:
    head = (layer("LSTM", units=4), dense(5, "softmax"))
    return sketch(*head, loss="categorical_crossentropy", shape=(9, 8), optimizer=optimizer)


def _measured(optimizer: Optimizer) -> Case:
    from logitcheck.rules.inside import told

    seen = told(
        gradients={"global_norm": 3e4, "gain": 9e4, "amplification": {"ratio": 1e3, "layer": "dense"}}
    )
    return sketch(dense(8, "relu"), dense(1), loss="mse", optimizer=optimizer, measured=seen)


def _deep(optimizer: Optimizer) -> Case:
    return sketch(*(dense(8, "relu") for _ in range(40)), dense(1), loss="mse", optimizer=optimizer)
