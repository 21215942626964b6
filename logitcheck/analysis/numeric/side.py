"""What the range analysis knows of one graph beside its tensors."""

from __future__ import annotations

from typing import NamedTuple

from logitcheck.analysis.numeric.assume import Facts
from logitcheck.analysis.numeric.marks import Marks
from logitcheck.analysis.numeric.reach import Reach
from logitcheck.analysis.numeric.saturation import Saturation
from logitcheck.analysis.numeric.values import Values
from logitcheck.graph import Graph, Ref


class Branch(NamedTuple):
    """A graph that runs only where a predicate holds."""

    outer: Values
    arguments: tuple[Ref, ...]
    facts: Facts


class Side:
    """What is known of one graph beside its tensors."""

    def __init__(self, graph: Graph, branch: Branch | None = None):
        self.values = Values(graph, branch.outer, branch.arguments) if branch is not None else Values(graph)
        self.facts: Facts = branch.facts if branch is not None else {}
        self.marks = Marks(self.values)
        self.reach = Reach(self.values)
        self.saturation = Saturation()
        self.below: dict[Ref, Facts] = {}
        """What holds where a reference is computed, on one side of a Switch."""
