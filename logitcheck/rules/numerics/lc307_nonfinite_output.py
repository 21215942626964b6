"""LC307."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from logitcheck.finding import Confidence, Finding, Location, Severity
from logitcheck.rules.case import Case
from logitcheck.rules.measured import nonfinite_by_guess, nonfinite_families
from logitcheck.rules.rule import Example, Rule
from logitcheck.rules.sketch import dense, measure, sketch

if TYPE_CHECKING:
    from logitcheck.probe.protocol import OutputMeasure


class NonfiniteOutput(Rule):
    """The model answered NaN or Inf on the probe.

    The probe feeds ordinary numbers: random rows, zeros, the corners of the declared range. An answer that is
    no number there will be met in use, and argmax over NaN answers class 0 without a word.

    Fix: start at the first layer or op that yields NaN, named here where the probe could find it.
    """

    code = "LC307"
    name = "nonfinite-output"
    severity = Severity.ERROR
    bad: ClassVar = (
        Example(
            "NaN in an output",
            lambda: sketch(dense(5, "softmax", name="dense"), measured=measure("dense", nan=160)),
            "dense",
        ),
        Example(
            "Inf first in a layer that was found",
            lambda: sketch(
                dense(5, "softmax", name="dense"),
                measured=measure("dense", inf=3, extra={"nonfinite": {"dense": {"layer": "exp", "inf": 3}}}),
            ),
            "exp",
        ),
        Example(
            "NaN on all-zero input alone",
            lambda: sketch(
                dense(5, "softmax", name="dense"),
                measured=measure(
                    "dense",
                    nan=5,
                    extra={"families": {"normal": {"dense": {"nan": 0}}, "zeros": {"dense": {"nan": 5}}}},
                ),
            ),
            "dense",
        ),
    )
    good: ClassVar = (
        Example(
            "finite answers", lambda: sketch(dense(5, "softmax", name="dense"), measured=measure("dense"))
        ),
    )

    def check(self, case: Case) -> Iterator[Finding]:
        """Yield a finding for every output with NaN or Inf among its answers."""
        if case.measured is None:
            return
        first: Mapping[str, Any] = case.measured.extra.get("nonfinite") or {}
        for measured in case.measured.outputs:
            on = nonfinite_families(case, measured.name)
            if measured.nan or measured.inf or on:
                severity = Severity.INFO if nonfinite_by_guess(case, measured.name) else Severity.ERROR
                yield self._found(measured, first.get(measured.name) or {}, on, severity)

    def _found(self, seen: OutputMeasure, origin: Mapping[str, Any], on: str, severity: Severity) -> Finding:
        output, nan, inf, size = seen.name, seen.nan, seen.inf, seen.size
        layer, node = origin.get("layer"), origin.get("node")
        where = f"; the first is {layer or node!r}, given {_range(origin)}" if layer or node else ""
        return self.finding(
            f"output {output!r} holds {_counts(seen)} on the probe{', ' + on if on else ''}{where}",
            why="a prediction that is NaN has no class, and a loss of NaN ends the training",
            fix=f"guard the input of {layer or node or 'what comes before ' + output} or restore its weights",
            at=Location(output=output, layer=layer, node=node),
            confidence=Confidence.MEASURED,
            severity=severity,
            evidence={"nan": nan, "inf": inf, "size": size, **origin},
        )


def _counts(seen: OutputMeasure) -> str:
    """Return how many numbers are none; sequences of other lengths are not among those that were counted."""
    if not seen.nan and not seen.inf:
        return "NaN or Inf"
    return f"{seen.nan} NaN and {seen.inf} Inf of {seen.size} numbers"


def _range(origin: Mapping[str, Any]) -> str:
    low, high = origin.get("low"), origin.get("high")
    return "an unknown range" if low is None or high is None else f"[{low:.6g}, {high:.6g}]"
