"""LC407."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from logitcheck.finding import Confidence, Finding, Severity
from logitcheck.rules.case import Case
from logitcheck.rules.inside import at, held, real, told, topic, words
from logitcheck.rules.rule import Example, Rule
from logitcheck.rules.sketch import dense, sketch


class LayerCutOff(Rule):
    """A layer is trainable, but the loss sends it no gradient.

    Behind ``round``, ``argmax``, a cast to whole numbers or ``stop_gradient`` there is no path back, and
    behind units that are all 0 or saturated the gradient is exactly 0: 100 % of its weights stay as they are.
    Layers before a trainable scale or kernel that begins at 0, as at the end of a residual branch, are left
    alone: they learn from the second step on.

    Fix: leave the op out in training or use a differentiable one in its place; if the layer is meant to stay
    as it is, say ``trainable=False``.
    """

    code = "LC407"
    name = "layer-cut-off"
    severity = Severity.WARNING
    bad: ClassVar = (
        Example(
            "behind a rounding",
            lambda: sketch(
                dense(8, "relu"),
                dense(5, "softmax"),
                measured=told(gradients={"cut_off": {"unconnected": ["dense"], "zero": []}}),
            ),
            at="dense",
        ),
        Example(
            "behind dead units",
            lambda: sketch(
                dense(8, "relu"),
                dense(5, "softmax"),
                measured=told(gradients={"rows": 26, "cut_off": {"unconnected": [], "zero": ["dense"]}}),
            ),
            at="dense",
        ),
    )
    good: ClassVar = (
        Example(
            "every layer gets its share",
            lambda: sketch(
                dense(8, "relu"),
                dense(5, "softmax"),
                measured=told(gradients={"cut_off": {"unconnected": [], "zero": []}}),
            ),
        ),
    )

    def check(self, case: Case) -> Iterator[Finding]:
        """Yield a finding for every layer that the loss does not reach."""
        seen = topic(case, "gradients")
        cut = held(seen, "cut_off")
        for kind in ("unconnected", "zero"):
            for layer in words(cut, kind):
                yield self._finding(case, layer, kind, real(seen, "rows"))

    def _finding(self, case: Case, layer: str, kind: str, rows: float | None) -> Finding:
        path = kind == "unconnected"
        return self.finding(
            f"no gradient of the loss reaches layer {layer!r}: there is no differentiable path back to it"
            if path
            else f"the gradient of layer {layer!r} is exactly 0 in every weight, on {rows or 0:.0f} rows",
            why="0 of its weights change in training, though all count as trainable",
            fix="replace the op between it and the loss that has no gradient (round, argmax, cast, "
            "stop_gradient), or set trainable=False"
            if path
            else "look at the layers between it and the loss: dead ReLUs, saturated sigmoids, a softmax over "
            "one unit, probabilities that the loss clips",
            at=at(case, layer),
            confidence=Confidence.MEASURED,
            evidence={"path": not path},
        )
