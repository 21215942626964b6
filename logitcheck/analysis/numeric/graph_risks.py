"""The risks of one graph: the range analysis with the stored weights, and with others where it is trained."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from logitcheck.analysis.interval import Interval
from logitcheck.analysis.numeric.floats import limits
from logitcheck.analysis.numeric.risks import BENIGN, UNDECLARED, Risk
from logitcheck.analysis.numeric.sights import Weight, alarms, seen
from logitcheck.analysis.numeric.slices import slice_of
from logitcheck.analysis.numeric.stored import Stored, is_variable
from logitcheck.analysis.numeric.told import told
from logitcheck.analysis.tensor import Tensor
from logitcheck.graph import Graph, Node
from logitcheck.model import Model

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


def graph_risks(
    model: Model,
    name: str,
    graph: Graph,
    names: set[str],
    ranges: Mapping[str, Interval],
    weight: Weight,
    *,
    free: bool,
    gradient: bool,
) -> Iterator[Risk]:
    """Yield the risks of one graph among the feared ``names``.

    ``free`` adds those of other weights, ``gradient`` derivatives.
    """
    variables = {node.name for node in graph.nodes if is_variable(node, graph)}
    graph = slice_of(graph, names)
    array = model.source.array if model.source is not None else None
    given, undeclared = inputs_of(model, graph, ranges, UNDECLARED)
    tame = inputs_of(model, graph, ranges, BENIGN)[0] if undeclared else given
    saved = alarms(graph, names, given, weight, array)
    other = dict(seen(graph, names, given, weight, Stored(array, free=True))) if free else {}
    sure = {**saved, **other}
    if undeclared and sure:
        sure = alarms(graph, names, tame, weight, array)
        sure |= dict(seen(graph, names, tame, weight, Stored(array, free=True))) if free else {}
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
    return not variables or not variables.isdisjoint(graph.ancestors([node.name]))


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
    return any(graph.by_name[name].op not in CONSTANT for name in graph.ancestors([node.name]) - {node.name})


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
