"""The JSON report, version 1: a Report as plain values, the same bytes from run to run.

The form is described in ``docs/json.md``. Fields may be added in version 1; none is renamed or removed.
"""

from __future__ import annotations

import json
from typing import Any

from logitcheck import __version__
from logitcheck.finding import Finding, ModelReport, OutputReport, Remark, Report
from logitcheck.report.fingerprint import fingerprints
from logitcheck.report.plain import plain
from logitcheck.report.summary import model_verdict, summarize


def render(report: Report) -> str:
    """Return the report as JSON in ASCII (which no control or bidi character passes), two spaces deep."""
    return dumps(document(report), indent=2) + "\n"


def dumps(value: Any, indent: int | None = None) -> str:
    """Return a value that :mod:`~logitcheck.report.plain` made plain as JSON."""
    return json.dumps(value, indent=indent, allow_nan=False)


def document(report: Report) -> dict[str, Any]:
    """Return the whole report as plain values."""
    found: dict[str, Any] = {
        "schema_version": 1,
        "tool": {"name": "logitcheck", "version": __version__},
        "summary": summarize(report),
        "models": [model(one) for one in report.models],
    }
    if report.interrupted:
        found["interrupted"] = True
    return found


def model(report: ModelReport) -> dict[str, Any]:
    """Return one model as plain values."""
    marks = fingerprints(report.findings)
    return {
        "path": plain(report.path),
        "format": report.format,
        "writer": {"framework": report.framework, "version": report.version, "backend": report.backend},
        "status": "audited" if report.audited else "not-audited",
        "reason": plain(report.reason),
        "verdict": model_verdict(report),
        "probe": {
            "status": report.probe.status,
            "reason": plain(report.probe.reason),
            "runtime": report.probe.runtime,
            "details": plain(report.probe.details),
        },
        "coverage": {
            "nodes": report.coverage.nodes,
            "with_law": report.coverage.with_law,
            "unknown_ops": dict(sorted(report.coverage.unknown_ops.items())),
        },
        "outputs": [_output(output) for output in report.outputs],
        "findings": [_finding(one, mark) for one, mark in zip(report.findings, marks, strict=True)],
        "undecided": [_remark(one) for one in report.undecided],
        "skipped": [_remark(one) for one in report.skipped],
        "errors": [_remark(one) for one in report.errors],
    }


def _output(output: OutputReport) -> dict[str, Any]:
    return {
        "name": plain(output.name),
        "shape": plain(output.shape),
        "dtype": output.dtype,
        "values": output.values,
        "interval": plain(output.interval),
        "loss": {"name": plain(output.loss), "from_logits": output.from_logits, "source": output.loss_source},
        "loss_note": plain(output.loss_note),
        "chain": plain(output.chain),
        "contract": str(output.contract),
        "measured": plain(output.measured),
        "effective_loss": plain(output.effective_loss),
    }


def _finding(finding: Finding, mark: str) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "name": finding.name,
        "severity": str(finding.severity),
        "confidence": str(finding.confidence),
        "location": _location(finding),
        "message": plain(finding.message),
        "why": plain(finding.why),
        "fix": plain(finding.fix),
        "evidence": plain(finding.evidence),
        "fingerprint": mark,
    }


def _location(thing: Finding | Remark) -> dict[str, Any]:
    return {part: plain(getattr(thing.location, part)) for part in ("output", "layer", "node", "weight")}


def _remark(remark: Remark) -> dict[str, Any]:
    return {
        "subject": plain(remark.subject),
        "reason": plain(remark.reason),
        "advice": plain(remark.advice),
        "location": _location(remark),
    }
