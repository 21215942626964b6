"""The risks of one graph: the range analysis with the stored weights, and with others where it is trained."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from logitcheck.analysis.context import WeightFacts
from logitcheck.analysis.interval import Interval
from logitcheck.analysis.numeric.assume import capped, hidden
from logitcheck.analysis.numeric.danger import Danger
from logitcheck.analysis.numeric.floats import limits
from logitcheck.analysis.numeric.interpret import RangeInterpreter, danger_of, is_apart
from logitcheck.analysis.numeric.risks import BENIGN, UNDECLARED, Risk
from logitcheck.analysis.numeric.side import Side
from logitcheck.analysis.numeric.slices import ancestors, feared, slice_of
from logitcheck.analysis.numeric.stored import Array, Stored, is_variable
from logitcheck.analysis.numeric.told import told
from logitcheck.analysis.tensor import Tensor, unknown
from logitcheck.graph import Graph, Node, Ref
from logitcheck.model import Model

RISING = frozenset(("Rsqrt", "Reciprocal", "Inv", "Exp"))
"""Ops that go to +Inf, never to NaN, for arguments that are not negative."""

HIDDEN = "it is dropped going forward, but 0 * Inf is NaN in the gradient"

CONSTANT = frozenset(
    (
        "AddV2",
        "Add",
        "Cast",
        "Const",
        "Enter",
        "ExpandDims",
        "Identity",
        "Mul",
        "ReadVariableOp",
        "Reshape",
        "Weight",
    )
)
"""Ops through which stored numbers alone come, unchanged but for a constant."""

Weight = Callable[[str], WeightFacts | None]
Found = tuple[str, "Sight"]


class Sight(NamedTuple):
    """One op in danger, as one run of the analysis saw it."""

    node: Node
    danger: Danger
    arguments: tuple[Tensor, ...]
    reached: bool
    """The bound that is feared is reached, not only allowed."""

    capped: bool = False
    """A minimum with something finite keeps the Inf out of the result."""


def graph_risks(
    model: Model,
    name: str,
    graph: Graph,
    ranges: Mapping[str, Interval],
    weight: Weight,
    *,
    free: bool,
    gradient: bool,
) -> Iterator[Risk]:
    """Yield the risks of one graph; ``free`` adds those of other weights, ``gradient`` derivatives."""
    names = feared(graph)
    if not names:
        return
    variables = {node.name for node in graph.nodes if is_variable(node, graph)}
    graph = slice_of(graph, names)
    array = model.source.array if model.source is not None else None
    given, undeclared = inputs_of(model, graph, ranges, UNDECLARED)
    tame = inputs_of(model, graph, ranges, BENIGN)[0] if undeclared else given
    saved = _alarms(graph, names, given, weight, array)
    other = dict(_found(graph, names, given, weight, Stored(array, free=True))) if free else {}
    sure = {**saved, **other}
    if undeclared and sure:
        sure = _alarms(graph, names, tame, weight, array)
        sure |= dict(_found(graph, names, tame, weight, Stored(array, free=True))) if free else {}
    for key, sight in {**other, **saved}.items():
        if sight.danger.gradient and not (gradient and _is_trained(graph, sight.node, variables)):
            continue
        tensor = sight.arguments[sight.danger.argument]
        reads = _reads_input(graph, sight.node)
        weights = "saved" if key in saved else "other"
        yield Risk(
            graph=name,
            node=sight.node,
            danger=sight.danger,
            argument=tensor.interval,
            dtype=limits(tensor.dtype).name,
            weights="only" if key in saved and sight.reached and not reads else weights,
            undeclared=key not in sure,
            assumed=undeclared,
            capped=sight.capped,
            unknown=_unknown(tensor, reads or key in saved),
        )


def _is_trained(graph: Graph, node: Node, variables: set[str]) -> bool:
    """Tell whether a gradient through a node reaches a variable, or the graph has none at all.

    What a node inside a loop or a branch reads comes from outside: it is taken to.
    """
    if node.name not in graph.by_name:
        return True
    return not variables or not variables.isdisjoint(ancestors(graph, [node.name]))


def _unknown(tensor: Tensor, firm: bool) -> str | None:
    """Return what a risk rests on that is not known, None where it is firm.

    A bound that only other weights reach, and no input moves, is a guess about the training: a moving
    variance is a variable too, and never leaves the positive numbers.
    """
    if not tensor.known:
        return tensor.cause or "an op without a law"
    return None if firm else "what training does to a variable"


def _reads_input(graph: Graph, node: Node) -> bool:
    if node.name not in graph.by_name:
        return True
    return any(graph.by_name[name].op not in CONSTANT for name in ancestors(graph, [node.name]) - {node.name})


def _alarms(
    graph: Graph, names: set[str], given: Mapping[str, Tensor], weight: Weight, array: Array | None
) -> dict[str, Sight]:
    """Return every op in danger with the stored weights, by name.

    What is in danger by one interval for each tensor is looked at again with one for each channel. Where
    nothing is, that second run is saved.
    """
    found = dict(_found(graph, names, given, weight, Stored(array)))
    if not found:
        return found
    if all(name in graph.by_name for name in found):
        names = set(found)
        graph = slice_of(graph, names)
    return dict(_found(graph, names, given, weight, Stored(array), per_channel=True))


def _found(
    graph: Graph,
    names: set[str],
    given: Mapping[str, Tensor],
    weight: Weight,
    stored: Stored,
    per_channel: bool = False,
) -> Iterator[Found]:
    """Run the analysis once and yield every op in danger, by name."""
    interpreter = RangeInterpreter(given, weight, stored, per_channel)
    interpreter.run(graph)
    for side in interpreter.sides.values():
        inside = side.values.graph
        for node in inside.nodes:
            if node.name in interpreter.arguments and (inside is not graph or node.name in names):
                arguments = interpreter.arguments[node.name]
                danger = danger_of(node, arguments, side.values)
                if danger is not None and not _is_harmless(node, danger, arguments, side, interpreter):
                    feared = node.inputs[danger.argument]
                    kept = _kept_out(node, danger, arguments, side, interpreter)
                    if kept:
                        danger = danger._replace(gradient=True, effect=f"{danger.effect}; {HIDDEN}")
                    reached = feared in side.reach.top and feared in side.reach.bottom
                    yield node.name, Sight(node, danger, arguments, reached, kept == "capped")
    for name, arguments in interpreter.overflows.items():
        if name in names and name not in interpreter.arguments:
            danger = _overflow(arguments, interpreter.sums.get(name))
            yield name, Sight(graph.by_name[name], danger, arguments, True)


def _is_harmless(
    node: Node, danger: Danger, arguments: tuple[Tensor, ...], side: Side, interpreter: RangeInterpreter
) -> bool:
    return node.name in interpreter.harmless or is_apart(node, danger, arguments, side.values)


def _kept_out(
    node: Node, danger: Danger, arguments: tuple[Tensor, ...], side: Side, interpreter: RangeInterpreter
) -> str | None:
    """Return what keeps a value that is not finite out of the result: ``hidden``, ``capped``, or None."""
    if danger.gradient:
        return None
    known, feared = dict(zip(node.inputs, arguments, strict=False)), node.inputs[danger.argument]

    def is_harmless(bounds: Interval) -> bool:
        inputs = [known[ref].with_(interval=bounds) if ref == feared else known[ref] for ref in node.inputs]
        return danger_of(node, inputs, side.values) is None

    def look(ref: Ref) -> Tensor:
        return known.get(ref) or interpreter.results.get(ref) or interpreter.inner.get(ref) or unknown()

    if hidden(side.values, node, feared, is_harmless, look):
        return "hidden"
    rises = node.op in RISING and known[feared].interval.low >= 0
    return "capped" if rises and capped(side.values, node, look) else None


def _overflow(arguments: tuple[Tensor, ...], span: Interval | None) -> Danger:
    """Return what a sum of finite numbers can do; ``span`` is its range, where that was derived."""
    figures = limits(arguments[0].dtype)
    told = "the result" if span is None else f"the sum lies in [{span.low:.5g}, {span.high:.5g}] and"
    fix = (
        "scale the terms down, or compute in a wider dtype: tf.cast({x}, tf.float32)"
        if figures.name == "float16"
        else "clip or scale the terms"
    )
    return Danger(
        "LC312",
        False,
        0,
        f"<= {figures.largest:.5g} in total",
        f"{told} overflows {figures.name} to Inf",
        fix,
    )


def inputs_of(
    model: Model, graph: Graph, ranges: Mapping[str, Interval], default: Interval
) -> tuple[dict[str, Tensor], bool]:
    """Return the tensors of a graph's placeholders, and whether a float one has no declared range."""
    names = {entry.node: entry.name for entry in model.inputs}
    given, undeclared = {}, False
    for node in graph.nodes:
        if node.op not in ("Placeholder", "PlaceholderV2"):
            continue
        dtype = node.attrs.get("dtype") or "float32"
        declared = _declared(node.name, names.get(node.name), ranges)
        natural = _natural(dtype)
        undeclared = undeclared or (declared is None and natural is None)
        scaled = None if default is BENIGN else told(model, graph, node.name)
        interval = declared or natural or scaled or default
        given[node.name] = Tensor(node.attrs.get("shape"), dtype, interval, may_nan=False, may_inf=False)
    return given, undeclared


def _declared(node: str, name: str | None, ranges: Mapping[str, Interval]) -> Interval | None:
    """Return the range declared for a placeholder: by the input's name, or the node's, or its end."""
    for key in (name, node):
        if key is not None and key in ranges:
            return ranges[key]
    ends = [key for key in ranges if key and (node.endswith(("_" + key, "/" + key)))]
    return ranges[max(ends, key=len)] if ends else ranges.get("")


def _natural(dtype: str) -> Interval | None:
    """Return the range that a dtype itself states, None for floats."""
    if dtype == "bool":
        return Interval(0.0, 1.0)
    if "float" in dtype:
        return None
    if dtype.startswith("uint") and dtype[4:].isdigit():
        return Interval(0.0, 2.0 ** int(dtype[4:]) - 1)
    return Interval(-math.inf, math.inf)
