"""The findings of one model for people: what is wrong in full, what is only worth knowing in a line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from logitcheck.finding import Finding, Severity
from logitcheck.report.clean import clean
from logitcheck.report.layout import Line, Piece, line

PER_RULE = 5
"""Different findings of one rule shown for one model, and places of one finding; ``--verbose`` shows all."""


def finding_lines(findings: Sequence[Finding], verbose: bool) -> Iterator[Line]:
    """Yield the findings, those alike but for their place as one; infos as one line unless all is wanted."""
    if verbose:
        for finding in findings:
            yield from _finding([finding], verbose)
        if findings:
            yield line()
        return
    told = [finding for finding in findings if finding.severity != Severity.INFO]
    for rule in dict.fromkeys(finding.rule for finding in told):
        groups = _alike([finding for finding in told if finding.rule == rule])
        for group in groups[:PER_RULE]:
            yield from _finding(group, verbose)
        if rest := sum(map(len, groups[PER_RULE:])):
            yield line()
            yield line(Piece(f"{rest} more of {rule}; --verbose shows them", "strong"), indent=2)
    if told:
        yield line()
    yield from _infos([finding for finding in findings if finding.severity == Severity.INFO])


def _alike(findings: Sequence[Finding]) -> list[list[Finding]]:
    """Return the findings that cost the same and are mended alike together, in order."""
    groups: dict[tuple[str, ...], list[Finding]] = {}
    for finding in findings:
        why, measured = finding.why, str(finding.evidence.get("measured_is", ""))
        # The figures that were measured differ from place to place even where they mean the same.
        why = why.partition(" Measured in ")[0] if measured else why
        key = (finding.severity, finding.confidence, why, measured, finding.fix)
        groups.setdefault(key, []).append(finding)
    return list(groups.values())


def _finding(group: Sequence[Finding], verbose: bool) -> Iterator[Line]:
    first, *others = group
    place = where(first, verbose)
    yield line()
    yield line(
        Piece(f"{first.severity} {first.rule} {first.name}", str(first.severity)),
        Piece(f"  {first.confidence}" + (f", {place}" if place else ""), "dim"),
        indent=2,
        hang=2,
    )
    yield line(clean(first.message), indent=4)
    if others:
        yield line(Piece("also ", "dim"), _places(others), indent=4, hang=5)
    if first.why:
        yield line(Piece("why  ", "dim"), clean(first.why), indent=4, hang=5)
    if first.fix:
        yield line(Piece("fix  ", "dim"), Piece(clean(first.fix), "code"), indent=4, hang=5)
    if verbose:
        for key, value in first.evidence.items():
            yield line(Piece(f"{clean(str(key), 60)}: ", "dim"), clean(str(value)), indent=6, hang=2)


def _places(findings: Sequence[Finding]) -> str:
    """Return where else a finding holds."""
    told = list(dict.fromkeys(where(finding) or clean(finding.message) for finding in findings))
    more = f" and {len(told) - PER_RULE} more" if len(told) > PER_RULE else ""
    return "; ".join(told[:PER_RULE]) + more


def _infos(findings: Sequence[Finding]) -> Iterator[Line]:
    """Yield one line that names what is worth knowing, by rule."""
    if not findings:
        return
    told = []
    for rule, name in dict.fromkeys((finding.rule, finding.name) for finding in findings):
        places = [where(finding) for finding in findings if finding.rule == rule]
        place = next((place for place in places if place), "")
        count = f"{len(places)} times" if len(places) > 1 else place
        told.append(f"{rule} {name}" + (f" ({count})" if count else ""))
    yield line(
        Piece("info", "info"), f" {', '.join(told)}; ", Piece("--verbose tells more", "dim"), indent=2, hang=5
    )


def where(finding: Finding, exact: bool = False) -> str:
    """Return a finding's place in words.

    Unless it is to be ``exact``, the layer is left out where it is the output, and op and tensor are where a
    layer or an output is named: the message has them.
    """
    place = finding.location
    layer = place.layer if exact or place.layer != place.output else None
    inner = exact or not (place.layer or place.output)
    node, weight = (place.node, place.weight) if inner else (None, None)
    parts = (("output", place.output), ("layer", layer), ("node", node), ("weight", weight))
    return ", ".join(f"{kind} {clean(name, 120)}" for kind, name in parts if name)
