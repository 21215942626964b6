"""Whether a model may be run at all, and within which limits."""

from __future__ import annotations

from collections.abc import Iterable

from logitcheck.finding import Finding, Severity
from logitcheck.model import Model
from logitcheck.options import AuditOptions
from logitcheck.probe.options import ProbeOptions
from logitcheck.rules.rule import Rule


def guards(rule: type[Rule]) -> bool:
    """Tell whether a rule decides about running the model: those of safety do, and see no measurement."""
    return rule.code.startswith("LC6")


def objection(model: Model, findings: Iterable[Finding], options: AuditOptions) -> str | None:
    """Return why the model must not be run, None where nothing speaks against it.

    A file that holds code, or of which a safety rule warns, is run only on the user's word.
    """
    if not options.probe:
        return "the audit was asked to be static"
    if options.trust:
        return None
    grave = sorted({f.rule for f in findings if f.severity != Severity.INFO and f.rule.startswith("LC6")})
    if grave:
        return f"{', '.join(grave)}: the file may run code of its own; --trust runs it all the same"
    if any(sighting.kind == "lambda" for sighting in model.sightings):
        return "the file holds the code of a Lambda layer; --trust runs it all the same"
    return None


def limits(options: AuditOptions) -> ProbeOptions:
    """Return the probe's options as the user's options have them."""
    return ProbeOptions(timeout=options.probe_timeout, data=options.probe_data, trust=options.trust)
