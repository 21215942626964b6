"""Which ops a head may be made of: what passes values on, what is affine, what is an activation."""

from __future__ import annotations

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
        "DepthToSpace",
        "SpaceToDepth",
        "BatchToSpaceND",
        "Switch",
        "Merge",
        "Enter",
        "Exit",
    ]
)
"""Ops that hand values on: moved, cut, cast or repeated, never changed."""


MOVES = frozenset(("Identity", "Reshape", "Squeeze", "ExpandDims", "Transpose", "Cast", "Copy"))
"""Those that keep every value, once."""


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


PRODUCTS = frozenset(("MatMul", "BatchMatMul", "BatchMatMulV2", "BatchMatMulV3", "Einsum"))
"""Those of them that also serve for products of two computed tensors."""


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


SELECTS = frozenset(("Select", "SelectV2"))
"""Ops that take one of two values, place by place."""


POINTWISE = frozenset(
    [
        *ACTIVATIONS - SOFTMAX - LOG_SOFTMAX,
        "Erfc",
        "Exp",
        "Expm1",
        "Log",
        "Log1p",
        "Square",
        "Sqrt",
        "Abs",
        "Pow",
        "Neg",
        "Maximum",
        "Minimum",
        "ClipByValue",
        "Add",
        "AddV2",
        "Sub",
        "Mul",
        "RealDiv",
        "Div",
        *SELECTS,
        "Greater",
        "GreaterEqual",
        "Less",
        "LessEqual",
    ]
)
"""Ops whose every value depends on the values at its own place only."""


ROWWISE = POINTWISE | SOFTMAX | LOG_SOFTMAX | {"Sum", "Max", "ConcatV2", "Concat"}
"""Those, and ops whose values depend on their own row as well or stand side by side."""


STEPS = frozenset(
    [
        "ArgMax",
        "ArgMin",
        "OneHot",
        "Sign",
        "Round",
        "Rint",
        "Floor",
        "Ceil",
        "Bucketize",
        "Greater",
        "GreaterEqual",
        "Less",
        "LessEqual",
        "Equal",
        "NotEqual",
        "LogicalNot",
        "Any",
        "All",
    ]
)
"""Ops that are flat but for jumps: their gradient is 0, or there is none."""


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
        "ResizeBilinear",
        "ResizeNearestNeighbor",
        "ResizeArea",
        "ResizeBicubic",
    ]
)
"""Ops that gather values over places: what they are given tells what they give."""


JOINS = frozenset(("ConcatV2", "Concat"))
"""Ops that put values side by side: what all parts are the whole is."""


SCALES = frozenset(("Mul", "RealDiv", "Div", "Neg"))
"""Ops that stretch one input, where the other is stored."""


VARIABLES = frozenset(("Weight", "VarHandleOp", "ReadVariableOp", "VariableV2", "Variable"))
"""Ops whose values training moves."""


STORED = VARIABLES | {"Const"}
"""Ops whose values stand in the file."""
