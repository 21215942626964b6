"""Loops whose rounds are counted are followed round by round, without widening."""

from __future__ import annotations

from collections.abc import Sequence

from logitcheck.analysis.context import Context
from logitcheck.analysis.interpreter import Interpreter
from logitcheck.analysis.interval import Interval
from logitcheck.analysis.laws.base import join
from logitcheck.analysis.numeric.trips import trips
from logitcheck.analysis.numeric.values import Values
from logitcheck.analysis.tensor import Tensor
from logitcheck.graph import Graph, Node, Ref

ROUNDS = 32
"""A loop that ends sooner, by a count that is known, is followed round by round."""


class CountedInterpreter(Interpreter):
    """An interpreter that rolls short loops out. Subclasses number the values of a graph."""

    def values(self, graph: Graph) -> Values:
        """Return which references of a graph hold the same value."""
        return Values(graph)

    def _settle(self, merges: Sequence[Node], context: Context, give_up: bool) -> bool:
        """Follow a loop whose rounds are counted without widening; others as every interpreter does."""
        rounds = trips(context.graph, self.values(context.graph))
        if rounds is None:
            return super()._settle(merges, context, give_up)
        names = {node.name for node in merges}
        for _ in range(rounds):
            for node in merges:
                here = Ref(node.name)
                for ref in node.inputs:
                    context.results[here] = join(context.results[here], context.tensor(ref))
            self._pass(context.graph.nodes, context, keep=names)
        return False

    def _unrolled(self, node: Node, inputs: Sequence[Tensor]) -> tuple[Tensor, ...] | None:
        """Run a loop round by round while its condition is decided; None where it is not, or runs on."""
        condition, body = node.attrs.get("cond"), node.attrs.get("body")
        if not isinstance(condition, Graph) or not isinstance(body, Graph):
            return None
        state = tuple(inputs)
        for _ in range(ROUNDS):
            going = self._nested(condition, state)[0].interval
            if going == Interval(0.0, 0.0):
                return state
            if going != Interval(1.0, 1.0):
                return None
            state = tuple(self._nested(body, state))
            if len(state) != len(inputs):
                return None
        return None
