"""What a law may ask about the graph it stands in: nodes, tensors computed so far, weights, nested graphs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from logitcheck.analysis.tensor import Tensor, unknown
from logitcheck.graph import Graph, Node, Ref
from logitcheck.record import dataclass

if TYPE_CHECKING:
    Nested = Callable[[Graph, Sequence[Tensor]], tuple[Tensor, ...]]

TRANSPARENT = frozenset(
    [
        "Identity",
        "StopGradient",
        "PreventGradient",
        "Snapshot",
        "CheckNumerics",
        "EnsureShape",
        "PlaceholderWithDefault",
    ]
)
"""Ops that hand their first input on as it is."""


CHAIN = 100
"""Ops in a row that a reference is followed back through."""


@dataclass(frozen=True)
class WeightFacts:
    """What somebody read from a stored tensor."""

    low: float
    high: float
    nan: bool
    inf: bool


class Context:
    """One graph while it is being interpreted."""

    def __init__(
        self,
        graph: Graph,
        given: Mapping[str, Tensor],
        weight: Callable[[str], WeightFacts | None],
        nested: Nested,
        exact: bool = True,
    ):
        """Keep the graph, the tensors of its placeholders by name, and the two hooks."""
        self.graph = graph
        self.given = given
        self.weight = weight
        """Key of a stored tensor → its facts, None where nobody read them."""

        self.nested = nested
        """Interpret a loop body or a branch on argument tensors and return what it answers."""

        self.exact = exact
        """Whether a product with stored numbers is bounded by what they are now. Where not, it may be any
        number, since training moves them: what an output's kind of values follows from.
        """

        self.results: dict[Ref, Tensor] = {}
        self.dead: set[Ref | str] = set()
        """Outputs, and nodes, of branches that a constant predicate never takes."""

    def tensor(self, ref: Ref) -> Tensor:
        """Return what is known of a tensor by now."""
        return self.results.get(ref) or unknown()

    def alive(self, node: Node) -> list[Ref]:
        """Return a node's inputs without those that come out of a branch never taken."""
        return [ref for ref in node.inputs if ref not in self.dead and ref.node not in self.dead]

    def origin(self, ref: Ref) -> Ref:
        """Follow a reference back through ops that only hand their input on."""
        nodes = self.graph.by_name
        for _ in range(CHAIN):
            node = nodes.get(ref.node)
            if node is None or node.op not in TRANSPARENT or not node.inputs:
                break
            ref = node.inputs[0]
        return ref

    def maker(self, ref: Ref) -> Node | None:
        """Return the node that really computes a tensor: the one behind its origin."""
        node = self.graph.by_name.get(ref.node)
        if node is None or node.op not in TRANSPARENT:
            return node
        return self.graph.by_name.get(self.origin(ref).node)
