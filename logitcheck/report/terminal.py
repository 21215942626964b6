"""The report for people: per model a verdict, its outputs, the findings, and what is not known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import pairwise

from logitcheck.finding import Contract, Finding, ModelReport, ProbeReport, Remark, Report, Severity
from logitcheck.record import dataclass
from logitcheck.report.clean import clean
from logitcheck.report.layout import Line, Piece, line, to_ansi, to_text
from logitcheck.report.many import alike_lines, grouped
from logitcheck.report.outputs import output_lines
from logitcheck.report.summary import model_verdict, summarize
from logitcheck.report.terminal_data import data_lines, output_data_lines
from logitcheck.report.terminal_findings import finding_lines
from logitcheck.report.terminal_probe import probe_lines

VERDICTS = {
    "pass": Piece("PASS", "good"),
    "warn": Piece("WARN", "warning"),
    "fail": Piece("FAIL", "error"),
    "undecided": Piece("UNDECIDED", "info"),
    "not-audited": Piece("NOT AUDITED", "warning"),
}
SUBJECTS = 5
"""Outputs or rules named in one line where the same is to be said of all."""


@dataclass(frozen=True)
class View:
    """How a person wants to see it."""

    width: int = 80
    color: bool = False
    verbose: bool = False
    """With evidence, ops without a law, and the probe's details."""

    quiet: bool = False
    """One line per model, and only for those that did not pass."""


PLAIN = View()


def render(report: Report, view: View = PLAIN) -> str:
    """Return the report as text."""
    common = _common_reason(report) if not view.verbose else None
    lines = [row for model in report.models for row in _model(model, view, common)]
    lines = [row for before, row in pairwise((line(), *lines)) if row.pieces or before.pieces]
    lines += _closing(report, common)
    return to_ansi(lines, view.width) if view.color else to_text(lines, view.width)


def _model(model: ModelReport, view: View, common: str | None = None) -> Iterator[Line]:
    verdict = model_verdict(model)
    if view.quiet:
        if verdict != "pass":
            yield line(VERDICTS[verdict], f"  {clean(model.path)}{_counts(model)}{_why(model)}", hang=4)
        return
    yield line(VERDICTS[verdict], "  ", Piece(clean(model.path), "strong"), _counts(model), hang=2)
    if written := _written(model) + _understood(model):
        yield line(Piece(written, "dim"), indent=2, hang=2)
    if model.reason is not None and not _repeated(model):
        yield line(clean(model.reason), indent=2, hang=2)
    yield from _outputs(model, view)
    yield from data_lines(model.probe.details)
    yield from finding_lines(_untold(model, view), view.verbose)
    for title, remarks in (
        ("undecided", model.undecided),
        ("skipped", model.skipped),
        ("went wrong", model.errors),
    ):
        yield from _remarks(title, remarks)
    if model.audited:
        if common is None:
            yield from probe_lines(_once(model), view.verbose)
        yield from _coverage(model, view)
    yield line()


def _outputs(model: ModelReport, view: View) -> Iterator[Line]:
    """Yield what is to be said of every output, of many that are alike only once."""
    told = {f.location.output for f in model.findings if "measured_is" in f.evidence}
    for first, *others in grouped(model, view.verbose):
        yield from output_lines(first, view.verbose, first.name in told)
        yield from output_data_lines(first.name, model.probe.details, view.verbose)
        yield from alike_lines(others)


def _repeated(model: ModelReport) -> bool:
    """Tell whether a finding that is shown says why the model was refused."""
    told = (finding for finding in model.findings if finding.severity != Severity.INFO)
    return any(finding.message and finding.message in (model.reason or "") for finding in told)


def _once(model: ModelReport) -> ProbeReport:
    """Return what became of the probe, without a reason that stands among the errors."""
    told = any(remark.reason == model.probe.reason for remark in model.errors)
    return replace(model.probe, reason=None) if told else model.probe


def _common_reason(report: Report) -> str | None:
    """Return why no probe ran, where it is the same for several models and need be told only once."""
    probes = [model.probe for model in report.models if model.audited]
    reasons = {probe.reason for probe in probes}
    same = len(probes) > 1 and len(reasons) == 1 and all(probe.status != "ran" for probe in probes)
    return reasons.pop() if same else None


def _untold(model: ModelReport, view: View) -> list[Finding]:
    """Return the findings to be shown: infos that say what ``undecided`` or the refusal says are left out."""
    if view.verbose:
        return list(model.findings)
    open_ = {remark.location.output for remark in model.undecided} - {None}
    return [
        finding
        for finding in model.findings
        if finding.severity != Severity.INFO
        or (
            model.audited
            and not (finding.contract == Contract.UNDECIDED and finding.location.output in open_)
        )
    ]


def _counts(model: ModelReport) -> str:
    """Return how many errors and warnings there are; infos have a line of their own."""
    counts = Counter(finding.severity for finding in model.findings)
    told = [
        f"{counts[severity]} {severity}{'s' if counts[severity] > 1 else ''}"
        for severity in (Severity.ERROR, Severity.WARNING)
        if counts[severity]
    ]
    return f"  {', '.join(told)}" if told else ""


def _why(model: ModelReport) -> str:
    """Return in a few words why a model did not pass: its rules, else what is open, left out or refused."""
    if model.reason is not None:
        return f": {clean(model.reason)}"
    told = (finding for finding in model.findings if finding.severity != Severity.INFO)
    rules = dict.fromkeys(f"{finding.rule} {finding.name}" for finding in told)
    open_ = [
        f"{_subjects(alike)}: {clean(reason)}"
        for reason, alike in _by_reason((*model.errors, *model.undecided, *model.skipped)).items()
    ]
    more = f"; and {len(open_) - 1} more" if len(open_) > 1 else ""
    return f": {', '.join(rules) or open_[0] + more}" if rules or open_ else ""


def _written(model: ModelReport) -> str:
    writer = " ".join(clean(part, 60) for part in (model.framework, model.version) if part)
    told = model.backend and model.framework == "keras"
    backend = f" on {clean(str(model.backend), 60)}" if told else ""
    known = "" if model.format == "unknown" else model.format
    return f"{model.format}, written by {writer}{backend}" if writer else known


def _remarks(title: str, remarks: tuple[Remark, ...]) -> Iterator[Line]:
    """Yield what else is to be told, subjects with the same reason in one line."""
    for reason, alike in _by_reason(remarks).items():
        advice = f"; {clean(alike[0].advice)}" if alike[0].advice else ""
        told = f"{_subjects(alike)}: {clean(reason)}{advice}"
        yield line(Piece(f"{title}  ", "strong"), told, indent=2, hang=4)


def _by_reason(remarks: Iterable[Remark]) -> dict[str, list[Remark]]:
    """Return the remarks by what they say."""
    groups: dict[str, list[Remark]] = {}
    for remark in remarks:
        groups.setdefault(remark.reason, []).append(remark)
    return groups


def _subjects(alike: Iterable[Remark]) -> str:
    """Return what remarks are about, as many as fit a line."""
    subjects = list(dict.fromkeys(clean(remark.subject, 120) for remark in alike))
    more = f" and {len(subjects) - SUBJECTS} more" if len(subjects) > SUBJECTS else ""
    return f"{', '.join(subjects[:SUBJECTS])}{more}"


def _understood(model: ModelReport) -> str:
    """Return how many ops the graph has, where all of them are understood."""
    cover = model.coverage
    return f"; all {cover.nodes} ops understood" if cover.nodes and not cover.unknown_ops else ""


def _coverage(model: ModelReport, view: View) -> Iterator[Line]:
    """Yield the ops that are not understood."""
    cover = model.coverage
    if not cover.unknown_ops:
        return
    ops = sorted(cover.unknown_ops.items(), key=lambda item: (-item[1], item[0]))
    shown = ops if view.verbose else ops[:5]
    told = ", ".join(f"{clean(op, 60)} ({count})" for op, count in shown)
    more = f" and {len(ops) - len(shown)} more kinds" if len(ops) > len(shown) else ""
    text = f"understood {cover.with_law} of {cover.nodes} ops, without a law: {told}{more}"
    yield line(Piece(text, "dim"), indent=2, hang=4)


def _closing(report: Report, common: str | None = None) -> list[Line]:
    figures = summarize(report)
    verdicts = Counter(model_verdict(model) for model in report.models)
    kinds = ", ".join(f"{verdicts[word]} {word}" for word in VERDICTS if verdicts[word]) or "nothing audited"
    plural = "" if figures["models"] == 1 else "s"
    lines = [
        line(
            Piece(f"{figures['models']} model{plural}: {kinds}", "strong"),
            f"; {figures['errors']} error{'' if figures['errors'] == 1 else 's'}, "
            f"{figures['warnings']} warning{'' if figures['warnings'] == 1 else 's'}, "
            f"{figures['infos']} info; exit code {figures['exit_code']}",
            hang=2,
        )
    ]
    if common is not None:
        lines.append(line(Piece(f"no model was run: {clean(common)}", "dim"), hang=2))
    if report.interrupted:
        lines.append(line(Piece("interrupted: the models after these were not audited", "warning")))
    return lines
