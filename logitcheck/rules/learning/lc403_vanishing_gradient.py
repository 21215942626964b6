"""LC403."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from logitcheck.finding import Confidence, Finding, Severity
from logitcheck.rules.case import Case
from logitcheck.rules.inside import at, held, real, told, topic
from logitcheck.rules.over_time import OverTime, over_time, recurrent
from logitcheck.rules.rule import Example, Rule
from logitcheck.rules.sketch import dense, sketch
from logitcheck.rules.untrained import normalises_untrained

LIMIT = 1e-4
"""Kernel gradients of sound models, trained and untrained, differ by a factor of 130 at most; a stack of
sigmoids loses a factor of 4 to 5 with every layer and passes this after seven.
"""


class VanishingGradient(Rule):
    """Next to nothing of the loss's gradient reaches an early layer.

    One step of plain gradient descent moves that layer's weights less than 1e-4 times as far as those of a
    later layer: it keeps the weights it began with, however long the training. Where every layer makes what
    goes through it smaller, as with initial weights of 0.01, all kernels together get next to nothing. Batch
    normalisation cures both once it is trained: before, a finding is no more than worth knowing.

    Fix: ReLU or GELU in place of sigmoid and tanh, He or Glorot initialisation, batch normalisation or
    residual connections between the layers.
    """

    code = "LC403"
    name = "vanishing-gradient"
    severity = Severity.WARNING
    bad: ClassVar = (
        Example(
            "a stack of sigmoids",
            lambda: sketch(
                *(dense(8, "sigmoid") for _ in range(10)),
                dense(5, "softmax"),
                measured=told(
                    gradients={"vanishing": {"ratio": 3e-7, "layer": "dense", "against": "dense_10"}}
                ),
            ),
            at="dense",
        ),
        Example(
            "initial weights so small that nothing arrives anywhere",
            lambda: sketch(
                *(dense(8, "tanh") for _ in range(10)),
                dense(5, "softmax"),
                measured=told(gradients={"reach": {"ratio": 2e-9, "layer": "dense_10"}}),
            ),
            at="dense_10",
        ),
        Example(
            "a recurrent layer that remembers one step",
            lambda: recurrent(gradient={"first": 0.0, "largest": 1.0, "memory": 1}),
            at="simple_rnn",
        ),
    )
    good: ClassVar = (
        Example(
            "gradients of one size",
            lambda: sketch(
                dense(8, "relu"),
                dense(5, "softmax"),
                measured=told(
                    gradients={"vanishing": {"ratio": 0.3, "layer": "dense", "against": "dense_1"}}
                ),
            ),
        ),
        Example(
            "a recurrent layer that forgets after 43 steps",
            recurrent,
        ),
    )

    def check(self, case: Case) -> Iterator[Finding]:
        """Yield a finding where the measured ratio is below the limit, and for layers without memory."""
        for loop in over_time(case):
            if loop.forgets:
                yield self._forgotten(case, loop)
        severity = Severity.INFO if normalises_untrained(case) else Severity.WARNING
        whole = held(topic(case, "gradients"), "reach")
        most = real(whole, "ratio")
        if most is not None and most < LIMIT:
            yield self._everywhere(case, most, str(whole.get("layer", "")), severity)
            return
        seen = held(topic(case, "gradients"), "vanishing")
        ratio, layer, other = real(seen, "ratio"), seen.get("layer"), seen.get("against")
        if ratio is None or not isinstance(layer, str) or ratio >= LIMIT:
            return
        yield self.finding(
            f"the gradient of layer {layer!r} is {ratio:.2g} times that of layer {other!r}",
            why=f"a step that moves {other!r} visibly moves {layer!r} by {ratio:.0e} of that",
            fix="use activation='relu' with kernel_initializer='he_normal' in the layers between, or put "
            "BatchNormalization() or residual connections there",
            at=at(case, layer),
            severity=severity,
            confidence=Confidence.MEASURED,
            evidence={"ratio": ratio, "against": other},
        )

    def _everywhere(self, case: Case, ratio: float, layer: str, severity: Severity) -> Finding:
        return self.finding(
            f"no kernel gets a gradient of more than {ratio:.2g} times that at the answers; layer {layer!r} "
            "gets most",
            why=f"what reaches the head is {ratio:.0e} of what it should be: only its bias learns",
            fix="kernel_initializer='he_normal' (relu) or 'glorot_uniform' in all layers",
            at=at(case, layer),
            severity=severity,
            confidence=Confidence.MEASURED,
            evidence={"reach": ratio},
        )

    def _forgotten(self, case: Case, seen: OverTime) -> Finding:
        return self.finding(
            f"in layer {seen.layer!r} ({seen.cell}) the gradient is below 1e-4 of itself {seen.memory:.0f} "
            f"steps back, of {seen.steps}",
            why="no step learns from what stood before it: the layer works on each step by itself",
            fix="LSTM or GRU, recurrent_initializer='orthogonal', unit_forget_bias=True; scaled inputs "
            "where the gates are saturated",
            at=at(case, seen.layer),
            confidence=Confidence.MEASURED,
            evidence={"memory": seen.memory, "steps": seen.steps},
        )
