"""LC210."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from logitcheck.finding import Confidence, Finding, Severity
from logitcheck.rules.case import Case
from logitcheck.rules.figures import place
from logitcheck.rules.measured import differs, measured_outputs
from logitcheck.rules.rule import Example, Rule
from logitcheck.rules.sketch import dense, measure, sketch


class CallDiffersFromPredict(Rule):
    """``model(x)`` answers otherwise than ``model.predict(x)``.

    A layer was called with ``training=True`` when the model was built. Keras 3 overrules that in ``predict``
    and ``evaluate``, but a plain call keeps it, and so does a SavedModel exported from the model: dropout or
    the statistics of the batch move the answers by more than the 1e-3 that rounding explains. Layers that
    augment pictures (``RandomFlip``) are at work in ``model(x)`` of any model that has them: worth knowing.

    Fix: leave ``training=True`` out when building the model; until then ``model(x, training=False)``.
    """

    code = "LC210"
    name = "call-differs-from-predict"
    severity = Severity.WARNING
    bad: ClassVar = (
        Example(
            "0.2 apart",
            lambda: sketch(
                dense(5, "softmax"),
                measured=measure("dense", extra={"bare_call": {"dense": {"same": False, "difference": 0.2}}}),
            ),
            at="dense",
        ),
    )
    good: ClassVar = (
        Example(
            "rounding alone",
            lambda: sketch(
                dense(5, "softmax"),
                measured=measure(
                    "dense", extra={"bare_call": {"dense": {"same": False, "difference": 1e-7}}}
                ),
            ),
        ),
        Example("not measured", lambda: sketch(dense(5, "softmax"), measured=measure("dense"))),
    )

    def check(self, case: Case) -> Iterator[Finding]:
        """Yield a finding for every output on which the two ways of asking disagree."""
        for pairing, seen in measured_outputs(case):
            if differs(case, "repeat", seen, relative=1e-5) is not None:
                continue  # predict does not even agree with itself, which is told already
            gap = differs(case, "bare_call", seen, relative=1e-3)
            if gap is not None:
                augments = any(layer.class_name.startswith("Random") for layer in case.model.layers)
                yield self.finding(
                    f"output {pairing.output.name!r} of model(x) is up to {gap} away from that of "
                    "model.predict(x)",
                    why="its augmenting layers are at work in model(x), as Keras 3 has them by default"
                    if augments
                    else f"scores from model(x), or from an exported SavedModel, are off by up to {gap}",
                    fix="model(x, training=False); no training=True in the layers' own calls",
                    at=place(pairing),
                    severity=Severity.INFO if augments else Severity.WARNING,
                    confidence=Confidence.MEASURED,
                    evidence={"difference": gap},
                )
