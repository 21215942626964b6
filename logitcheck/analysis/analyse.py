"""The analysis of one model: facts about every tensor of its serving graph and of its training graphs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from logitcheck.analysis.facts import Facts, GraphFacts
from logitcheck.analysis.interpreter import Interpreter
from logitcheck.analysis.interval import REALS, UNIT, Interval
from logitcheck.analysis.laws import LAWS
from logitcheck.analysis.tensor import Tensor
from logitcheck.finding import Coverage
from logitcheck.graph import Graph, Shape
from logitcheck.model import Input, Model

DEFAULT_RANGE = REALS
"""What a float input may hold where nobody says: any finite number.

The contract between an output and its loss must not rest on a bound that the file does not state, so no
guess narrows it; NaN and Inf are taken to be absent from inputs.
"""


def analyse(model: Model, ranges: Mapping[str, Interval] = {}) -> Facts:
    """Return the facts about a model; ``ranges`` declares inputs by name, ``""`` all that are not named."""
    inputs = {entry.node: input_tensor(entry, ranges) for entry in model.inputs}
    serving = _stated(model, _facts(model.graph, placeholders(model.graph, inputs, ranges)))
    training = {
        entry.name: _facts(entry.graph, placeholders(entry.graph, inputs, ranges, training=True))
        for entry in model.training
    }
    return Facts(serving, training, coverage([model.graph]), ranges)


def _facts(graph: Graph, given: Mapping[str, Tensor]) -> GraphFacts:
    return GraphFacts(graph, Interpreter(given, exact=False).run(graph))


def _stated(model: Model, facts: GraphFacts) -> GraphFacts:
    """Add the sizes and dtypes that the file states of its outputs to what was derived of them."""
    found = dict(facts.tensors)
    for output in model.outputs:
        tensor = facts.of(output.ref)
        shape, dtype = _narrower(tensor.shape, output.shape), tensor.dtype or output.dtype
        if (shape, dtype) != (tensor.shape, tensor.dtype):
            found[output.ref] = replace(tensor, shape=shape, dtype=dtype)
    return GraphFacts(facts.graph, found)


def _narrower(derived: Shape, told: Shape) -> Shape:
    """Return a shape with its unknown sizes taken from another; unchanged where they contradict."""
    if derived is None or told is None:
        return told if derived is None else derived
    if len(derived) != len(told):
        return derived
    return tuple(b if a is None else a for a, b in zip(derived, told, strict=True))


def input_tensor(entry: Input, ranges: Mapping[str, Interval]) -> Tensor:
    """Return what is known of an input: its shape, dtype and declared range."""
    declared = ranges.get(entry.name, ranges.get(entry.node, ranges.get("")))
    return Tensor(
        shape=entry.shape,
        dtype=entry.dtype,
        interval=declared or dtype_range(entry.dtype),
        may_nan=False,
        may_inf=False,
    )


def dtype_range(dtype: str | None) -> Interval:
    """Return what a dtype can hold: 0 to 255 for uint8; finite reals, :data:`DEFAULT_RANGE`, for floats."""
    if dtype == "bool":
        return Interval(0.0, 1.0)
    for prefix, signed in (("uint", False), ("quint", False), ("int", True), ("qint", True)):
        if dtype and dtype.startswith(prefix) and dtype[len(prefix) :].isdigit():
            bits = int(dtype[len(prefix) :])
            return (
                Interval(-(2.0 ** (bits - 1)), 2.0 ** (bits - 1) - 1)
                if signed
                else Interval(0.0, 2.0**bits - 1)
            )
    return DEFAULT_RANGE


def placeholders(
    graph: Graph, inputs: Mapping[str, Tensor], ranges: Mapping[str, Interval] = {}, *, training: bool = False
) -> dict[str, Tensor]:
    """Return the inputs of a graph by node: those of the model, and Placeholders only this graph has.

    A truth value that may be fed over its default (a learning phase) is either in ``training``.
    """
    found = dict(inputs)
    for node in graph.nodes:
        if node.name in found or not node.op.startswith("Placeholder"):
            continue
        dtype = str(node.attrs.get("dtype") or "float32")
        shape = node.attrs.get("shape")
        if node.op == "Placeholder":
            found[node.name] = input_tensor(Input(node.name, node.name, shape, dtype), ranges)
        elif training and dtype == "bool":
            found[node.name] = Tensor(shape, dtype, UNIT, may_nan=False, may_inf=False)
    return found


def coverage(graphs: Sequence[Graph]) -> Coverage:
    """Return how many nodes have a law, loop bodies and branches included."""
    ops = Counter(node.op for graph in graphs for node in graph.walk())
    lawless, strangers = {op for op in ops if op not in LAWS}, Counter[str]()
    for graph in graphs if lawless else ():
        strangers.update(
            str(node.attrs.get("what") or node.op) for node in graph.walk() if node.op in lawless
        )
    nodes = ops.total()
    return Coverage(nodes, nodes - strangers.total(), dict(sorted(strangers.items())))
