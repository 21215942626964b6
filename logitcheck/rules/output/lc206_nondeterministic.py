"""LC206."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from logitcheck.finding import Confidence, Finding, Severity
from logitcheck.rules.case import Case
from logitcheck.rules.figures import place
from logitcheck.rules.measured import differs, measured_outputs
from logitcheck.rules.rule import Example, Rule
from logitcheck.rules.sketch import dense, measure, sketch


class Nondeterministic(Rule):
    """The model answers differently when asked the same twice.

    Dropout or noise left on at serving, or a random op: two calls differ by more than the 1e-6 that rounding
    explains, and a test that compares answers fails now and then.

    Fix: call the layers with ``training=False`` before saving, or seed the random op where it is meant.
    """

    code = "LC206"
    name = "nondeterministic"
    severity = Severity.WARNING
    bad: ClassVar = (
        Example(
            "two answers 0.2 apart",
            lambda: sketch(
                dense(5, "softmax"),
                measured=measure("dense", extra={"repeat": {"dense": {"same": False, "difference": 0.2}}}),
            ),
            at="dense",
        ),
    )
    good: ClassVar = (
        Example(
            "the same, bit for bit",
            lambda: sketch(
                dense(5, "softmax"),
                measured=measure("dense", extra={"repeat": {"dense": {"same": True, "difference": 0.0}}}),
            ),
        ),
        Example(
            "rounding alone",
            lambda: sketch(
                dense(5, "softmax"),
                measured=measure("dense", extra={"repeat": {"dense": {"same": False, "difference": 1e-8}}}),
            ),
        ),
    )

    def check(self, case: Case) -> Iterator[Finding]:
        """Yield a finding for every output that changed when the same batch was run again."""
        for pairing, seen in measured_outputs(case):
            gap = differs(case, "repeat", seen, relative=1e-5)
            if gap is not None:
                yield self.finding(
                    f"output {pairing.output.name!r} changes by up to {gap} when the same batch is run again",
                    why=f"the answer of one call is off by up to {gap} from that of the next",
                    fix="model(x, training=False) when exporting, or a seed for the random op",
                    at=place(pairing),
                    confidence=Confidence.MEASURED,
                    evidence={"difference": gap},
                )
