"""Whether a model may be run at all, and within which limits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from logitcheck.finding import Finding, Severity
from logitcheck.model import Model
from logitcheck.options import AuditOptions
from logitcheck.rules.rule import Rule

if TYPE_CHECKING:
    from logitcheck.probe.options import ProbeOptions

FAMILY = "LC6"
"""The safety rules: they decide about running a model, and see no measurement."""


def guards(rule: type[Rule]) -> bool:
    """Tell whether a rule decides about running the model."""
    return rule.code.startswith(FAMILY)


def objection(
    model: Model, findings: Sequence[Finding], failed: Iterable[str], options: AuditOptions
) -> str | None:
    """Return why the model must not be run, None where nothing speaks against it.

    A file that holds code, or of which a safety rule warns, is run only on the user's word; so is one that a
    safety rule failed to judge (``failed`` has the codes of those).
    """
    if not options.probe or options.isolate:
        return "the audit was asked to be static"
    if options.trust:
        return None
    doubted = [f for f in findings if f.severity != Severity.INFO and f.rule.startswith(FAMILY)]
    grave = sorted({f.rule for f in doubted if not granted(f, options)})
    if grave:
        return f"{', '.join(grave)}: the file may run code of its own; --trust runs it all the same"
    if new := sorted({str(f.evidence["name"]) for f in findings if f.evidence.get("kind") == "op"}):
        return f"nobody has reviewed the op {', '.join(new[:3])}; --trust runs the file all the same"
    if codes := ", ".join(failed):
        return f"{codes} could not be checked; --trust runs the file all the same"
    if any(sighting.kind == "lambda" for sighting in model.sightings):
        return "the file holds the code of a Lambda layer; --trust runs it all the same"
    return None


def granted(finding: Finding, options: AuditOptions) -> bool:
    """Tell whether a finding is about the very module that the user gave with ``--custom-objects``."""
    module = (options.custom_objects or "").partition(":")[0]
    return bool(module) and finding.evidence.get("module") == module


def limits(options: AuditOptions) -> ProbeOptions:
    """Return the probe's options as the user's options have them."""
    from logitcheck.probe.options import ProbeOptions

    return ProbeOptions(
        timeout=options.probe_timeout,
        data=options.probe_data,
        labels=options.labels,
        image_scale=options.image_scale,
        ranges=options.ranges,
        deep=options.deep,
        python=options.python,
        custom_objects=options.custom_objects,
        device=options.device,
        trust=options.trust,
    )
