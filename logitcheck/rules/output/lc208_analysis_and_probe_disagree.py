"""LC208."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar

from logitcheck.analysis.contract import Pairing
from logitcheck.finding import Confidence, Contract, Finding, Severity
from logitcheck.rules.case import Case
from logitcheck.rules.figures import place
from logitcheck.rules.measured import measured_outputs, range_words, sums_to_one, tolerance
from logitcheck.rules.rule import Example, Rule
from logitcheck.rules.sketch import dense, measure, sketch

if TYPE_CHECKING:
    from logitcheck.probe.protocol import OutputMeasure


class AnalysisAndProbeDisagree(Rule):
    """What was proved from the file and what was measured on it contradict each other.

    One of the two is wrong: the file was loaded as another model than its graph says, the values overflow, or
    the analysis has a defect. Until that is settled 0 of the verdicts on this output can be trusted.

    Fix: compare ``model.summary()`` of the loaded model with the report; send the report to the authors of
    logitcheck if the two agree.
    """

    code = "LC208"
    name = "analysis-and-probe-disagree"
    severity = Severity.ERROR
    bad: ClassVar = (
        Example(
            "a softmax that does not sum to 1",
            lambda: sketch(dense(5, "softmax"), measured=measure("dense", sum_min=0.2, sum_max=0.7)),
            at="dense",
        ),
        Example(
            "a sigmoid that leaves [0, 1]",
            lambda: sketch(
                dense(5, "sigmoid"), measured=measure("dense", min=-3.0, sum_min=0.2, sum_max=0.7)
            ),
            at="dense",
        ),
    )
    good: ClassVar = (
        Example("they agree", lambda: sketch(dense(5, "softmax"), measured=measure("dense"))),
        Example(
            "nothing was proved", lambda: sketch(dense(5), measured=measure("dense", min=-3.0, sum_max=8.0))
        ),
    )

    def check(self, case: Case) -> Iterator[Finding]:
        """Yield a finding for every output whose measurement contradicts a proved fact."""
        for pairing, seen in measured_outputs(case):
            if "float" not in seen.dtype:
                continue
            contradiction = _sums(pairing, seen) or _range(pairing, seen)
            if contradiction is not None:
                yield self._found(pairing, seen, *contradiction)

    def _found(self, pairing: Pairing, seen: OutputMeasure, proved: str, measured: str) -> Finding:
        return self.finding(
            f"output {pairing.output.name!r}: the graph proves {proved}, the probe measured {measured}",
            why=f"one of the two is wrong on all {seen.rows} rows; the verdict on this output rests on "
            "neither",
            fix="compare model.summary() of the loaded model with the chain in this report",
            at=place(pairing),
            confidence=Confidence.MEASURED,
            contract=Contract.UNDECIDED,
            evidence={"proved": proved, "measured": measured},
        )


def _sums(pairing: Pairing, seen: OutputMeasure) -> tuple[str, str] | None:
    axis = pairing.tensor.sums_to_one
    if axis == -len(seen.shape):
        return None  # the probe sums within rows, never over the batch
    if axis is None or seen.sum_min is None or sums_to_one(seen, tolerance(seen, pairing.tensor.size(axis))):
        return None
    return f"sums of 1 along axis {axis}", f"sums of {seen.sum_min:.6g} to {seen.sum_max:.6g}"


def _range(pairing: Pairing, seen: OutputMeasure) -> tuple[str, str] | None:
    low, high = pairing.tensor.interval.low, pairing.tensor.interval.high
    if seen.min is None or seen.max is None:
        return None
    slack = tolerance(seen) * max(1.0, abs(seen.min), abs(seen.max))
    if seen.min >= low - slack and seen.max <= high + slack:
        return None
    return f"values in {pairing.bounds}", range_words(seen)
