"""What one op can do with the arguments it may get."""

from __future__ import annotations

from collections.abc import Sequence

from logitcheck.analysis.interval import Interval
from logitcheck.analysis.numeric.channels import parts
from logitcheck.analysis.numeric.danger import Danger, Place
from logitcheck.analysis.numeric.floats import is_real, limits
from logitcheck.analysis.numeric.values import Values
from logitcheck.analysis.numeric.zones import ZONES
from logitcheck.analysis.tensor import Tensor
from logitcheck.graph import Node


def danger_of(node: Node, inputs: Sequence[Tensor], values: Values) -> Danger | None:
    """Return what one op can do with the arguments it may get, None where nothing."""
    zone = ZONES.get(node.op)
    if zone is None or not inputs:
        return None
    arguments = [tensor.interval for tensor in inputs]
    same = len(node.inputs) > 1 and values.same(node.inputs[0], node.inputs[1])
    try:
        danger = zone(Place(arguments, limits(inputs[0].dtype), same, node.attrs))
    except IndexError:
        return None
    feared = inputs[danger.argument].dtype if danger is not None else None
    return danger if is_real(feared or "float32") else None


def is_apart(node: Node, danger: Danger, inputs: Sequence[Tensor], values: Values) -> bool:
    """Tell whether no channel is in danger, but only the hull of them all: dividing by -1 and by 2, say."""
    place = danger.argument
    spans = parts(inputs[place])

    def without(span: Interval) -> bool:
        narrow = [*inputs[:place], inputs[place].with_(interval=span), *inputs[place + 1 :]]
        return danger_of(node, narrow, values) is None

    return inputs[place].channels is not None and all(map(without, spans))
