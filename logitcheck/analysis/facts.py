"""All facts of one model, as rules ask for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from logitcheck.analysis.interval import Interval
from logitcheck.analysis.tensor import Tensor, unknown
from logitcheck.finding import Coverage
from logitcheck.graph import Graph, Ref
from logitcheck.record import dataclass


@dataclass(frozen=True)
class GraphFacts:
    """The abstract tensors of one graph."""

    graph: Graph
    tensors: Mapping[Ref, Tensor] = field(default_factory=dict)

    def of(self, ref: Ref) -> Tensor:
        """Return what is known of one tensor; an unknown one where the interpreter never met it."""
        return self.tensors.get(ref) or unknown()


@dataclass(frozen=True)
class Facts:
    """Everything the analysis derived for one model."""

    serving: GraphFacts
    """Of ``model.graph``."""

    training: Mapping[str, GraphFacts] = field(default_factory=dict)
    """Of ``model.training``, by name."""

    coverage: Coverage = Coverage()
    ranges: Mapping[str, Interval] = field(default_factory=dict)
    """Declared ranges of inputs by name; ``""`` holds for all that are not named."""
