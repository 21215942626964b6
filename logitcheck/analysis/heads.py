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
        "Dropout",
        "KerasDropout",
        "KerasSpatialDropout",
    ]
)
"""Ops that hand values on: moved, cut, cast or repeated, never changed."""

SHAPE_ONLY = frozenset(["Reshape", "Squeeze", "ExpandDims", "Transpose"])
"""Ops that move values only."""

SOFTMAX = frozenset(("Softmax", "KerasSoftmax"))
SIGMOID = frozenset(("Sigmoid", "KerasSigmoid"))
LOG_SOFTMAX = frozenset(("LogSoftmax", "KerasLogSoftmax"))

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
        "Conv1D",
        "Conv2D",
        "Conv3D",
        "Conv",
        "DepthwiseConv2dNative",
        "Conv2DBackpropInput",
        "Conv3DBackpropInputV2",
        "FusedBatchNorm",
        "FusedBatchNormV2",
        "FusedBatchNormV3",
        "FullyConnected",
    ]
)
"""Ops that weigh and sum: their values are scores, positive or negative as the weights have it."""

SUMS = frozenset(("Add", "AddV2", "AddN", "Sub"))
"""Sums of two tensors: scores where what they add is a score."""

ACTIVATIONS = frozenset(
    [
        "Relu",
        "Relu6",
        "Elu",
        "Selu",
        "LeakyRelu",
        "Softplus",
        "Softsign",
        "Tanh",
        "Sigmoid",
        "Softmax",
        "LogSoftmax",
        "Exp",
        "Gelu",
        "Erf",
        "Maximum",
        "Minimum",
        "ClipByValue",
        "Square",
        "Abs",
        "Sqrt",
        "HardSigmoid",
        "PRelu",
        "Hardswish",
        "HardSwish",
    ]
)
"""Ops that squash or cut what they are given, value by value (or row by row)."""

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


def is_affine(graph: Graph, ref: Ref) -> bool:
    """Tell whether a tensor is a plain weighted sum of stored weights: scores that know no bound."""
    head = find_head(graph, ref)
    if head.op in AFFINE:
        return True
    if head.node is None or head.op not in SUMS:
        return False
    return any(find_head(graph, source).op in AFFINE for source in head.node.inputs)


def softmax_before(graph: Graph, head: Head) -> Head | None:
    """Return the head of what a head's op takes first; None where it takes nothing."""
    if head.node is None or not head.node.inputs:
        return None
    return find_head(graph, head.node.inputs[0])
