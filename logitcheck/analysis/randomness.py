"""Ops that draw random numbers on the way to an output, such as a Dropout that was left on."""

from __future__ import annotations

from logitcheck.graph import Graph, Node, Ref

STATEFUL = frozenset(
    (
        "Multinomial", "ParameterizedTruncatedNormal", "RandomGamma", "RandomPoissonV2", "RandomShuffle",
        "RandomStandardNormal", "RandomUniform", "RandomUniformInt", "StatefulRandomBinomial",
        "StatefulStandardNormalV2", "StatefulTruncatedNormal", "StatefulUniform", "StatefulUniformInt",
        "TruncatedNormal",
    )
)  # fmt: skip
"""Ops that go on from where they were in the call before, whatever their seed."""

STATELESS = "StatelessRandom"
"""Beginning of the ops that are given their seed: random where that is not a constant."""

BRANCHES = frozenset(
    ("Case", "If", "Merge", "StatelessCase", "StatelessIf", "StatelessWhile", "Switch", "While")
)
"""Where these stand on the way it is open whether the random number is used."""


def random_behind(graph: Graph, output: Ref) -> Node | None:
    """Return an op that draws anew in every call and that an output surely depends on; None without one."""
    behind = graph.ancestors([output.node])
    nodes = [node for node in graph.nodes if node.name in behind]
    if any(node.op in BRANCHES for node in nodes):
        return None
    return next((node for node in nodes if draws(graph, node)), None)


def draws_at_all(graph: Graph) -> bool:
    """Tell whether any op of a graph gives other numbers in the next call."""
    ops = {node.op for node in graph.nodes}
    if STATEFUL.isdisjoint(ops) and not any(op.startswith(STATELESS) for op in ops):
        return False
    return any(draws(graph, node) for node in graph.nodes)


def draws(graph: Graph, node: Node) -> bool:
    """Tell whether an op gives other numbers in the next call."""
    if node.op in STATEFUL:
        return True
    if not node.op.startswith(STATELESS) or len(node.inputs) < 2:
        return False
    seed = graph.by_name.get(node.inputs[1].node)
    return seed is not None and seed.op not in ("Const", "Weight")
