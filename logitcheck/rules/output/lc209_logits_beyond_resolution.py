"""LC209."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar

from logitcheck.analysis.losses import SCORE, SCORES
from logitcheck.finding import Confidence, Finding, Severity
from logitcheck.rules.case import Case
from logitcheck.rules.figures import place
from logitcheck.rules.measured import measured_outputs, range_words
from logitcheck.rules.rule import Example, Rule
from logitcheck.rules.sketch import dense, measure, sketch

if TYPE_CHECKING:
    from logitcheck.probe.protocol import OutputMeasure

SPANS = {"float16": 17.3, "bfloat16": 92.9, "float32": 104.0, "float64": 745.2}
"""Difference of two scores from which the softmax of the lower one is exactly 0: minus the logarithm of half
the smallest positive number of the dtype (bfloat16 without subnormals).
"""


class LogitsBeyondResolution(Rule):
    """Scores lie further apart than the softmax of their dtype can tell.

    Once a score lies 104 (float16: 17.3) below the largest, its probability is exactly 0: the order of the
    lesser classes is lost when served, and a later logarithm gives -inf.

    Fix: serve ``tf.nn.log_softmax(logits)`` or the scores themselves; scale the inputs as in training.
    """

    code = "LC209"
    name = "logits-beyond-resolution"
    severity = Severity.WARNING
    bad: ClassVar = (
        Example(
            "scores from -300 to 250",
            lambda: sketch(
                dense(5),
                loss=("sparse_categorical_crossentropy", True),
                measured=measure("dense", min=-300.0, max=250.0, sum_min=-90.0, sum_max=70.0),
            ),
            at="dense",
        ),
    )
    good: ClassVar = (
        Example(
            "scores from -8 to 12",
            lambda: sketch(
                dense(5),
                loss=("sparse_categorical_crossentropy", True),
                measured=measure("dense", min=-8.0, max=12.0, sum_min=-3.0, sum_max=5.0),
            ),
        ),
        Example(
            "a regression",
            lambda: sketch(
                dense(5), loss="mse", measured=measure("dense", min=-300.0, max=250.0, sum_max=70.0)
            ),
        ),
    )

    def check(self, case: Case) -> Iterator[Finding]:
        """Yield a finding for every output of scores that spans more than its dtype's softmax.

        The probe's inputs come in families of different size; the tamest of them counts.
        """
        for pairing, seen in measured_outputs(case):
            limit = SPANS.get(seen.dtype)
            if (
                pairing.expects not in (SCORE, SCORES)
                or limit is None
                or seen.min is None
                or seen.max is None
            ):
                continue
            spans = [_span(pairing.expects == SCORES, low, high) for low, high in _ranges(case, seen)]
            if min(spans) > limit:
                yield self.finding(
                    f"the scores of output {pairing.output.name!r} range over {range_words(seen)} on the "
                    f"probe, more than a {seen.dtype} softmax can tell",
                    why=f"a score {limit:g} below the largest has probability exactly 0 in {seen.dtype}",
                    fix="tf.nn.log_softmax(logits) where probabilities are served; inputs scaled as in "
                    "training",
                    at=place(pairing),
                    severity=Severity.INFO if seen.dtype in ("float32", "float64") else Severity.WARNING,
                    confidence=Confidence.MEASURED,
                    evidence={"min": seen.min, "max": seen.max, "limit": limit},
                )


def _span(softmax: bool, low: float, high: float) -> float:
    """Return how far apart scores lie: from each other under a softmax, from 0 under a sigmoid."""
    return high - low if softmax else max(high, -low)


def _ranges(case: Case, seen: OutputMeasure) -> list[tuple[float, float]]:
    """Return least and largest score per family of inputs; of all inputs where families were not told."""
    families = case.measured.extra.get("families", {}) if case.measured else {}
    told = [family.get(seen.name, {}) for family in families.values()]
    varied = [t for t in told if t.get("rows", 0) > 1]  # a single row is that of a constant input
    ranges = [(t["min"], t["max"]) for t in varied if t.get("min") is not None and t.get("max") is not None]
    return ranges or [(seen.min or 0.0, seen.max or 0.0)]
