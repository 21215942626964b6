"""The way into an output, layer by layer, and what each hands on: the first thing to look at in a report."""

from __future__ import annotations

from dataclasses import replace

from logitcheck.analysis.facts import GraphFacts
from logitcheck.analysis.values import classify
from logitcheck.finding import OutputReport
from logitcheck.graph import Node, Ref
from logitcheck.rules.case import Case

LONGEST = 4
"""Links shown of one chain; the last ones."""

WORDS = {
    "probabilities": "sums to 1",
    "independent-probabilities": "in [0, 1]",
    "logits": "unbounded",
    "nonnegative": "not negative",
}
"""What a link hands on, where the report's word for an output would say too much."""

SILENT = frozenset({"Identity", "Weight", "Const", "ReadVariableOp", "Cast", "StopGradient", "Placeholder"})
"""Ops that hand on what they are given, or only feed others."""


def with_chains(reports: tuple[OutputReport, ...], case: Case) -> tuple[OutputReport, ...]:
    """Return the reports on outputs, each with its chain."""
    refs = {output.name: output.ref for output in case.model.outputs}
    return tuple(
        replace(one, chain=chain(case.facts.serving, refs[one.name])) if one.name in refs else one
        for one in reports
    )


def chain(facts: GraphFacts, output: Ref) -> tuple[str, ...]:
    """Return the last links before an output, the earliest first, as ``layer: ops (values)``.

    A link is a layer, or in a plain graph an op. Where ops join, the way goes on through the first input that
    is no stored tensor.
    """
    links: list[tuple[str, list[str], Ref]] = []
    ref: Ref | None = output
    seen: set[str] = set()
    while ref is not None and len(links) <= LONGEST and ref.node not in seen:
        seen.add(ref.node)
        node = facts.graph.by_name.get(ref.node)
        if node is None:
            break
        if node.op not in SILENT:
            place = node.layer or node.name
            if links and links[-1][0] == place:
                links[-1][1].insert(0, node.op)
            else:
                links.append((place, [node.op], ref))
        ref = _before(node, facts)
    return tuple(_told(place, ops, ref, facts) for place, ops, ref in reversed(links[:LONGEST]))


def _before(node: Node, facts: GraphFacts) -> Ref | None:
    """Return the input that the values come from, None at a beginning."""
    for ref in node.inputs:
        source = facts.graph.by_name.get(ref.node)
        if source is not None and source.op not in ("Weight", "Const", "ReadVariableOp"):
            return ref
    return None


def _told(place: str, ops: list[str], ref: Ref, facts: GraphFacts) -> str:
    values = classify(facts.of(ref))
    return f"{place}: {', '.join(ops)} ({WORDS.get(values, values)})"
