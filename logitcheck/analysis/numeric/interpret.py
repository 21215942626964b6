"""The range analysis: the interpreter's laws, rounded to floats and sharpened by relations.

Runs only on graphs that hold an op with a danger zone. Every reader of a sharpened tensor profits, since the
sharper interval replaces the plain one.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Callable, Mapping, Sequence

from logitcheck.analysis.context import Context, WeightFacts
from logitcheck.analysis.head_ops import VARIABLES
from logitcheck.analysis.interval import Interval
from logitcheck.analysis.laws.base import join
from logitcheck.analysis.numeric.assume import implied, masked, meet
from logitcheck.analysis.numeric.channels import Ends, follow, hull, met, pieced
from logitcheck.analysis.numeric.counted import CountedInterpreter
from logitcheck.analysis.numeric.dangers import danger_of
from logitcheck.analysis.numeric.decide import decided
from logitcheck.analysis.numeric.floats import is_real, settle
from logitcheck.analysis.numeric.narrowing import apart, narrowed, settled
from logitcheck.analysis.numeric.products import PRODUCTS, Products
from logitcheck.analysis.numeric.saturation import overflown
from logitcheck.analysis.numeric.side import Branch, Side
from logitcheck.analysis.numeric.split import Evaluate, images, sharpen
from logitcheck.analysis.numeric.stored import Stored
from logitcheck.analysis.numeric.values import Values
from logitcheck.analysis.numeric.zones import ZONES
from logitcheck.analysis.tensor import Tensor
from logitcheck.graph import Graph, Node, Ref

Outputs = tuple[Tensor, ...]
BRANCHES = frozenset(("If", "StatelessIf"))
LOOPS = frozenset(("While", "StatelessWhile"))

BUDGET = 60_000
"""Nodes that case distinctions may evaluate in one run (about a second); then bounds stay as they are."""


class RangeInterpreter(CountedInterpreter):
    """Derives float intervals; keeps the arguments of every op that has a danger zone."""

    def __init__(
        self,
        given: Mapping[str, Tensor],
        weight: Callable[[str], WeightFacts | None],
        stored: Stored,
        per_channel: bool = False,
    ):
        super().__init__(given, weight)
        self.stored = stored
        self.per_channel = per_channel
        """Whether channels are told apart, which costs time: worthwhile only where an alarm remains."""

        self.arguments: dict[str, tuple[Tensor, ...]] = {}
        """Of every op with a danger zone, as last seen: loops only widen."""

        self.overflows: dict[str, tuple[Tensor, ...]] = {}
        """Arguments of ops whose result leaves the dtype although all that goes in is finite and reached."""

        self.sums: dict[str, Interval] = {}
        """Of these: the range of a sum of float16, as it would be without an end."""

        self.harmless: set[str] = set()
        """Ops in danger by the hull of their argument only, as last seen."""

        self.sides: dict[int, Side] = {}
        self._products = Products(stored)
        self._plain = False
        self._spent = 0
        self._cut: set[Ref] = set()
        """Arguments of products that were looked at piece by piece."""

        self._branches: dict[int, Branch] = {}

    def side(self, graph: Graph) -> Side:
        """Return values, marks and reach of a graph, made when it is first met."""
        if id(graph) not in self.sides:
            self.sides[id(graph)] = Side(graph, self._branches.get(id(graph)))
        return self.sides[id(graph)]

    def values(self, graph: Graph) -> Values:
        """Return which references of a graph hold the same value."""
        return self.side(graph).values

    def _outputs(self, node: Node, inputs: list[Tensor], context: Context) -> Outputs:
        if node.op in ZONES and not self._plain:
            inputs = self._sharpened(node, inputs, context)
            self._keep(node.name, tuple(inputs))
        if self.per_channel and node.op in PRODUCTS and not self._plain:
            inputs = self._pieced(node, inputs, context)
        if node.op in BRANCHES:
            self._enter(node, context)
        if node.op in LOOPS and not self._plain:
            rolled = self._unrolled(node, inputs)
            if rolled is not None:
                return self.refined(node, inputs, rolled, context)
        return super()._outputs(node, inputs, context)

    def _keep(self, name: str, inputs: tuple[Tensor, ...]) -> None:
        """Keep the arguments of an op; in a body that runs again, those of all its rounds."""
        before = self.arguments.get(name)
        if before is not None and self._depth and len(before) == len(inputs):
            inputs = tuple(join(a, b) for a, b in zip(before, inputs, strict=True))
        self.arguments[name] = inputs

    def _enter(self, node: Node, context: Context) -> None:
        """Tell the branches of a conditional what its predicate says."""
        values = self.side(context.graph).values
        for name, truth in (("then_branch", True), ("else_branch", False)):
            branch = node.attrs.get(name)
            if isinstance(branch, Graph):
                facts = implied(values, node.inputs[0], truth, context.tensor)
                self._branches[id(branch)] = Branch(values, node.inputs[1:], facts)

    def refined(self, node: Node, inputs: Sequence[Tensor], outputs: Outputs, context: Context) -> Outputs:
        """Return outputs as floats reach them, narrowed by what stored numbers and relations tell."""
        if not outputs:
            return outputs
        side = self.side(context.graph)
        if node.op == "Switch" and len(node.inputs) == 2:
            return self._switched(node, outputs, side, context)
        first = outputs[0]
        moved = self.stored.variable(node, inputs, context)
        if moved is not None:
            first = first.with_(interval=moved, value=None, channels=None, known=True, cause=None)
        elif node.op in VARIABLES and not first.interval.bounded and not self.stored.free:
            first = first.with_(known=False, cause="a stored tensor that could not be read")
        first = self._assumed(node, first, side, context)
        ends = self._ends(node, inputs, first, context)
        for found in (None if ends is None else hull(ends), decided(node, inputs, side.values)):
            first = first if found is None else narrowed(first, found)
        if is_real(first.dtype) or first.dtype is None:
            first = side.marks.refine(node, inputs, first.with_(interval=settle(first.interval, first.dtype)))
            first = apart(first, ends) if self.per_channel else first
        if not self._plain:
            first = self._saturated(node, inputs, first, ends, side)
            side.reach.note(node, inputs, first, nested=self._depth > 0)
            if side.reach.overflows(node, inputs, first):
                self.overflows[node.name] = tuple(inputs)
        return (first, *(settled(tensor) for tensor in outputs[1:]))

    def _saturated(
        self, node: Node, inputs: Sequence[Tensor], first: Tensor, ends: Ends | None, side: Side
    ) -> Tensor:
        """Note whether a sum in float16 leaves it, and return the output with what then comes of it."""
        side.saturation.note(node, first)
        exact = hull(ends) if ends is not None and node.op in PRODUCTS else None
        span = None if self.stored.free else side.saturation.overflow(node, inputs, first, exact)
        if span is None:
            return first
        self.overflows[node.name], self.sums[node.name] = tuple(inputs), span
        return first.with_(interval=overflown(first.interval, span), channels=None)

    def _ends(self, node: Node, inputs: Sequence[Tensor], first: Tensor, context: Context) -> Ends | None:
        """Return bounds per channel, where stored numbers and this run tell channels apart."""
        ends = self._products.ends(node, inputs, context)
        if ends is not None or not self.per_channel or self._plain:
            return ends
        if node.op == "Placeholder":
            return first.channels
        if node.op in ("Const", "Weight"):
            vector = self.stored.vector(node)
            return None if vector is None else (vector, vector)
        return follow(node, inputs, first)

    def _assumed(self, node: Node, first: Tensor, side: Side, context: Context) -> Tensor:
        """Return the output met with what the branch's predicate, or a mask, says of it."""
        here = Ref(node.name)
        picked = masked(side.values, node, context.tensor)
        facts = dict(side.facts)
        for ref in node.inputs if node.op != "Merge" else ():
            facts.update(side.below.get(ref, {}))
        if facts and node.op != "Merge":
            side.below[here] = facts
            told = facts.get(side.values.of(here))
            picked = told if told is not None else picked
        return first if picked is None else first.with_(interval=meet(first.interval, picked))

    def _switched(self, node: Node, outputs: Outputs, side: Side, context: Context) -> Outputs:
        """Return the two sides of a Switch, each met with what its predicate says there."""
        found = []
        for index, tensor in enumerate(outputs):
            here = Ref(node.name, index)
            facts = implied(side.values, node.inputs[1], index == 1, context.tensor)
            side.below[here] = {**side.below.get(node.inputs[0], {}), **facts}
            told = facts.get(side.values.of(here))
            found.append(tensor if told is None else tensor.with_(interval=meet(tensor.interval, told)))
        return tuple(found)

    def _sharpened(self, node: Node, inputs: list[Tensor], context: Context) -> list[Tensor]:
        """Return the arguments of a dangerous op with the feared one bounded by a case distinction."""
        values = self.side(context.graph).values
        danger = danger_of(node, inputs, values)
        if danger is None or len(inputs) != len(node.inputs) or self._spent > BUDGET:
            return inputs
        target, plain = node.inputs[danger.argument], inputs[danger.argument]

        def swapped(bounds: Interval) -> list[Tensor]:
            narrow = plain.with_(interval=bounds)
            return [
                narrow if ref == target else tensor for ref, tensor in zip(node.inputs, inputs, strict=True)
            ]

        self._plain = True
        known = ChainMap({target: plain}, context.results)
        cut = sharpen(
            context.graph,
            target,
            known,
            self._evaluator(context),
            lambda part: danger_of(node, swapped(part), values) is None,
        )
        self._plain = False
        if cut is None:
            self.harmless.discard(node.name)
            return inputs
        (self.harmless.add if cut.harmless else self.harmless.discard)(node.name)
        context.results[target] = plain.with_(interval=cut.interval)
        return swapped(cut.interval)

    def _pieced(self, node: Node, inputs: list[Tensor], context: Context) -> list[Tensor]:
        """Return a product's arguments, those bounded piece by piece that read a tensor more than once."""
        found = list(inputs)
        for place, target in enumerate(node.inputs[: len(inputs)]):
            known = context.results
            if target in self._cut or target not in known or self._spent > BUDGET:
                continue
            self._cut.add(target)
            self._plain = True
            cuts = list(images(context.graph, target, known, self._evaluator(context)))
            self._plain = False
            for symbol, told in cuts:
                known[target] = apart(known[target], met(known[target], pieced(known[symbol], told)))
            found[place] = known[target]
        return found

    def _evaluator(self, context: Context) -> Evaluate:
        """Return how to derive single nodes of an expression, each counted."""

        def evaluate(inner: Node, given: Sequence[Tensor]) -> Outputs:
            self._spent += 1
            return super(RangeInterpreter, self)._outputs(inner, list(given), context)

        return evaluate
