"""Alarms of the range analysis are tried: inputs that prove them are searched in the probe's process."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from logitcheck.errors import UsageError
from logitcheck.finding import ProbeReport, Remark
from logitcheck.rules.case import Case

if TYPE_CHECKING:
    from logitcheck.audit import Probe
    from logitcheck.options import AuditOptions
    from logitcheck.probe.finds import Find
    from logitcheck.rules.rule import Rule
    from logitcheck.stages import Stages

FAMILY = "LC3"
"""The rules that a search is made for."""


NO_WORKER = ("missing-tensorflow", "no-worker")
"""Failures of the probe after which a search would fail alike."""


def wanted(rules: Sequence[type[Rule]], options: AuditOptions, probe: ProbeReport) -> bool:
    """Tell whether the choice of rules and budget asks for a search, and the probe allows one."""
    if probe.status == "skipped" or probe.details.get("kind") in NO_WORKER:
        return False
    return options.witness_budget > 0 and any(rule.code.startswith(FAMILY) for rule in rules)


def confirm(
    case: Case, prober: Probe, options: AuditOptions, stages: Stages
) -> tuple[Case, Mapping[str, Any]]:
    """Return the case with what a search found, and the figures for the report; nothing where none is due.

    A witness that cannot be saved is told among the errors, and counts all the same.
    """
    if not case.risks:
        return case, {}
    from logitcheck.probe.suspects import suspects_of

    suspects, spans = suspects_of(case.model, case.risks, case.facts.ranges)
    if not suspects:
        return case, {}
    hunt = prober.hunt(case.model, suspects, spans, options.witness_budget)
    finds = [_kept(case, find, options.save_witness, stages) for find in hunt.finds]
    by_place = {(f.suspect.graph, f.suspect.node, f.suspect.gradient): f for f in finds}
    told = {
        "suspects": len(suspects),
        "found": sum(find.found for find in finds),
        "tries": sum(find.tries for find in finds),
    }
    return case.with_(finds=by_place), {"witnesses": {**told, "reason": hunt.reason} if hunt.reason else told}


def _kept(case: Case, find: Find, folder: str | None, stages: Stages) -> Find:
    """Return a find with the file it was saved in; the same one where nothing is to be saved."""
    if folder is None or not find.found or not find.arrays:
        return find
    from logitcheck.probe.finds import save

    names = {item.node: item.name for item in case.model.inputs}
    try:
        return replace(find, file=save(folder, case.model.path, find, names))
    except (UsageError, OSError) as problem:
        stages.errors.append(Remark("--save-witness", str(problem)))
        return find
