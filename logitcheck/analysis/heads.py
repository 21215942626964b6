"""The head of an output: the operation that decides its values, and what stands between it and the output."""

from __future__ import annotations

from dataclasses import dataclass

from logitcheck.graph import Graph, Node, Ref

PASS = frozenset(
    [
        "Identity",
        "IdentityN",
        "StopGradient",
        "PreventGradient",
        "Snapshot",
        "CheckNumerics",
        "EnsureShape",
        "PlaceholderWithDefault",
        "Reshape",
        "Squeeze",
        "ExpandDims",
        "Transpose",
        "Cast",
        "Copy",
        "Slice",
        "StridedSlice",
        "GatherV2",
        "Gather",
        "Reverse",
        "ReverseV2",
        "Pack",
        "Unpack",
        "Tile",
        "BroadcastTo",
        "Switch",
        "Merge",
        "Enter",
        "Exit",
    ]
)
"""Ops that hand values on: moved, cut, cast or repeated, never changed."""

SHAPE_ONLY = frozenset(["Reshape", "Squeeze", "ExpandDims", "Transpose"])
"""Ops that move values only."""

SOFTMAX = frozenset(("Softmax",))
SIGMOID = frozenset(("Sigmoid",))
LOG_SOFTMAX = frozenset(("LogSoftmax",))

AFFINE = frozenset(
    [
        "MatMul",
        "BatchMatMul",
        "BatchMatMulV2",
        "BatchMatMulV3",
        "Einsum",
        "BiasAdd",
        "BiasAddV1",
        "_FusedMatMul",
        "_FusedConv2D",
        "Conv2D",
        "Conv3D",
        "DepthwiseConv2dNative",
        "Conv2DBackpropInput",
        "Conv3DBackpropInputV2",
        "FusedBatchNorm",
        "FusedBatchNormV2",
        "FusedBatchNormV3",
        "KerasLocallyConnected",
    ]
)
"""Ops that weigh and sum: their values are scores, positive or negative as the weights have it."""

SUMS = frozenset(("Add", "AddV2", "AddN", "Sub"))
"""Sums of two tensors: scores where what they add is a score."""

ACTIVATIONS = (
    SOFTMAX
    | SIGMOID
    | LOG_SOFTMAX
    | frozenset(
        [
            "Relu",
            "Relu6",
            "Elu",
            "Selu",
            "LeakyRelu",
            "Softplus",
            "Softsign",
            "Tanh",
            "Gelu",
            "Erf",
        ]
    )
)
"""Ops that squash what they are given, value by value (or row by row); what comes out is theirs alone."""

CUTS = frozenset(("Exp", "Maximum", "Minimum", "ClipByValue", "Square", "Abs", "Sqrt"))
"""Ops that bend or cut values: an activation where they are given raw scores."""

RECURRENT = frozenset(("KerasLSTM", "KerasGRU", "KerasSimpleRNN", "KerasConvLSTM"))
"""Layers with an inner loop that end in an activation of their own."""

POOLS = frozenset(
    [
        "MaxPool",
        "MaxPoolV2",
        "MaxPool3D",
        "AvgPool",
        "AvgPool3D",
        "KerasAdaptiveAveragePool",
        "KerasAdaptiveMaxPool",
        "Mean",
        "Max",
        "Min",
        "Sum",
    ]
)
"""Ops that gather values over places: what they are given tells what they give."""

SCALES = frozenset(("Mul", "RealDiv", "Div", "Neg"))
"""Ops that stretch one input, where the other is stored."""

STORED = frozenset(("Const", "Weight", "VarHandleOp", "ReadVariableOp", "VariableV2", "Variable"))
"""Ops whose values stand in the file."""

MAX_DEPTH = 20
MAX_STEPS = 10_000


@dataclass(frozen=True)
class Head:
    """Where the values of an output come from."""

    node: Node | None
    """The op that decides them; None where the graph does not hold it."""

    ref: Ref
    """Its result."""

    behind: tuple[Node, ...] = ()
    """Ops that hand the values on from there to the output, the output's own first."""

    @property
    def op(self) -> str:
        """Name of the op, empty where there is none."""
        return self.node.op if self.node else ""

    @property
    def layer(self) -> str | None:
        """The Keras layer it came from."""
        return self.node.layer if self.node else None


def find_head(graph: Graph, ref: Ref) -> Head:
    """Walk back from a tensor through ops that only hand values on, to the op that makes them."""
    behind: list[Node] = []
    for _ in range(MAX_STEPS):
        node = graph.by_name.get(ref.node)
        if node is None or node.op not in PASS or not node.inputs:
            return Head(node, ref, tuple(behind))
        behind.append(node)
        ref = node.inputs[passed(node, ref.index)]
    return Head(graph.by_name.get(ref.node), ref, tuple(behind))


def passed(node: Node, index: int) -> int:
    """Return which input of a handing-on op its output ``index`` repeats."""
    return index if node.op == "IdentityN" and index < len(node.inputs) else 0


def is_affine(graph: Graph, ref: Ref, depth: int = MAX_DEPTH) -> bool:
    """Tell whether a tensor is a plain weighted sum: scores that know no bound.

    Sums with one, pools over one and multiples of one by a stored number count as well.
    """
    head = find_head(graph, ref)
    if head.op in AFFINE:
        return True
    if head.node is None or depth == 0 or not head.node.inputs:
        return False
    inputs = head.node.inputs
    if head.op in SUMS:
        return any(is_affine(graph, source, depth - 1) for source in inputs)
    if head.op in POOLS:
        return is_affine(graph, inputs[0], depth - 1)
    if head.op in SCALES:
        stretched = [source for source in inputs if not is_stored(graph, source)]
        return len(stretched) == 1 and is_affine(graph, stretched[0], depth - 1)
    return False


def is_activation(graph: Graph, head: Head, depth: int = MAX_DEPTH) -> bool:
    """Tell whether values are what an activation made of scores, pools over them included.

    A clip or exponential counts where it is given raw scores; over anything else (a difference of scores and
    their logarithm of sums, say) it may be a piece of a distribution written by hand.
    """
    if head.op in ACTIVATIONS or head.op in RECURRENT:
        return True
    if head.node is None or depth == 0:
        return False
    if head.op in CUTS:
        sources = [source for source in head.node.inputs if find_head(graph, source).op != "Sub"]
        return any(is_affine(graph, source, depth - 1) for source in sources)
    return head.op in POOLS and is_activation(graph, find_head(graph, head.node.inputs[0]), depth - 1)


def is_stored(graph: Graph, ref: Ref) -> bool:
    """Tell whether a tensor's values stand in the file."""
    return find_head(graph, ref).op in STORED
