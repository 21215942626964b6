"""Bounds from stored numbers: products with a kernel, and variables that may take other values.

A graph that is served keeps its weights. A graph that computes a loss is there to change them: its variables
are taken with any magnitude up to :data:`GROWTH` times the largest stored one, and with the signs they have
(a variance stays nonnegative, a kernel has both).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from logitcheck.analysis.context import Context
from logitcheck.analysis.interval import Interval
from logitcheck.analysis.tensor import Tensor
from logitcheck.graph import Graph, Node, Ref

if TYPE_CHECKING:
    from typing import TypeAlias

GROWTH = 1000.0
"""How far training may move the weights. Measured on rebuilt research programs: most defects that need other
weights appear when each moves by 0.25; factors of 30 to 1000 trigger all of them."""

PRODUCTS = {"MatMul": (-1,), "BatchMatMulV2": (-1,), "Conv1D": (-1,), "Conv2D": (-1,), "Conv3D": (-1,)}
"""Ops that sum products with their second input, and the axes of that input which are kept in the result."""

VARIABLES = frozenset(["Weight", "VarHandleOp", "VariableV2", "Variable", "ReadVariableOp"])

Array: TypeAlias = "Callable[[str], Any]"


class Stored:
    """Reads stored arrays where a bound needs them."""

    def __init__(self, array: Array | None, *, free: bool = False):
        """Keep how to read a tensor by its key (None: no file behind it); ``free`` lets variables move."""
        self.array = array
        self.free = free
        self._sums: dict[str, tuple[Any, Any]] = {}

    def variable(self, node: Node, inputs: Sequence[Tensor], context: Context) -> Interval | None:
        """Return the range of a stored tensor, or that which training may give it; None for other nodes."""
        grown = _grown(node, inputs, context) if self.free else None
        large = node.op == "Const" and node.attrs.get("value") is None
        return _stored_range(node, context) if large and grown is None else grown

    def product(self, node: Node, inputs: Sequence[Tensor], context: Context) -> Interval | None:
        """Return the bound of a product with a stored kernel, channel by channel, or None."""
        if self.free or node.op not in PRODUCTS or len(inputs) < 2:
            return None
        x = inputs[0].interval
        if not x.bounded:
            return None
        sums = self._halves(node, context)
        if sums is None:
            return None
        positive, negative = sums
        low, high = (min(x.low, 0.0), max(x.high, 0.0)) if node.op.startswith("Conv") else (x.low, x.high)
        top = positive * high + negative * low
        bottom = positive * low + negative * high
        found = Interval(float(bottom.min()), float(top.max()))
        return found if math.isfinite(found.low) and math.isfinite(found.high) else None

    def _halves(self, node: Node, context: Context) -> tuple[Any, Any] | None:
        """Return, per output channel, the sums of a kernel's positive and of its negative entries."""
        maker = _variable(context.graph, node.inputs[1])
        if maker is None or node.attrs.get("transpose_a") or node.attrs.get("adj_x"):
            return None
        kept = 0 if node.attrs.get("transpose_b") or node.attrs.get("adj_y") else -1
        name = f"{maker.name}/{kept}"
        if name not in self._sums:
            kernel = self._numbers(maker)
            if kernel is None or kernel.ndim < 2 or kernel.size == 0:
                return None
            kernel = kernel.astype("float64", copy=False)
            axes = tuple(axis for axis in range(kernel.ndim) if axis != kept % kernel.ndim)
            self._sums[name] = (kernel.clip(min=0).sum(axis=axes), kernel.clip(max=0).sum(axis=axes))
        return self._sums[name]

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
        if node.op not in ("Identity", "ReadVariableOp", "Enter", "Cast", "StopGradient") or not node.inputs:
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
