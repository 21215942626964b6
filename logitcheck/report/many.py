"""Many outputs of one model, in the report for people: those of which the same is to be said, together."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence

from logitcheck.finding import ModelReport, OutputReport
from logitcheck.report.clean import clean
from logitcheck.report.layout import Line, Piece, line

FEW = 5
"""Outputs that are always told one by one."""

NAMED = 5
"""Names told of outputs that are alike."""


def grouped(model: ModelReport, verbose: bool) -> list[list[OutputReport]]:
    """Return the outputs, of more than a few those that are alike together; with labels each by itself."""
    if verbose or len(model.outputs) <= FEW or model.probe.details.get("labels"):
        return [[output] for output in model.outputs]
    groups: dict[Hashable, list[OutputReport]] = {}
    for output in model.outputs:
        groups.setdefault(_kind(output), []).append(output)
    return list(groups.values())


def _kind(output: OutputReport) -> Hashable:
    """Return what outputs have in common that are told together, whatever was measured but NaN and Inf."""
    measured, effective = output.measured or {}, output.effective_loss or {}
    contract = (
        output.loss,
        output.from_logits,
        output.loss_source,
        output.contract,
        str(effective.get("is")),
    )
    broken = bool(measured.get("nan")), bool(measured.get("inf"))
    return (output.shape, output.dtype, output.values, contract, broken)


def alike_lines(others: Sequence[OutputReport]) -> Iterator[Line]:
    """Yield a line that names the outputs that are like the one before it."""
    if not others:
        return
    names = ", ".join(clean(output.name, 60) for output in others[:NAMED])
    more = f" and {len(others) - NAMED} more" if len(others) > NAMED else ""
    yield line(Piece("alike     ", "dim"), f"{names}{more}", indent=4, hang=10)
