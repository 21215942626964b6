"""The risks of one graph: the range analysis with the stored weights, and with others where it is trained."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping

from logitcheck.analysis.context import WeightFacts
from logitcheck.analysis.interval import Interval
from logitcheck.analysis.numeric.floats import limits
from logitcheck.analysis.numeric.interpret import RangeInterpreter, danger_of
from logitcheck.analysis.numeric.risks import BENIGN, UNDECLARED, Risk
from logitcheck.analysis.numeric.stored import Stored
from logitcheck.analysis.numeric.zones import Danger
from logitcheck.analysis.tensor import Tensor
from logitcheck.graph import Graph, Node
from logitcheck.model import Model

Weight = Callable[[str], WeightFacts | None]


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
    array = model.source.array if model.source is not None else None
    live = _live(graph)
    given, undeclared = inputs_of(model, graph, ranges, UNDECLARED)
    saved = dict(_found(graph, live, given, weight, Stored(array)))
    benign = saved
    if undeclared and saved:
        benign = dict(_found(graph, live, inputs_of(model, graph, ranges, BENIGN)[0], weight, Stored(array)))
    other = dict(_found(graph, live, given, weight, Stored(array, free=True))) if free else {}
    for key, (node, danger, tensors) in {**other, **saved}.items():
        if danger.gradient and not gradient:
            continue
        tensor = tensors[danger.argument]
        yield Risk(
            graph=name,
            node=node,
            danger=danger,
            argument=tensor.interval,
            dtype=limits(tensor.dtype).name,
            weights=("saved" if key in saved else "other"),
            undeclared=key in saved and key not in benign and key not in other,
            unknown=None if tensor.known else tensor.cause or "unknown op",
        )


Found = tuple[str, tuple[Node, Danger, tuple[Tensor, ...]]]


def _found(
    graph: Graph, live: set[str], given: Mapping[str, Tensor], weight: Weight, stored: Stored
) -> Iterator[Found]:
    """Run the analysis once and yield every op in danger, by name."""
    interpreter = RangeInterpreter(given, weight, stored)
    interpreter.run(graph)
    inside = {node.name: node for node in graph.walk()}
    sides = list(interpreter.sides.values())
    for name, arguments in interpreter.arguments.items():
        node = inside.get(name)
        if node is None or (name in graph.by_name and name not in live):
            continue
        side = next((s for s in sides if name in s.values.graph.by_name), None)
        danger = danger_of(node, arguments, side.values) if side is not None else None
        if danger is not None:
            yield name, (node, danger, arguments)
    for name, arguments in interpreter.overflows.items():
        if name in live and name not in interpreter.arguments:
            yield name, (inside[name], _overflow(arguments), arguments)


def _overflow(arguments: tuple[Tensor, ...]) -> Danger:
    figures = limits(arguments[0].dtype)
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
        f"the result overflows {figures.name} to Inf",
        fix,
    )


def _live(graph: Graph) -> set[str]:
    """Return the nodes that outputs are computed from; all of them where no output is told."""
    if not graph.outputs:
        return {node.name for node in graph.nodes}
    pending, found = [ref.node for ref in graph.outputs], set[str]()
    while pending:
        name = pending.pop()
        node = graph.by_name.get(name)
        if node is None or name in found:
            continue
        found.add(name)
        pending += [ref.node for ref in node.inputs]
    return found


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
        interval = declared or natural or default
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
