"""The report for people: per model a verdict, its outputs, the findings, and what is not known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from logitcheck.finding import Finding, ModelReport, Remark, Report, Severity
from logitcheck.report.clean import clean
from logitcheck.report.layout import Line, Piece, line, to_ansi, to_text
from logitcheck.report.outputs import output_lines
from logitcheck.report.summary import model_verdict, summarize

VERDICTS = {
    "pass": Piece("PASS", "good"),
    "warn": Piece("WARN", "warning"),
    "fail": Piece("FAIL", "error"),
    "undecided": Piece("UNDECIDED", "info"),
    "not-audited": Piece("NOT AUDITED", "warning"),
}


PER_RULE = 5
"""Findings of one rule shown for one model; JSON and ``--verbose`` have them all."""


@dataclass(frozen=True)
class View:
    """How a person wants to see it."""

    width: int = 80
    color: bool = False
    verbose: bool = False
    """With evidence, ops without a law, and the probe's details."""

    quiet: bool = False
    """One line per model, and only for those that did not pass."""


def render(report: Report, view: View = View()) -> str:
    """Return the report as text."""
    lines = [row for model in report.models for row in _model(model, view)]
    lines += _closing(report)
    return to_ansi(lines, view.width) if view.color else to_text(lines, view.width)


def _model(model: ModelReport, view: View) -> Iterator[Line]:
    verdict = model_verdict(model)
    if view.quiet:
        if verdict != "pass":
            yield line(VERDICTS[verdict], f"  {clean(model.path)}{_counts(model)}", hang=4)
        return
    yield line(VERDICTS[verdict], "  ", Piece(clean(model.path), "strong"), _counts(model), hang=4)
    yield line(Piece(_written(model), "dim"), indent=2, hang=2)
    if model.reason is not None:
        yield line(clean(model.reason), indent=2, hang=2)
    for output in model.outputs:
        yield from output_lines(output, view.verbose)
    yield from _findings(model, view)
    for title, remarks in (
        ("undecided", model.undecided),
        ("skipped", model.skipped),
        ("went wrong", model.errors),
    ):
        yield from _remarks(title, remarks)
    if model.audited:
        yield from _probe(model, view)
        yield from _coverage(model, view)
    yield line()


def _counts(model: ModelReport) -> str:
    counts = Counter(finding.severity for finding in model.findings)
    told = [
        f"{counts[severity]} {severity}{'s' if counts[severity] > 1 else ''}"
        for severity in Severity
        if counts[severity]
    ]
    return f"  {', '.join(told)}" if told else ""


def _written(model: ModelReport) -> str:
    writer = " ".join(clean(part, 60) for part in (model.framework, model.version) if part)
    backend = f" on {clean(model.backend, 60)}" if model.backend else ""
    return f"{model.format}, written by {writer}{backend}" if writer else model.format


def _findings(model: ModelReport, view: View) -> Iterator[Line]:
    """Yield the findings, of every rule the first few unless all are wanted."""
    seen: Counter[str] = Counter()
    for finding in model.findings:
        seen[finding.rule] += 1
        if view.verbose or seen[finding.rule] <= PER_RULE:
            yield from _finding(finding, view)
    for rule, count in seen.items():
        if not view.verbose and count > PER_RULE:
            yield line()
            yield line(Piece(f"{count - PER_RULE} more of {rule}; --verbose shows them", "strong"), indent=2)


def _finding(finding: Finding, view: View) -> Iterator[Line]:
    place = finding.location
    parts = (("output", place.output), ("layer", place.layer), ("node", place.node), ("weight", place.weight))
    told = ", ".join(f"{kind} {clean(name, 120)}" for kind, name in parts if name)
    yield line()
    yield line(
        Piece(f"{finding.severity} {finding.rule} {finding.name}", str(finding.severity)),
        Piece(f"  {finding.confidence}" + (f", {told}" if told else ""), "dim"),
        indent=2,
        hang=2,
    )
    yield line(clean(finding.message), indent=4)
    if finding.why:
        yield line(Piece("why  ", "dim"), clean(finding.why), indent=4, hang=5)
    if finding.fix:
        yield line(Piece("fix  ", "dim"), Piece(clean(finding.fix), "code"), indent=4, hang=5)
    if view.verbose:
        for key, value in finding.evidence.items():
            yield line(Piece(f"{clean(str(key), 60)}: ", "dim"), clean(str(value)), indent=6, hang=2)


def _remarks(title: str, remarks: tuple[Remark, ...]) -> Iterator[Line]:
    if remarks:
        yield line()
        yield line(Piece(title, "strong"), indent=2)
    for remark in remarks:
        advice = f"; {clean(remark.advice)}" if remark.advice else ""
        yield line(f"{clean(remark.subject, 120)}: {clean(remark.reason)}{advice}", indent=4, hang=2)


def _probe(model: ModelReport, view: View) -> Iterator[Line]:
    probe = model.probe
    reason = f": {clean(probe.reason)}" if probe.reason else ""
    runtime = f" in {clean(probe.runtime, 60)}" if probe.runtime else ""
    yield line()
    yield line(Piece(f"probe {probe.status}{runtime}{reason}", "dim"), indent=2, hang=2)
    if view.verbose:
        for key, value in probe.details.items():
            yield line(Piece(f"{clean(str(key), 60)}: {clean(str(value))}", "dim"), indent=4, hang=2)


def _coverage(model: ModelReport, view: View) -> Iterator[Line]:
    cover = model.coverage
    if not cover.nodes:
        return
    yield line(Piece(f"understood {cover.with_law} of {cover.nodes} operations", "dim"), indent=2, hang=2)
    if cover.unknown_ops and (view.verbose or cover.with_law < cover.nodes):
        ops = sorted(cover.unknown_ops.items(), key=lambda item: (-item[1], item[0]))
        shown = ops if view.verbose else ops[:5]
        told = ", ".join(f"{clean(op, 60)} ({count})" for op, count in shown)
        more = f" and {len(ops) - len(shown)} more kinds" if len(ops) > len(shown) else ""
        yield line(Piece(f"without a law: {told}{more}", "dim"), indent=4, hang=2)


def _closing(report: Report) -> list[Line]:
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
    if report.interrupted:
        lines.append(line(Piece("interrupted: the models after these were not audited", "warning")))
    return lines
