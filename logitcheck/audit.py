"""The audit of one model: read, analyse, probe, judge. What fails is told, nothing found is lost."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Protocol

from logitcheck import gate, overrides
from logitcheck.analysis.facts import Facts, GraphFacts
from logitcheck.conclusion import conclude
from logitcheck.errors import NotAudited
from logitcheck.finding import Finding, ModelReport, ProbeReport, Remark
from logitcheck.model import Model
from logitcheck.options import AuditOptions
from logitcheck.paths import looks_like_model, missing
from logitcheck.report.plain import plain
from logitcheck.rules.case import Case
from logitcheck.rules.rule import Rule
from logitcheck.secrets import redact_all
from logitcheck.selection import Selection
from logitcheck.stages import Stages, describe

if TYPE_CHECKING:
    from logitcheck.probe.finds import Hunt
    from logitcheck.probe.host import ProbeOutcome
    from logitcheck.probe.protocol import Span, Suspect

Choice = Callable[[Case], Sequence[type[Rule]]]
"""Which rules could find something in a case."""

_RANKS = {"error": 0, "warning": 1, "info": 2}


class Probe(Protocol):
    """What runs models."""

    def start(self) -> None:
        """Get ready in the background, where that takes time."""

    def run(self, model: Model) -> ProbeOutcome:
        """Run a model and measure it; failures are part of the outcome."""

    def hunt(self, model: Model, suspects: Sequence[Suspect], spans: Sequence[Span], budget: float) -> Hunt:
        """Search inputs that make suspected ops yield NaN or Inf."""


def audit(path: str, options: AuditOptions, rules: Choice, prober: Probe | None = None) -> ModelReport:
    """Audit one model by the rules that concern it. Without a prober the audit is static.

    It never raises but for interruption.
    """
    stages = Stages()
    try:
        report = _audit(path, options, rules, prober, stages)
    except NotAudited as problem:
        report = refusal(path, problem, rules, stages)
    except Exception as problem:
        # A reader that fails is the end of this file's audit, not of the whole call.
        stages.note("reading", problem)
        report = ModelReport(path, "unknown", reason=f"internal failure while reading: {describe(problem)}")
    report = replace(report, errors=tuple(stages.errors))
    return report if options.show_strings else replace(redact_all(report), path=path)


def refusal(path: str, problem: NotAudited, rules: Choice, stages: Stages) -> ModelReport:
    """Return the report of a path that cannot be audited, with a finding where a rule names the defect."""
    from logitcheck.rules import refused

    advice = f"; {problem.advice[0].lower()}{problem.advice[1:]}" if problem.advice else ""
    reason = f"{problem.reason}{advice}".rstrip(".")
    model = Model(path, problem.format, sightings=(refused.refusal(problem),))
    case = Case(model, Facts(GraphFacts(model.graph)))
    findings = _check([rule for rule in rules(case) if rule.code == problem.code], case, stages)
    return ModelReport(path, problem.format, reason=reason, findings=tuple(findings))


def _audit(
    path: str, options: AuditOptions, rules: Choice, prober: Probe | None, stages: Stages
) -> ModelReport:
    from logitcheck.analysis.analyse import analyse
    from logitcheck.analysis.interval import Interval
    from logitcheck.readers.dispatch import read

    if problem := missing(path):
        raise problem
    if prober and looks_like_model(path):
        prober.start()
    model = overrides.apply(read(path), options)
    ranges = {name: Interval(*ends) for name, ends in options.ranges.items()}
    facts = stages.run("analysis", lambda: analyse(model, ranges), Facts(GraphFacts(model.graph)))
    case = Case(model, facts)
    selection = Selection(options.select, options.ignore)
    guards = [rule for rule in rules(case) if gate.guards(rule) and selection.runs(rule)]
    findings = _check(guards, case, stages)
    case, probe = _probe(case, findings, options, prober, stages)
    chosen = [rule for rule in rules(case) if selection.runs(rule)]
    if prober:
        case, probe = _hunt(case, probe, options, prober, chosen, stages)
    findings += _check([rule for rule in chosen if not gate.guards(rule)], case, stages)
    findings.sort(key=lambda finding: (_RANKS[finding.severity], finding.rule))
    return conclude(path, case, findings, probe, (selection, chosen), stages)


def _check(rules: Sequence[type[Rule]], case: Case, stages: Stages) -> list[Finding]:
    """Return the findings of some rules; a rule that fails keeps what it found until then."""
    findings: list[Finding] = []
    for rule in rules:
        stages.run(rule.code, lambda rule=rule: findings.extend(rule().check(case)), None)  # type: ignore[misc]
    return findings


def _probe(
    case: Case, findings: Sequence[Finding], options: AuditOptions, prober: Probe | None, stages: Stages
) -> tuple[Case, ProbeReport]:
    """Run the model unless something speaks against it; return the case with what was measured."""
    failed = [error.subject for error in stages.errors if error.subject.startswith(gate.FAMILY)]
    reason = gate.objection(case.model, findings, failed, options)
    if reason or prober is None:
        return case, ProbeReport("skipped", reason or "the audit was asked to be static")
    outcome = stages.run("probe", lambda: prober.run(case.model), None)
    if outcome is None:
        return case, ProbeReport("failed", stages.errors[-1].reason)
    if outcome.report.details.get("kind") == "data":
        stages.errors.append(Remark("--probe-data", outcome.report.reason or "the data were not accepted"))
    # The child may be under the model's control: what it told is cut to size before anybody looks at it.
    report = replace(outcome.report, details=plain(outcome.report.details))
    return case.with_(measured=outcome.measurements), report


def _hunt(
    case: Case,
    probe: ProbeReport,
    options: AuditOptions,
    prober: Probe,
    rules: Sequence[type[Rule]],
    stages: Stages,
) -> tuple[Case, ProbeReport]:
    """Search inputs that prove the range analysis right; return the case with what was found."""
    from logitcheck import witnesses

    if not witnesses.wanted(rules, options, probe):
        return case, probe
    nothing: tuple[Case, Mapping[str, Any]] = (case, {})
    case, told = stages.run("witnesses", lambda: witnesses.confirm(case, prober, options, stages), nothing)
    return case, replace(probe, details={**probe.details, **told})
