"""One output in the report for people: what it hands on, what its loss expects, what was measured."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from logitcheck.finding import Contract, OutputReport
from logitcheck.report.clean import clean
from logitcheck.report.layout import Line, Piece, line

MEANING = {
    "probabilities": "probabilities (sum to 1)",
    "independent-probabilities": "independent probabilities (each in [0, 1])",
    "log-probabilities": "log-probabilities",
    "logits": "logits (unbounded scores)",
    "nonnegative": "nonnegative values",
    "bounded": "bounded values",
    "unknown": "unknown values",
}

RAW = ("logits", "nonnegative", "bounded", "log-probabilities")
"""Values of which neither sums nor exact zeros and ones say anything."""

BROKEN = (Contract.VIOLATED, Contract.SUSPICIOUS)
"""Contracts of which a reader wants to see how the values came about."""

_STYLES = {
    Contract.OK: "good",
    Contract.VIOLATED: "error",
    Contract.SUSPICIOUS: "warning",
    Contract.UNDECIDED: "info",
}


def output_lines(output: OutputReport, verbose: bool, told: bool = False) -> Iterator[Line]:
    """Yield the lines of one output; ``told`` where a finding says what its loss was measured to be."""
    shape = "unknown shape" if output.shape is None else _shape(output.shape)
    yield line(
        Piece(clean(output.name, 120), "strong"),
        f" {shape} {output.dtype or 'unknown dtype'}: {MEANING.get(output.values, output.values)}",
        indent=2,
        hang=4,
    )
    if output.chain and (verbose or output.contract in BROKEN or output.values == "unknown"):
        yield line(Piece("chain     ", "dim"), _chain(output.chain), indent=4, hang=10)
    yield line(
        Piece("contract  ", "dim"),
        Piece(str(output.contract), _STYLES[output.contract]),
        _loss(output),
        indent=4,
        hang=10,
    )
    if output.loss_note and (verbose or output.contract not in BROKEN):
        yield line(Piece("runtime   ", "dim"), clean(output.loss_note), indent=4, hang=10)
    if verbose and output.interval is not None:
        low, high = (number(end) for end in output.interval)
        yield line(Piece("bounds    ", "dim"), f"{low} to {high}", indent=4, hang=10)
    if output.measured:
        yield line(
            Piece("measured  ", "dim"), _measured(output.measured, plain=_plain(output)), indent=4, hang=10
        )
    if output.effective_loss and (verbose or (output.effective_loss.get("sentence") and not told)):
        yield line(Piece("effective ", "dim"), _effective(output.effective_loss), indent=4, hang=10)


def _shape(shape: tuple[int | None, ...]) -> str:
    return f"({', '.join('?' if size is None else str(size) for size in shape)})"


def _chain(links: tuple[str, ...]) -> str:
    return " -> ".join(clean(link, 120) for link in links)


def _loss(output: OutputReport) -> str:
    """Return the loss as what the contract is with, and who said so if it was not the file."""
    if output.loss is None:
        return "" if output.contract in BROKEN else ": no loss is known"
    switch = "" if output.from_logits is None else f"(from_logits={output.from_logits})"
    source = f", from the {output.loss_source}" if output.loss_source not in ("none", "file") else ""
    return f": {clean(output.loss, 120)}{switch}{source}"


def _plain(output: OutputReport) -> bool:
    """Say whether an output is and should be something else than probabilities."""
    return output.values in RAW and output.contract not in BROKEN


def _measured(measured: Mapping[str, Any], plain: bool) -> str:
    """Return the range, and of what may be probabilities the sums and how many are exactly 0 or 1."""
    parts = []
    if measured.get("min") is not None:
        parts.append(f"{number(measured['min'])} to {number(measured['max'])}")
    if not plain and measured.get("sum_min") is not None:
        ends = dict.fromkeys(number(measured[key]) for key in ("sum_min", "sum_max"))
        parts.append(f"sums {' to '.join(ends)} along axis {measured.get('sum_axis')}")
    for key, name in (("nan", "NaN"), ("inf", "Inf"), ("exact_zero", "exact 0"), ("exact_one", "exact 1")):
        if measured.get(key) and (key in ("nan", "inf") or not plain):
            parts.append(f"{measured[key]} {name}")
    return f"{'; '.join(parts) or 'nothing finite'} ({measured.get('rows')} rows)"


def _effective(effective: Mapping[str, Any]) -> str:
    if effective.get("sentence"):
        return clean(str(effective["sentence"]), 600)
    value = effective.get("value")
    told = f" ({number(value)})" if isinstance(value, int | float) else ""
    return f"{clean(str(effective.get('is')), 120)}{told}"


def number(value: float) -> str:
    """Return a number with four digits, the same on every machine."""
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "infinity" if value > 0 else "-infinity"
    return f"{value:.4g}"
