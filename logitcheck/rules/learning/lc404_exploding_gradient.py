"""LC404."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from logitcheck.finding import Confidence, Finding, Severity
from logitcheck.model import Optimizer
from logitcheck.rules.case import Case
from logitcheck.rules.inside import at, held, real, told, topic
from logitcheck.rules.over_time import GROWN, OverTime, over_time, recurrent
from logitcheck.rules.rule import Example, Rule
from logitcheck.rules.sketch import dense, sketch

AMPLIFIED = 1000.0
"""On its way back through sound models, trained and untrained, the gradient grows 140-fold at most; at one
steep op, a logarithm near 0, 1,450-fold, while the gradient of all weights stays small.
"""

CARRIED = 1e4
"""Growth of the whole gradient above which growth at one layer is more than one steep op."""

GAIN = 1e5
"""The gradient of all weights is at most 9,700 times that at the answers of sound models."""


class ExplodingGradient(Rule):
    """The loss's gradient grows on its way back through the layers.

    A step of the usual size then throws the early weights far beyond where the loss was measured; in sound
    models the gradient grows by a factor of 140 at most, here by 1000 or more: the loss jumps or becomes NaN.

    Fix: ``clipnorm=1.0`` for the optimizer against the symptom; against the cause He or Glorot initialisation
    and batch normalisation.
    """

    code = "LC404"
    name = "exploding-gradient"
    severity = Severity.WARNING
    bad: ClassVar = (
        Example(
            "weights drawn too large",
            lambda: sketch(
                dense(8, "relu"),
                dense(5, "softmax"),
                measured=told(
                    gradients={
                        "global_norm": 3e6,
                        "gain": 2e7,
                        "amplification": {"ratio": 4e5, "layer": "dense"},
                    }
                ),
            ),
            at="dense",
        ),
        Example(
            "a recurrent layer whose state grows with every step",
            lambda: recurrent(state={"first": 0.4, "last": 7e28, "largest": 7e28}),
            at="simple_rnn",
        ),
    )
    good: ClassVar = (
        Example(
            "a logarithm near 0, steep in one place",
            lambda: sketch(
                dense(5),
                measured=told(
                    gradients={
                        "global_norm": 15.6,
                        "gain": 60.0,
                        "amplification": {"ratio": 1450.0, "layer": "dense"},
                    }
                ),
            ),
        ),
        Example(
            "a gradient that keeps its size",
            lambda: sketch(
                dense(8, "relu"),
                dense(5, "softmax"),
                measured=told(
                    gradients={
                        "global_norm": 2.0,
                        "gain": 9.0,
                        "amplification": {"ratio": 1.4, "layer": "dense"},
                    }
                ),
            ),
        ),
        Example(
            "a recurrent layer that forgets",
            recurrent,
        ),
    )

    def check(self, case: Case) -> Iterator[Finding]:
        """Yield a finding where the measured growth is beyond what sound models show."""
        for loop in over_time(case):
            if loop.overflows or max(loop.gradient, loop.state) >= GROWN:
                yield self._over_time(case, loop)
        seen = topic(case, "gradients")
        grown = held(seen, "amplification")
        ratio, gain, norm = real(grown, "ratio"), real(seen, "gain"), real(seen, "global_norm")
        if not explodes(ratio or 0.0, gain or 0.0):
            return
        layer = str(grown.get("layer", ""))
        yield self.finding(
            f"going back from the answers to layer {layer!r} the gradient grows {ratio or 0.0:.3g}-fold, "
            f"and that of all weights is {gain or 0.0:.3g} times that at the answers (norm {norm or 0:.3g})",
            why="sound models show at most 140 and 9,700; a step of the usual size jumps over the minimum"
            f"{clipped_words(case)}",
            fix="start from kernel_initializer='he_normal' (relu) or 'glorot_uniform', put "
            f"BatchNormalization() between the layers{clip_words(case.model.optimizer)}",
            at=at(case, layer),
            confidence=Confidence.MEASURED,
            evidence={"amplification": ratio, "gain": gain, "global_norm": norm},
        )

    def _over_time(self, case: Case, seen: OverTime) -> Finding:
        grown = {"state": seen.state, "gradient": seen.gradient}
        parts = [f"the {what} grows {size:.3g}-fold" for what, size in grown.items() if size >= GROWN]
        parts += ["numbers overflow"] if seen.overflows else []
        return self.finding(
            f"over {seen.steps} steps of layer {seen.layer!r} ({seen.cell}) {' and '.join(parts)}",
            why="sound recurrent layers show a state that grows 8-fold at most and a gradient that does not "
            f"grow; a step of the usual size jumps over the minimum{clipped_words(case)}",
            fix="recurrent_initializer='orthogonal' and activation='tanh', or LSTM or GRU"
            f"{clip_words(case.model.optimizer)}",
            at=at(case, seen.layer),
            confidence=Confidence.MEASURED,
            evidence={"steps": seen.steps, **grown, "overflows": seen.overflows},
        )


def explodes(ratio: float, gain: float) -> bool:
    """Say whether growth to one layer, and of all weights' gradient, is beyond what sound models show."""
    return gain >= GAIN or (ratio >= AMPLIFIED and gain >= CARRIED)


def clip_words(optimizer: Optimizer | None) -> str:
    """Return the advice to clip, where the stored optimizer does not."""
    if optimizer is None:
        return ", and clip: clipnorm=1.0"
    limits = (optimizer.clipnorm, optimizer.clipvalue, optimizer.global_clipnorm)
    return "" if any(limits) else f", and clip: {optimizer.name}(clipnorm=1.0)"


def clipped_words(case: Case) -> str:
    """Return what the stored optimizer's clipping leaves of it."""
    clipping = held(topic(case, "gradients"), "clipping")
    for option in ("clipnorm", "global_clipnorm", "clipvalue"):
        seen = held(clipping, option)
        factor, limit = real(seen, "factor"), real(seen, "limit")
        if factor and limit is not None:
            return f"; the stored {option}={limit:g} shortens it by a factor of up to {1 / factor:.3g}"
    return ""
