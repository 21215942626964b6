"""One word per model, and the figures over all models, as every writer shows them."""

from __future__ import annotations

from collections import Counter

from logitcheck.finding import Contract, ModelReport, Report, Severity


def model_verdict(report: ModelReport) -> str:
    """Return ``not-audited``, ``fail``, ``warn``, ``undecided`` or ``pass``.

    A broken contract fails even where its finding was left out by the user's selection of rules; a model is
    undecided where any of its outputs is, where it has none, or where a stage of the audit failed.
    """
    severities = {finding.severity for finding in report.findings}
    contracts = {output.contract for output in report.outputs}
    if not report.audited:
        return "not-audited"
    if Severity.ERROR in severities or Contract.VIOLATED in contracts:
        return "fail"
    if Severity.WARNING in severities or Contract.SUSPICIOUS in contracts:
        return "warn"
    if report.errors or not contracts or Contract.UNDECIDED in contracts:
        return "undecided"
    return "pass"


def summarize(report: Report) -> dict[str, int]:
    """Return the figures: models, findings by severity, models undecided and not audited, the exit code."""
    severities = Counter(finding.severity for model in report.models for finding in model.findings)
    return {
        "models": len(report.models),
        "errors": severities[Severity.ERROR],
        "warnings": severities[Severity.WARNING],
        "infos": severities[Severity.INFO],
        "undecided": sum(_undecided(model) for model in report.models),
        "not_audited": sum(not model.audited for model in report.models),
        "exit_code": int(report.exit_code),
    }


def _undecided(model: ModelReport) -> bool:
    """Tell whether any output of an audited model stayed undecided, whatever else was found."""
    contracts = [output.contract for output in model.outputs]
    return model.audited and (not contracts or Contract.UNDECIDED in contracts)
