"""The ops in danger that runs of the range analysis see in one graph."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from logitcheck.analysis.context import WeightFacts
from logitcheck.analysis.interval import Interval
from logitcheck.analysis.numeric.assume import capped, hidden
from logitcheck.analysis.numeric.danger import Danger
from logitcheck.analysis.numeric.dangers import danger_of, is_apart
from logitcheck.analysis.numeric.floats import limits
from logitcheck.analysis.numeric.interpret import RangeInterpreter
from logitcheck.analysis.numeric.side import Side
from logitcheck.analysis.numeric.slices import slice_of
from logitcheck.analysis.numeric.stored import Array, Stored
from logitcheck.analysis.tensor import Tensor, unknown
from logitcheck.graph import Graph, Node, Ref

RISING = frozenset(("Rsqrt", "Reciprocal", "Inv", "Exp"))
"""Ops that go to +Inf, never to NaN, for arguments that are not negative."""

HIDDEN = "it is dropped going forward, but 0 * Inf is NaN in the gradient"

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


def alarms(
    graph: Graph, names: set[str], given: Mapping[str, Tensor], weight: Weight, array: Array | None
) -> dict[str, Sight]:
    """Return every op in danger with the stored weights, by name.

    What is in danger by one interval for each tensor is looked at again with one for each channel. Where
    nothing is, that second run is saved.
    """
    found = dict(seen(graph, names, given, weight, Stored(array)))
    if not found:
        return found
    if all(name in graph.by_name for name in found):
        names = set(found)
        graph = slice_of(graph, names)
    return dict(seen(graph, names, given, weight, Stored(array), per_channel=True))


def seen(
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
