"""From the findings on an output to its contract: ok, violated, suspicious or undecided."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from logitcheck.analysis.contract import Pairing
from logitcheck.finding import Contract, Finding, Location, OutputReport, Remark
from logitcheck.rules.case import Case
from logitcheck.rules.loss_advice import loss_advice

if TYPE_CHECKING:
    from logitcheck.probe.protocol import Measurements, OutputMeasure

WORST_FIRST = tuple(Contract)


def judge_outputs(case: Case, findings: Sequence[Finding]) -> tuple[OutputReport, ...]:
    """Return the judgement on every output.

    An output is as bad as the worst that a finding says of it. Without any it is *ok* only where its loss is
    known, its values are known, and the two agree; everything else is *undecided*.
    """
    return tuple(_report(case, pairing, contract_of(pairing, findings)) for pairing in case.pairings)


def undecided(case: Case, findings: Sequence[Finding]) -> tuple[Remark, ...]:
    """Return what could not be decided, and why: outputs, and the whole where its reader says so."""
    open_ = [p for p in case.pairings if contract_of(p, findings) is Contract.UNDECIDED]
    note = case.model.note
    remarks = [_remark(pairing) for pairing in open_]
    if case.measured is not None:
        from logitcheck.effective import contradictions

        remarks += [remark for pairing in case.pairings for remark in contradictions(case, pairing)]
    return (*remarks, *((Remark("model", note),) if note else ()))


def contract_of(pairing: Pairing, findings: Iterable[Finding]) -> Contract:
    """Return the contract of one output, given the findings on its model."""
    said = {f.contract for f in findings if f.contract is not None and _about(pairing, f.location)}
    worst = next((contract for contract in WORST_FIRST if contract in said), None)
    if worst is not None:
        return worst
    return Contract.OK if pairing.kept else Contract.UNDECIDED


def _about(pairing: Pairing, location: Location) -> bool:
    """Tell whether a finding speaks of an output: by name or, of a training graph, of one without a loss."""
    if location.output is None:
        return pairing.loss is None
    return location.output == pairing.output.name


def _report(case: Case, pairing: Pairing, contract: Contract) -> OutputReport:
    loss, tensor = pairing.loss, pairing.tensor
    return OutputReport(
        name=pairing.output.name,
        shape=tensor.shape,
        dtype=tensor.dtype,
        values=pairing.values,
        loss=loss.name if loss else None,
        from_logits=loss.from_logits if loss else None,
        loss_source=loss.source if loss else "none",
        contract=contract,
        measured=_measured(case.measured, pairing.output.name),
        effective_loss=_effective_loss(case, pairing),
        interval=(tensor.interval.low, tensor.interval.high),
        loss_note=_loss_note(case, pairing),
    )


def _effective_loss(case: Case, pairing: Pairing) -> dict[str, Any] | None:
    if case.measured is None:
        return None
    from logitcheck.effective import effective_loss

    return effective_loss(case, pairing)


def _loss_note(case: Case, pairing: Pairing) -> str:
    """Return what Keras makes of an activation under ``from_logits=True``; empty where it does not matter."""
    if not pairing.from_logits or pairing.values not in ("probabilities", "independent-probabilities"):
        return ""
    from logitcheck.analysis.rescue import rescue

    name = pairing.facts.name if pairing.facts else ""
    return rescue(case.model, pairing.head, pairing.tensor.dtype, name).sentence


def measure_of(measured: Measurements | None, name: str) -> OutputMeasure | None:
    """Return what the probe measured at one output, None where it did not."""
    return next((m for m in measured.outputs if m.name == name), None) if measured else None


def _measured(measured: Measurements | None, name: str) -> dict[str, object] | None:
    found = measure_of(measured, name)
    if found is None:
        return None
    keys = "rows min max sum_axis sum_min sum_max nan inf exact_zero exact_one clipped constant"
    return {key: getattr(found, key) for key in keys.split()}


def _remark(pairing: Pairing) -> Remark:
    loss = pairing.loss
    location = Location(output=pairing.output.name, layer=pairing.output.layer)
    advice = loss_advice(pairing)
    if loss is None:
        return Remark(pairing.output.name, "no loss is stored", advice, location)
    if pairing.facts is None:
        return Remark(pairing.output.name, f"the loss {loss.name!r} is not one of Keras", advice, location)
    if pairing.expects is None:
        reason = f"the file does not tell whether {loss.name} was given from_logits=True"
        return Remark(pairing.output.name, reason, advice, location)
    cause = pairing.tensor.cause or pairing.head.op or "its head"
    reason = f"the values are not understood ({cause}), so {loss.name} cannot be judged"
    return Remark(
        pairing.output.name, reason, "end the model in a built-in layer or op, which can be judged", location
    )
