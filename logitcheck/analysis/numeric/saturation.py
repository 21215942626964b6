"""float16 inside products, sums and means: it ends at 65,504, and a sum of some hundred numbers gets there.

Interval bounds through layers grow without end, and say nothing of what a trained network does. So the terms
of a sum count only where nothing learned stands between them and numbers whose ends are told: an input, or
the image of a function that is bounded itself (sigmoid, tanh, clip, ReLU6).

TensorFlow's kernels for the CPU add float16 up in float16 for ``Sum``, ``Mean`` and ``AvgPool`` (the mean of
two numbers of 60,000 is Inf); products are added up in float32 and overflow only as they are stored.
"""

from __future__ import annotations

from collections.abc import Sequence

from logitcheck.analysis.interval import Interval
from logitcheck.analysis.laws.base import product
from logitcheck.analysis.numeric.floats import LIMITS, rounded
from logitcheck.analysis.numeric.op_names import CARRIES, CLIPS, SCALES
from logitcheck.analysis.numeric.products import PRODUCTS
from logitcheck.analysis.tensor import Tensor
from logitcheck.graph import Graph, Node, Ref

HALF = "float16"
SOURCES = frozenset(("Const", "Placeholder", "Weight"))
BOUNDED = frozenset(
    ("Erf", "KerasGRU", "KerasLSTM", "KerasSimpleRNN", "Relu6", "Sigmoid", "Softsign", "Tanh")
)
"""Ops whose values lie within fixed ends, and spread between them."""

SUMS = frozenset(("AvgPool", "AvgPool3D", "Mean", "Sum"))
ADDING = SUMS | PRODUCTS
KEEPS = (
    (CARRIES - {"Cumsum", "Max", "Mean", "Min", "Sum"})
    | SCALES
    | frozenset(("ConcatV2", "MaxPool", "MaxPool3D", "Pad", "PadV2", "ReadVariableOp"))
)
"""Ops whose values are as free as what they read."""


def saturable(graph: Graph) -> set[str]:
    """Return the sums in float16 whose terms nothing learned stands before."""
    if not any(HALF in (node.attrs.get("DstT"), node.attrs.get("T")) for node in graph.nodes):
        return set()
    half, free, found = set[str](), set[str](), set[str]()
    for node in graph.nodes:
        read = [ref.node for ref in node.inputs]
        told = node.attrs.get("DstT") or node.attrs.get("T") or node.attrs.get("dtype")
        if told == HALF or (told is None and read and read[0] in half):
            half.add(node.name)
            if node.op in ADDING and read and _data(node).node in free:
                found.add(node.name)
        if node.op in SOURCES | BOUNDED | CLIPS or (node.op in KEEPS and read and free.issuperset(read)):
            free.add(node.name)
    return found


def _data(node: Node) -> Ref:
    return node.inputs[2 if node.op.endswith(("BackpropInput", "BackpropInputV2")) else 0]


class Saturation:
    """The references of one graph whose entries may be anywhere within their bounds, free of each other."""

    def __init__(self) -> None:
        self._free: set[Ref] = set()
        self._fixed: set[Ref] = set()
        """Those that no input moves."""

    def note(self, node: Node, output: Tensor) -> None:
        """Remember what a node's output is."""
        here, refs = Ref(node.name), node.inputs
        moving = [ref for ref in refs if ref not in self._fixed]
        kept = node.op in KEEPS and self._free.issuperset(moving)
        ends = node.op in BOUNDED | {"Placeholder"} or (node.op in CLIPS and output.interval.bounded)
        if node.op in ("Const", "Weight") or (refs and not moving):
            self._fixed.add(here)
        elif ends or (kept and (len(moving) == 1 or node.op == "ConcatV2")):
            self._free.add(here)

    def overflow(
        self, node: Node, inputs: Sequence[Tensor], output: Tensor, span: Interval | None
    ) -> Interval | None:
        """Return the range of a sum that leaves float16, None where it does not; ``span`` is a product's."""
        if node.op not in ADDING or output.dtype != HALF or not node.inputs or _data(node) not in self._free:
            return None
        count = _count(node, inputs)
        if node.op in SUMS and count is not None and inputs[0].interval.bounded:
            span = Interval(inputs[0].interval.low * count, inputs[0].interval.high * count)
        if span is None or max(rounded(span.high, HALF), -rounded(span.low, HALF)) <= LIMITS[HALF].largest:
            return None
        return span


def _count(node: Node, inputs: Sequence[Tensor]) -> int | None:
    """Return how many numbers a reduction or a window adds up, None where that is not known."""
    if node.op.startswith("AvgPool"):
        return product(node.attrs.get("ksize") or (None,))
    shape, axes = inputs[0].shape, inputs[1].value if len(inputs) > 1 else None
    if node.op not in SUMS or shape is None or axes is None:
        return None
    named = axes.ravel().tolist()
    inside = all(-len(shape) <= axis < len(shape) for axis in named)
    return (
        product(shape[axis] for axis in {axis % len(shape) for axis in named}) if inside and shape else None
    )


def overflown(bounds: Interval, span: Interval) -> Interval:
    """Return the bounds of a result whose sum overflows on the way."""
    low, high = rounded(span.low, HALF), rounded(span.high, HALF)
    return Interval(
        min(bounds.low, low) if low == -float("inf") else bounds.low,
        max(bounds.high, high) if high == float("inf") else bounds.high,
    )
