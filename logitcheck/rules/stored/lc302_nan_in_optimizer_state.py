"""LC302."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from logitcheck.finding import Finding, Location, Severity
from logitcheck.rules.case import Case
from logitcheck.rules.rule import Example, Rule
from logitcheck.rules.stored.lc301_nan_in_weights import count_words
from logitcheck.rules.stored_sketch import stored


class NanInOptimizerState(Rule):
    """A slot of the optimizer is NaN or Inf.

    Predictions are sound, but after 1 step of further training the weights are NaN: Adam's second moment
    divides every update.

    Fix: load with ``compile=False`` and compile anew, which starts the optimizer afresh.
    """

    code = "LC302"
    name = "nan-in-optimizer-state"
    severity = Severity.ERROR
    bad: ClassVar = (
        Example("a moment is NaN", lambda: stored({"m": [0.0, float("nan")]}, role="optimizer"), "m"),
    )
    good: ClassVar = (Example("finite moments", lambda: stored({"m": [0.0, 1.0]}, role="optimizer")),)

    def check(self, case: Case) -> Iterator[Finding]:
        """Yield a finding for every slot with a NaN or Inf in it."""
        for found in case.weights.values():
            if found.first is not None and found.ref.role == "optimizer":
                yield self.finding(
                    f"{count_words(found)} in the optimizer's {found.ref.key!r}, "
                    f"the first at {list(found.index or ())}",
                    why="the first training step after loading makes the weights NaN",
                    fix="keras.models.load_model(path, compile=False); model.compile(...)",
                    at=Location(weight=found.ref.key, layer=found.ref.layer),
                    evidence={"nan": found.nan, "inf": found.inf, "first": list(found.index or ())},
                )
