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
    todo, seen, drawn = [output.node], set(), None
    while todo:
        name = todo.pop()
        node = graph.by_name.get(name)
        if name in seen or node is None:
            continue
        seen.add(name)
        if node.op in BRANCHES:
            return None
        drawn = drawn or (node if draws(graph, node) else None)
        todo.extend(ref.node for ref in node.inputs)
    return drawn


def draws(graph: Graph, node: Node) -> bool:
    """Tell whether an op gives other numbers in the next call."""
    if node.op in STATEFUL:
        return True
    if not node.op.startswith(STATELESS) or len(node.inputs) < 2:
        return False
    seed = graph.by_name.get(node.inputs[1].node)
    return seed is not None and seed.op not in ("Const", "Weight")
