"""Stored numbers where a bound needs them, and the variables that may take other values.

A graph that is served keeps its weights. A graph that computes a loss is there to change them: its variables
are taken with any magnitude up to :data:`GROWTH` times the largest stored one, and with the signs they have
(a variance stays nonnegative, a kernel has both).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from logitcheck.analysis.context import Context
from logitcheck.analysis.head_ops import VARIABLES
from logitcheck.analysis.interval import Interval
from logitcheck.analysis.tensor import Tensor
from logitcheck.graph import Graph, Node, Ref

if TYPE_CHECKING:
    from typing import TypeAlias

GROWTH = 1000.0
"""How far training may move the weights. Measured on rebuilt research programs: most defects that need other
weights appear when each moves by 0.25; factors of 30 to 1000 trigger all of them.
"""

LARGEST = 1 << 25
"""Numbers of one kernel that are read for a bound: 128 MiB in float32."""


BEHIND = frozenset(("Cast", "Enter", "ExpandDims", "Identity", "ReadVariableOp", "StopGradient"))
"""Ops that stand between a stored kernel and its reader; an axis of length 1 tells kernels nothing new."""

Array: TypeAlias = "Callable[[str], Any]"


class Stored:
    """Reads stored arrays where a bound needs them."""

    def __init__(self, array: Array | None, *, free: bool = False):
        """Keep how to read a tensor by its key (None: no file behind it); ``free`` lets variables move."""
        self.array = array
        self.free = free

    def variable(self, node: Node, inputs: Sequence[Tensor], context: Context) -> Interval | None:
        """Return the range of a stored tensor, or that which training may give it; None for other nodes."""
        grown = _grown(node, inputs, context) if self.free else None
        large = node.op == "Const" and node.attrs.get("value") is None
        return _stored_range(node, context) if large and grown is None else grown

    def vector(self, node: Node) -> Any:
        """Return a stored vector, of whatever rank, as float64; None for anything else."""
        shape = node.attrs.get("shape")
        value = node.attrs.get("value")
        shape = shape if value is None else value.shape
        if self.free or not shape or not shape[-1] or math.prod(n or 0 for n in shape) != shape[-1]:
            return None
        found = self._numbers(node)
        return found.ravel().astype("float64") if found is not None and found.dtype.kind == "f" else None

    def behind(self, ref: Ref, context: Context) -> Any:
        """Return the stored numbers that a reference reads, None where something is computed in between.

        More than :data:`LARGEST` numbers are not read, whatever the bound gains: memory is bounded.
        """
        maker = _variable(context.graph, ref)
        shape = None if maker is None else maker.attrs.get("shape")
        large = shape is not None and math.prod(n or 0 for n in shape) > LARGEST
        return None if maker is None or large else self._numbers(maker)

    def _numbers(self, node: Node) -> Any:
        if node.attrs.get("value") is not None:
            return node.attrs["value"]
        key = node.attrs.get("key")
        if key is None or self.array is None:
            return None
        try:
            return self.array(key)
        except Exception:
            return None


def _variable(graph: Graph, ref: Ref) -> Node | None:
    """Return the stored tensor behind a reference, None where something is computed in between."""
    node = graph.by_name.get(ref.node)
    for _ in range(16):
        if node is None or node.op in ("Weight", "Const"):
            return node
        if node.op not in BEHIND or not node.inputs:
            return None
        node = graph.by_name.get(node.inputs[0].node)
    return None


def is_variable(node: Node, graph: Graph) -> bool:
    """Tell whether a node is a variable, or what freezing made of one: a constant only ``Identity`` reads."""
    if node.op in VARIABLES:
        return True
    shape = node.attrs.get("shape")
    if node.op != "Const" or not shape or "float" not in str(node.attrs.get("dtype")):
        return False
    readers = graph.readers.get(node.name, ())
    return bool(readers) and all(reader.op == "Identity" for reader in readers)


def _grown(node: Node, inputs: Sequence[Tensor], context: Context) -> Interval | None:
    if not is_variable(node, context.graph):
        return None
    if node.op == "ReadVariableOp" and inputs and inputs[0].interval.bounded:
        return None
    stored = _stored_range(node, context)
    reach = GROWTH * max(1.0, abs(stored.low), abs(stored.high)) if stored is not None else math.inf
    low = 0.0 if stored is not None and stored.low >= 0 else -reach
    high = 0.0 if stored is not None and stored.high <= 0 and stored.low < 0 else reach
    return Interval(low, high)


def _stored_range(node: Node, context: Context) -> Interval | None:
    value = node.attrs.get("value")
    if value is not None:
        return Interval(float(value.min()), float(value.max())) if value.size else None
    facts = context.weight(str(node.attrs.get("key"))) if node.attrs.get("key") is not None else None
    return None if facts is None else Interval(facts.low, facts.high)
