"""The range analysis: the interpreter's laws, rounded to floats and sharpened by relations.

Runs only on graphs that hold an op with a danger zone. Every reader of a sharpened tensor profits, since the
sharper interval replaces the plain one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from logitcheck.analysis.context import Context, WeightFacts
from logitcheck.analysis.interpreter import Interpreter
from logitcheck.analysis.interval import Interval
from logitcheck.analysis.numeric.decide import decided
from logitcheck.analysis.numeric.floats import is_real, limits, settle
from logitcheck.analysis.numeric.marks import Marks
from logitcheck.analysis.numeric.reach import Reach
from logitcheck.analysis.numeric.split import sharpen
from logitcheck.analysis.numeric.stored import VARIABLES, Stored
from logitcheck.analysis.numeric.values import Values
from logitcheck.analysis.numeric.zones import ZONES, Danger, Place
from logitcheck.analysis.tensor import Tensor
from logitcheck.graph import Graph, Node

Outputs = tuple[Tensor, ...]


class Side:
    """What is known of one graph beside its tensors."""

    def __init__(self, graph: Graph):
        self.values = Values(graph)
        self.marks = Marks(self.values)
        self.reach = Reach(self.values)


class RangeInterpreter(Interpreter):
    """Derives float intervals; keeps the arguments of every op that has a danger zone."""

    def __init__(
        self,
        given: Mapping[str, Tensor],
        weight: Callable[[str], WeightFacts | None],
        stored: Stored,
    ):
        super().__init__(given, weight)
        self.stored = stored
        self.arguments: dict[str, tuple[Tensor, ...]] = {}
        """Of every op with a danger zone, as last seen: loops only widen."""

        self.overflows: dict[str, tuple[Tensor, ...]] = {}
        """Arguments of ops whose result leaves the dtype although all that goes in is finite and reached."""

        self.sides: dict[int, Side] = {}
        self._plain = False

    def side(self, graph: Graph) -> Side:
        """Return values, marks and reach of a graph, made when it is first met."""
        if id(graph) not in self.sides:
            self.sides[id(graph)] = Side(graph)
        return self.sides[id(graph)]

    def _outputs(self, node: Node, inputs: list[Tensor], context: Context) -> Outputs:
        if node.op in ZONES and not self._plain:
            inputs = self._sharpened(node, inputs, context)
            self.arguments[node.name] = tuple(inputs)
        return super()._outputs(node, inputs, context)

    def refined(self, node: Node, inputs: Sequence[Tensor], outputs: Outputs, context: Context) -> Outputs:
        """Return outputs as floats reach them, narrowed by what stored numbers and relations tell."""
        if not outputs:
            return outputs
        side = self.side(context.graph)
        first = outputs[0]
        moved = self.stored.variable(node, inputs, context)
        if moved is not None:
            first = first.with_(interval=moved, value=None, channels=None, known=True, cause=None)
        elif node.op in VARIABLES and not first.interval.bounded and not self.stored.free:
            first = first.with_(known=False, cause="a stored tensor that could not be read")
        found = self.stored.product(node, inputs, context) or decided(node, inputs, side.values)
        if found is not None:
            first = _narrowed(first, found)
        if is_real(first.dtype) or first.dtype is None:
            first = side.marks.refine(node, inputs, first.with_(interval=settle(first.interval, first.dtype)))
        if not self._plain:
            side.reach.note(node, inputs, first)
            if side.reach.overflows(node, inputs, first):
                self.overflows[node.name] = tuple(inputs)
        return (first, *(_settled(tensor) for tensor in outputs[1:]))

    def _sharpened(self, node: Node, inputs: list[Tensor], context: Context) -> list[Tensor]:
        danger = danger_of(node, inputs, self.side(context.graph).values)
        if danger is None or len(inputs) != len(node.inputs):
            return inputs
        target = node.inputs[danger.argument]
        self._plain = True
        found = sharpen(
            context.graph,
            target,
            context.results,
            lambda n, given: super(RangeInterpreter, self)._outputs(n, list(given), context),
        )
        self._plain = False
        if found is None:
            return inputs
        sharper = context.results[target].with_(interval=found)
        context.results[target] = sharper
        return [sharper if ref == target else tensor for ref, tensor in zip(node.inputs, inputs, strict=True)]


def danger_of(node: Node, inputs: Sequence[Tensor], values: Values) -> Danger | None:
    """Return what one op can do with the arguments it may get, None where nothing."""
    zone = ZONES.get(node.op)
    if zone is None or not inputs or not is_real(inputs[-1].dtype or "float32"):
        return None
    arguments = [tensor.interval for tensor in inputs]
    same = len(node.inputs) > 1 and values.same(node.inputs[0], node.inputs[1])
    try:
        return zone(Place(arguments, limits(inputs[0].dtype), same, node.attrs))
    except IndexError:
        return None


def _narrowed(tensor: Tensor, found: Interval) -> Tensor:
    if not tensor.known:
        return tensor.with_(interval=found, known=True, cause=None)
    plain = tensor.interval
    low, high = max(plain.low, found.low), min(plain.high, found.high)
    return tensor.with_(interval=Interval(low, high) if low <= high else found)


def _settled(tensor: Tensor) -> Tensor:
    return tensor.with_(interval=settle(tensor.interval, tensor.dtype)) if is_real(tensor.dtype) else tensor
