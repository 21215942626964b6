"""``logitcheck replay``: runs a saved input again and says where NaN or Inf begins."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from logitcheck.errors import NotAudited, UsageError
from logitcheck.options import AuditOptions

ZIP = b"PK"
"""First bytes of an ``.npz``."""


def replay(path: str, witness: str, options: AuditOptions) -> tuple[str, int]:
    """Return what to print, and the exit code: 1 where NaN or Inf appears. UsageError where it cannot run."""
    from logitcheck.gate import limits
    from logitcheck.probe.host import Prober
    from logitcheck.readers.dispatch import read

    if not Path(witness).is_file():
        raise UsageError(f"{witness}: there is no such file")
    with Path(witness).open("rb") as file:
        if file.read(2) != ZIP:
            raise UsageError(f"{witness}: it is no .npz, as --save-witness writes them")
    try:
        model = read(path)
    except NotAudited as problem:
        raise UsageError(f"{path}: {problem.reason}") from problem
    _refuse(path, model, options)
    with Prober(limits(options)) as prober:
        told = prober.replay(model, str(Path(witness).resolve()))
    if "reason" in told:
        raise UsageError(f"{path}: it could not be run: {told['reason']}")
    return worded(path, told)


def _refuse(path: str, model: Any, options: AuditOptions) -> None:
    """Raise UsageError for a file that the audit would not run."""
    from logitcheck import gate
    from logitcheck.analysis.facts import Facts, GraphFacts
    from logitcheck.rules.case import Case
    from logitcheck.rules.catalogue import catalogue
    from logitcheck.rules.rule import run

    case = Case(model, Facts(GraphFacts(model.graph)))
    findings = list(run([rule() for rule in catalogue() if gate.guards(rule)], case))
    if reason := gate.objection(model, findings, (), options):
        raise UsageError(f"{path}: {reason}")


def worded(path: str, told: Mapping[str, Any]) -> tuple[str, int]:
    """Return the text and the exit code for what a replay told."""
    from logitcheck.report.clean import clean

    lines = [
        f"  {name}: {counts['nan']} NaN and {counts['inf']} Inf of {counts['size']} numbers"
        for name, counts in told["outputs"].items()
    ]
    for origin in told["origins"][:1]:
        layer = f" of layer {origin['layer']!r}" if origin.get("layer") else ""
        lines.insert(0, f"  first at {origin['op']} {origin['node']!r}{layer}, given {_range(origin)}")
    if told["gradient"] is not None:
        lines.append(f"  gradient: {'NaN or Inf' if told['gradient'] else 'finite'}")
    bad = bool(told["origins"]) or bool(told["gradient"])
    graph = f" (graph {told['graph']!r})" if told["graph"] else ""
    head = f"{path}{graph}: {'NaN or Inf appears' if bad else 'all numbers are finite'}"
    return "\n".join(clean(line) for line in (head, *lines)), int(bad)


def _range(origin: Mapping[str, Any]) -> str:
    low, high = origin.get("low"), origin.get("high")
    return "no finite number" if low is None or high is None else f"[{low:.9g}, {high:.9g}]"
