"""What several rules on measurements share: an output with what the probe saw of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from logitcheck.analysis.contract import Pairing
from logitcheck.rules.case import Case

if TYPE_CHECKING:
    from logitcheck.probe.protocol import OutputMeasure

TOLERANCES = {"float16": 1e-2, "bfloat16": 5e-2}
"""How far from 1 sums of probabilities may lie, by dtype; 1e-3 for the others."""

FAMILIES = {
    "zeros": "all-zero input",
    "ones": "input of ones",
    "constant": "constant input",
    "normal": "normally distributed input",
    "uniform": "input in [0, 1]",
    "pixels": "input in [0, 255]",
    "inside": "input inside the declared range",
    "corners": "input at the corners of the declared range",
    "low end": "input at the low end of the declared range",
    "high end": "input at the high end of the declared range",
    "data": "your own data",
}
"""Families of the probe's inputs, in words; others are words already (``largest ids``)."""


def measured_outputs(case: Case) -> Iterator[tuple[Pairing, OutputMeasure]]:
    """Yield every output that was measured on at least one row, with its measurements."""
    if case.measured is None:
        return
    by_name = {measure.name: measure for measure in case.measured.outputs}
    for pairing in case.pairings:
        measure = by_name.get(pairing.output.name)
        if measure is not None and measure.size:
            yield pairing, measure


def tolerance(measure: OutputMeasure, classes: int | None = None) -> float:
    """Return how far from 1 a sum may lie by rounding alone."""
    base = TOLERANCES.get(measure.dtype, 1e-3)
    return base * max(1.0, (classes or 1) / 1000)


def sums_to_one(measure: OutputMeasure, slack: float | None = None) -> bool:
    """Tell whether every measured sum along the best axis is 1."""
    low, high = measure.sum_min, measure.sum_max
    slack = tolerance(measure) if slack is None else slack
    return low is not None and high is not None and abs(low - 1) <= slack and abs(high - 1) <= slack


def range_words(measure: OutputMeasure) -> str:
    """Return the measured range, for messages."""
    return "no finite value" if measure.min is None else f"{measure.min:.6g} to {measure.max:.6g}"


def differs(case: Case, topic: str, seen: OutputMeasure, relative: float) -> str | None:
    """Return by how much an output changed, asked again (``repeat``) or alone (``batch``).

    None where it did not, by less than ``relative`` times the largest value (at least 1), or was not asked.
    """
    found = case.measured.extra.get(topic) if case.measured else None
    entry = found.get(seen.name) if isinstance(found, Mapping) else None
    if not isinstance(entry, Mapping) or entry.get("same", True):
        return None
    gap = entry.get("difference")
    if not isinstance(gap, int | float):
        return "an unknown amount"
    scale = max(1.0, abs(seen.min or 0.0), abs(seen.max or 0.0))
    return f"{gap:.3g}" if gap > relative * scale else None


GUESSED = frozenset({"pixels"})
"""Families that suit images of bytes and nothing else; a model made for other numbers need not bear them."""


def nonfinite_families(case: Case, output: str) -> str:
    """Return on which inputs alone an output was NaN or infinite, in words.

    Empty where it was so on all of them, where there is one family only, or where families were not told.
    """
    bad, seen = _nonfinite(case, output)
    if not bad or len(bad) == len(seen):
        return ""
    words = [FAMILIES.get(family, family) for family in bad]
    return f"only on {' and '.join([', '.join(words[:-1]), words[-1]] if len(words) > 1 else words)}"


def nonfinite_by_guess(case: Case, output: str) -> bool:
    """Tell whether an output was NaN or infinite only on inputs of a scale that nobody declared."""
    bad, _ = _nonfinite(case, output)
    return bool(bad) and set(bad) <= GUESSED


def _nonfinite(case: Case, output: str) -> tuple[list[str], Mapping[str, Mapping[str, object]]]:
    """Return the families with NaN or Inf, and every family's figures."""
    told = case.measured.extra.get("families") if case.measured else None
    seen = {
        str(family): answers[output]
        for family, answers in (told.items() if isinstance(told, Mapping) else ())
        if isinstance(answers, Mapping) and isinstance(answers.get(output), Mapping)
    }
    return [family for family, answer in seen.items() if answer.get("nan") or answer.get("inf")], seen
