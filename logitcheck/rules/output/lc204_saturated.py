"""LC204."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar

from logitcheck.analysis.contract import INDEPENDENT, PROBABILITIES, Pairing
from logitcheck.finding import Confidence, Finding, Severity
from logitcheck.rules.case import Case
from logitcheck.rules.figures import place
from logitcheck.rules.measured import measured_outputs
from logitcheck.rules.rule import Example, Rule
from logitcheck.rules.sketch import dense, measure, sketch

if TYPE_CHECKING:
    from logitcheck.probe.protocol import OutputMeasure

HALF = 0.5
"""Share of exact values from which an output counts as saturated."""


class Saturated(Rule):
    """Most probabilities that the model gave on the probe are exactly 0 or 1.

    A float32 softmax rounds to exactly 1 once a score leads by about 17: the gradient is 0 there, a wrong
    answer cannot be told from a right one, and a logarithm of the 0 beside it is -inf.

    Fix: scale the inputs as in training (``--probe-data`` shows your own); else a lower learning rate or
    ``kernel_regularizer="l2"`` on the last layer.
    """

    code = "LC204"
    name = "saturated"
    severity = Severity.WARNING
    bad: ClassVar = (
        Example(
            "every row is one-hot",
            lambda: sketch(
                dense(5, "softmax"), measured=measure("dense", min=0.0, max=1.0, exact_zero=128, exact_one=32)
            ),
            at="dense",
        ),
    )
    good: ClassVar = (
        Example("graded answers", lambda: sketch(dense(5, "softmax"), measured=measure("dense"))),
        Example(
            "a relu gives zeros",
            lambda: sketch(dense(5, "relu"), measured=measure("dense", exact_zero=128, exact_one=32)),
        ),
    )

    def check(self, case: Case) -> Iterator[Finding]:
        """Yield a finding for every output of probabilities of which half or more are exact."""
        for pairing, seen in measured_outputs(case):
            share = _share(pairing, seen)
            if share >= HALF and not seen.constant:
                yield self._found(pairing, seen, share)

    def _found(self, pairing: Pairing, seen: OutputMeasure, share: float) -> Finding:
        return self.finding(
            f"{share:.0%} of the answers of output {pairing.output.name!r} are exact: {seen.exact_one} ones "
            f"and {seen.exact_zero} zeros among {seen.size} values"
            + (f"; a loss would clip {seen.clipped / seen.size:.0%} (1e-7)" if seen.clipped else ""),
            why="at an exact 0 or 1 the gradient is 0 and the logarithm of the other side is -inf; "
            f"{share:.0%} of the answers carry no degree of certainty",
            fix="logitcheck audit --probe-data batch.npz, to see whether it is so on your own data",
            at=place(pairing),
            severity=Severity.WARNING if share >= 1 else Severity.INFO,
            confidence=Confidence.MEASURED,
            evidence={
                "exact_zero": seen.exact_zero,
                "exact_one": seen.exact_one,
                "clipped": seen.clipped,
                "size": seen.size,
            },
        )


def _share(pairing: Pairing, seen: OutputMeasure) -> float:
    """Return the share of answers that are exactly 0 or 1; of distributions, of rows with an exact 1."""
    if pairing.values == PROBABILITIES and pairing.tensor.sums_to_one is not None:
        classes = seen.shape[pairing.tensor.sums_to_one] if seen.shape else 1
        return seen.exact_one / (seen.size / classes) if classes > 1 else 0.0
    if pairing.values == INDEPENDENT:
        return max(seen.exact_one + seen.exact_zero, seen.clipped) / seen.size
    return 0.0
