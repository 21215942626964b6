"""Calls of TensorFlow's raw ops: op, arguments, attributes."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.analysis.laws.bench import Box, Simplex

Call = tuple[str, list[Any], dict[str, Any]]


def i(*numbers: int) -> np.ndarray:
    """A constant vector of int32."""
    return np.array(numbers, "int32")


def n(number: float, dtype: str = "int32") -> np.ndarray:
    """A constant number."""
    return np.array(number, dtype)


def words(text: str) -> list[str]:
    """The words of a text."""
    return text.split()


F = Box((3, 4))
POSITIVE = Box((3, 4), 0.5, 4.0)
SMALL = Box((3, 4), -0.9, 0.8)
CUBE = Box((2, 3, 4))
IMAGE = Box((1, 6, 6, 2))
VOLUME = Box((1, 4, 4, 4, 2))
P = Simplex((3, 4))
PC = Simplex((2, 3, 4))
PLANE = Simplex((1, 6, 6, 2))
BITS = Box((3, 4), 0, 1, "bool")
COUNTS = Box((3, 4), 0, 9, "int32")

UNARY = words(
    "Abs Asinh Atan Ceil Cos Cosh Elu Erf Erfc Exp Expm1 Floor IsFinite IsInf IsNan LeakyRelu Neg "
    "OnesLike Relu Relu6 Rint Round Selu Sigmoid Sign Sin Sinh Softplus Softsign Square Tan Tanh "
    "ZerosLike Reciprocal Inv BesselI0e BesselI1e"
)
SOLID = words(
    "Log Log1p Sqrt Rsqrt Lgamma Digamma Acosh BesselI0 BesselI1 BesselJ0 BesselJ1 FresnelCos "
    "FresnelSin Dawsn Expint"
)
INSIDE = words("Acos Asin Atanh Erfinv Tan Atan")
BINARY = words(
    "AddV2 Add Sub Mul RealDiv Div DivNoNan Maximum Minimum SquaredDifference FloorDiv FloorMod "
    "TruncateMod Atan2 Mod MulNoNan Greater GreaterEqual Less LessEqual Equal NotEqual NextAfter "
    "TruncateDiv"
)
REDUCTIONS = words("Sum Mean Max Min Prod EuclideanNorm")


def elementwise() -> list[Call]:
    calls: list[Call] = []
    for op in UNARY:
        calls += [(op, [F], {}), (op, [POSITIVE], {}), (op, [Box((5,), -7.0, -1.0)], {})]
    calls += [(op, [POSITIVE], {}) for op in SOLID] + [("Acosh", [Box((5,), 1.0, 9.0)], {})]
    calls += [(op, [SMALL], {}) for op in INSIDE] + [("Ndtri", [Box((5,), 0.1, 0.9)], {})]
    calls += [(op, [F], {}) for op in ("Log", "Sqrt", "Rsqrt", "Acos", "Asin", "Atanh", "Acosh")]
    calls += [("Exp", [Box((4,), -200.0, 200.0)], {}), ("LeakyRelu", [F], {"alpha": 0.3}), ("Log", [P], {})]
    for op in BINARY:
        calls += [(op, [F, POSITIVE], {}), (op, [F, Box((4,), -2.0, -1.0)], {}), (op, [F, F], {})]
    calls = [c for c in calls if c[0] != "TruncateDiv"] + [
        ("TruncateDiv", [COUNTS, Box((4,), 1, 5, "int32")], {})
    ]
    for exponent in (2.0, 3.0, 0.5, -1.0, -2.0, 0.0):
        calls += [("Pow", [F, n(exponent, "float32")], {}), ("Pow", [POSITIVE, n(exponent, "float32")], {})]
    calls += [("Pow", [POSITIVE, F], {}), ("AddN", [F, F, POSITIVE], {}), ("AddN", [P, P], {})]
    calls += [
        (op, [POSITIVE, POSITIVE], {})
        for op in ("Xlogy", "Xdivy", "Xlog1py", "Igamma", "Igammac", "Zeta", "Polygamma")
    ]
    calls += [(op, [SMALL, POSITIVE], {}) for op in ("Xlogy", "Xdivy", "Xlog1py")]
    calls += [
        ("Betainc", [POSITIVE, POSITIVE, Box((3, 4), 0.1, 0.9)], {}),
        ("ClipByValue", [F, n(-1, "float32"), n(1, "float32")], {}),
    ]
    calls += [("LogicalNot", [BITS], {}), ("LogicalAnd", [BITS, BITS], {}), ("LogicalOr", [BITS, BITS], {})]
    calls += [
        (op, [COUNTS, COUNTS], {})
        for op in ("BitwiseAnd", "BitwiseOr", "BitwiseXor", "LeftShift", "RightShift")
    ]
    calls += [
        ("ApproximateEqual", [F, F], {}),
        ("Invert", [COUNTS], {}),
        ("Maximum", [P, n(1e-9, "float32")], {}),
        ("Minimum", [P, n(1.0, "float32")], {}),
    ]
    calls += [
        ("Mul", [P, n(0.5, "float32")], {}),
        ("RealDiv", [P, n(2.0, "float32")], {}),
        ("AddV2", [P, P], {}),
    ]
    calls += [("AddV2", [P, n(0.25, "float32")], {}), ("Sub", [n(1.0, "float32"), P], {})]
    calls += [
        ("Select", [BITS, F, POSITIVE], {}),
        ("SelectV2", [BITS, F, POSITIVE], {}),
        ("SelectV2", [Box((3, 1), 0, 1, "bool"), P, P], {}),
    ]
    calls += [("Select", [Box((3,), 0, 1, "bool"), P, P], {}), ("SelectV2", [BITS, P, P], {})]
    return calls + [
        ("Cast", [F], {"SrcT": "float32", "DstT": d}) for d in ("int32", "float64", "bool", "float16")
    ]


def reductions() -> list[Call]:
    calls: list[Call] = []
    for op in REDUCTIONS:
        for axes in (i(-1), i(0), i(1, 2), i(0, 1, 2)):
            for keep in (False, True):
                calls += [(op, [CUBE, axes], {"keep_dims": keep}), (op, [PC, axes], {"keep_dims": keep})]
    calls += [(op, [BITS, i(0)], {"keep_dims": keep}) for op in ("All", "Any") for keep in (False, True)]
    calls += [(op, [F, n(1)], {"output_type": t}) for op in ("ArgMax", "ArgMin") for t in ("int32", "int64")]
    for op in ("Cumsum", "Cumprod"):
        calls += [
            (op, [x, n(-1)], {"exclusive": e, "reverse": r})
            for x in (F, POSITIVE, P)
            for e in (False, True)
            for r in (False, True)
        ]
    calls += [("CumulativeLogsumexp", [F, n(-1)], {}), ("TopKV2", [F, n(2)], {}), ("L2Loss", [F], {})]
    groups = i(0, 0, 2)
    calls += [(f"Segment{kind}", [F, groups], {}) for kind in ("Sum", "Mean", "Max", "Min", "Prod")]
    calls += [(f"UnsortedSegment{kind}", [F, groups, n(3)], {}) for kind in ("Sum", "Prod")]
    calls += [
        ("SparseSegmentSum", [F, i(0, 2), i(0, 1)], {}),
        ("SparseSegmentMean", [F, i(0, 2), i(0, 1)], {}),
    ]
    return [*calls, ("InTopKV2", [F, i(0, 1, 2), n(2)], {})]


def linear() -> list[Call]:
    calls: list[Call] = []
    for a in (False, True):
        for b in (False, True):
            left, right = (4, 3) if a else (3, 4), (5, 4) if b else (4, 5)
            calls.append(("MatMul", [Box(left), Box(right, -1.0, 0.5)], {"transpose_a": a, "transpose_b": b}))
            calls.append(("MatMul", [Simplex(left), Simplex(right)], {"transpose_a": a, "transpose_b": b}))
            calls.append(
                (
                    "BatchMatMulV2",
                    [Simplex((2, *left), -2), Simplex((2, *right), -2)],
                    {"adj_x": a, "adj_y": b},
                )
            )
            calls.append(("MatMul", [Simplex(left, -2), Box(right)], {"transpose_a": a, "transpose_b": b}))
    calls += [("BatchMatMulV2", [Simplex((2, 3, 4)), Box((2, 4, 5))], {}), ("BiasAdd", [F, Box((4,))], {})]
    for padding in ("SAME", "VALID"):
        wide = {"strides": [1, 2, 2, 1], "padding": padding}
        calls += [
            ("Conv2D", [IMAGE, Box((3, 3, 2, 5), -1.0, 0.5)], wide),
            ("Conv2D", [Box((1, 6, 6, 2), 1.0, 2.0), Box((3, 3, 2, 5), 1.0, 2.0)], wide),
        ]
        calls += [
            ("DepthwiseConv2dNative", [IMAGE, Box((3, 3, 2, 2))], wide),
            (
                "Conv2D",
                [IMAGE, Box((2, 2, 2, 3))],
                {"strides": [1, 1, 1, 1], "padding": padding, "dilations": [1, 2, 2, 1]},
            ),
        ]
        calls += [
            ("MaxPool", [IMAGE], {"ksize": [1, 2, 2, 1], **wide}),
            ("AvgPool", [PLANE], {"ksize": [1, 2, 2, 1], **wide}),
        ]
        calls += [("MaxPoolWithArgmax", [IMAGE], {"ksize": [1, 2, 2, 1], **wide})]
        deep = {"strides": [1, 2, 2, 2, 1], "padding": padding}
        calls += [
            ("Conv3D", [VOLUME, Box((2, 2, 2, 2, 3))], deep),
            ("MaxPool3D", [VOLUME], {"ksize": [1, 2, 2, 2, 1], **deep}),
        ]
        calls += [("AvgPool3D", [VOLUME], {"ksize": [1, 2, 2, 2, 1], **deep})]
        calls += [
            (
                "Dilation2D",
                [IMAGE, Box((2, 2, 2))],
                {"strides": [1, 1, 1, 1], "rates": [1, 1, 1, 1], "padding": padding},
            )
        ]
    calls += [
        (
            "Conv2DBackpropInput",
            [i(1, 12, 12, 3), Box((3, 3, 3, 2)), IMAGE],
            {"strides": [1, 2, 2, 1], "padding": "SAME"},
        )
    ]
    calls += [
        (
            "Conv3DBackpropInputV2",
            [i(1, 8, 8, 8, 3), Box((2, 2, 2, 3, 2)), VOLUME],
            {"strides": [1, 2, 2, 2, 1], "padding": "SAME"},
        )
    ]
    calls += [
        ("Einsum", [P, Simplex((3, 4, 5))], {"equation": "be,bec->bc"}),
        ("Einsum", [Simplex((3, 4, 5)), P], {"equation": "bec,be->cb"}),
        ("Einsum", [P, Box((4, 5))], {"equation": "bi,io->bo"}),
        ("Einsum", [CUBE, Box((2, 5, 4))], {"equation": "bic,boc->bio"}),
        ("Einsum", [F], {"equation": "ij->ji"}),
    ]
    calls += [
        ("Softmax", [F], {}),
        ("Softmax", [Box((3, 1))], {}),
        ("LogSoftmax", [F], {}),
        ("LRN", [IMAGE], {}),
    ]
    calls += [
        ("SoftmaxCrossEntropyWithLogits", [F, P], {}),
        ("SparseSoftmaxCrossEntropyWithLogits", [F, i(0, 1, 3)], {}),
    ]
    channel = Box((2,), 0.5, 1.5)
    calls += [
        (
            "FusedBatchNormV3",
            [IMAGE, channel, channel, channel, channel],
            {"is_training": False, "U": "float32"},
        )
    ]
    return calls


def movement() -> list[Call]:
    calls: list[Call] = [
        ("Reshape", [x, i(*shape)], {})
        for x in (CUBE, PC)
        for shape in ((6, 4), (-1, 4), (2, 12), (4, 6), (3, 2, 4), (2, 3, 2, 2))
    ]
    calls += [
        ("Reshape", [Simplex((2, 3, 4), 1), i(*shape)], {})
        for shape in ((6, 4), (2, 3, 2, 2), (1, 2, 3, 4), (2, 12))
    ]
    for axis in (0, 1, 2):
        x = Simplex((2, 3, 4), axis - 3)
        calls += [("Transpose", [x, i(*perm)], {}) for perm in ((2, 0, 1), (1, 0, 2), (0, 2, 1))]
        calls += [("ExpandDims", [x, n(at)], {}) for at in (0, 1, -1, -2, 3)]
        calls += [("Pack", [x, x], {"axis": at}) for at in (0, 1, -1, 2)]
        calls += [("Unpack", [x], {"axis": at, "num": (2, 3, 4)[at]}) for at in (0, 1, 2)]
        calls += [("ConcatV2", [x, x, n(at)], {}) for at in (0, 1, -1)] + [("Concat", [n(1), x, x], {})]
        calls += [("Split", [n(at), x], {"num_split": (2, 3, 4)[at]}) for at in (0, 1, 2)]
        calls += [("SplitV", [x, i(1, 3), n(2)], {"num_split": 2})]
        calls += [("GatherV2", [x, i(1, 0, 1), n(at)], {}) for at in (0, 1, 2)] + [
            ("GatherV2", [x, np.array([[1, 0]]), n(1)], {})
        ]
        calls += [("Slice", [x, i(0, 1, 0), i(2, 2, -1)], {}), ("Slice", [x, i(0, 0, 1), i(-1, 3, 2)], {})]
        calls += [("Tile", [x, i(*times)], {}) for times in ((1, 2, 1), (2, 1, 1), (1, 1, 3))]
        calls += [
            ("ReverseV2", [x, i(0, 2)], {}),
            ("Roll", [x, n(1), n(1)], {}),
            ("GatherNd", [x, i(1)], {}),
            ("GatherNd", [x, np.array([[1, 2], [0, 0]])], {}),
        ]
        calls += [("MirrorPad", [x, np.array([[1, 1], [0, 0], [0, 2]], "int32")], {"mode": "REFLECT"})]
        calls += [
            ("BroadcastTo", [x, i(5, 2, 3, 4)], {}),
            ("Squeeze", [Simplex((1, 3, 1, 4), -axis - 1)], {"squeeze_dims": []}),
        ]
        calls += [
            ("StridedSlice", [x, i(0, 1), i(0, 3), i(1, 1)], {"begin_mask": 1, "end_mask": 1}),
            ("StridedSlice", [x, i(0, 1), i(1, 2), i(1, 1)], {"shrink_axis_mask": 1}),
        ]
        calls += [
            (
                "StridedSlice",
                [x, i(0, 0, 1), i(0, 0, 3), i(1, 1, 2)],
                {"ellipsis_mask": 1, "new_axis_mask": 2},
            )
        ]
    calls += [
        ("Squeeze", [Box((1, 3, 1))], {"squeeze_dims": [2]}),
        ("Pad", [F, np.array([[1, 0], [2, 3]], "int32")], {}),
        ("PadV2", [F, np.array([[1, 0], [2, 3]], "int32"), n(9, "float32")], {}),
    ]
    calls += [
        ("OneHot", [COUNTS, n(5), n(1, "float32"), n(0, "float32")], {"axis": axis}) for axis in (-1, 0, 1)
    ]
    calls += [
        ("SpaceToDepth", [IMAGE], {"block_size": 2}),
        ("DepthToSpace", [Box((1, 2, 2, 8))], {"block_size": 2}),
        ("SpaceToBatchND", [IMAGE, i(2, 2), np.array([[1, 1], [0, 0]], "int32")], {}),
    ]
    calls += [
        ("BatchToSpaceND", [Simplex((4, 3, 3, 2)), i(2, 2), np.array([[0, 1], [0, 0]], "int32")], {}),
        ("ReverseSequence", [F, np.array([1, 2, 3])], {"seq_dim": 1}),
    ]
    calls += [
        ("ScatterNd", [i(0, 2)[:, None], Box((2, 4)), i(5, 4)], {}),
        ("DynamicStitch", [i(0, 2), i(1), Box((2, 4)), Box((1, 4))], {}),
        ("DynamicPartition", [F, i(0, 1, 0)], {"num_partitions": 2}),
    ]
    calls += [
        (f"TensorScatter{kind}", [F, i(0, 2)[:, None], Box((2, 4))], {})
        for kind in ("Update", "Add", "Sub", "Max", "Min")
    ]
    calls += [
        ("Where", [BITS], {}),
        ("Unique", [Box((7,), 0, 3, "int32")], {}),
        ("MatrixBandPart", [F, n(0, "int64"), n(1, "int64")], {}),
        ("MatrixDiag", [F], {}),
        ("MatrixDiagPart", [CUBE], {}),
        ("MatrixSetDiag", [F, Box((3,))], {}),
    ]
    calls += [
        (
            "ExtractImagePatches",
            [IMAGE],
            {"ksizes": [1, 2, 2, 1], "strides": [1, 1, 1, 1], "rates": [1, 1, 1, 1], "padding": "VALID"},
        )
    ]
    calls += [
        (op, [IMAGE, i(9, 4)], {})
        for op in ("ResizeBilinear", "ResizeNearestNeighbor", "ResizeArea", "ResizeBicubic")
    ]
    calls += [
        ("CropAndResize", [IMAGE, Box((3, 4), -0.5, 1.5), i(0, 0, 0), i(4, 5)], {}),
        ("Identity", [F], {}),
        ("StopGradient", [P], {}),
        ("CheckNumerics", [F], {"message": ""}),
        ("FakeQuantWithMinMaxArgs", [F], {"min": -1.0, "max": 1.5}),
    ]
    return calls


def sizes() -> list[Call]:
    calls: list[Call] = [(op, [CUBE], {}) for op in ("Shape", "Size", "Rank")] + [("ShapeN", [CUBE, F], {})]
    calls += [
        ("Range", [n(1), n(9), n(3)], {}),
        ("LinSpace", [n(0, "float32"), n(1, "float32"), n(5)], {}),
        ("Fill", [i(2, 3), n(0.5, "float32")], {}),
    ]
    calls += [
        ("BroadcastArgs", [i(3, 1), i(4)], {}),
        ("BroadcastGradientArgs", [i(3, 1), i(4)], {}),
        ("BroadcastGradientArgs", [i(1), i(2, 1)], {}),
        ("InvertPermutation", [i(2, 0, 1)], {}),
        ("ConcatOffset", [n(1), i(2, 3), i(2, 5)], {}),
    ]
    calls += [
        ("Prod", [i(2, 3, 4), i(0)], {}),
        ("ConcatV2", [i(2, 3), i(4), n(0)], {}),
        ("Pack", [n(2), n(5)], {}),
        ("GatherV2", [i(5, 6, 7), i(0, 2), n(0)], {}),
    ]
    calls += [
        ("StridedSlice", [i(5, 6, 7), i(*b), i(*e), i(1)], m)
        for b, e, m in (
            ((1,), (2,), {"shrink_axis_mask": 1}),
            ((-1,), (0,), {"shrink_axis_mask": 1}),
            ((0,), (-1,), {}),
            ((1,), (0,), {"end_mask": 1}),
        )
    ]
    calls += [
        (op, [i(7, 8), i(3, 2)], {})
        for op in ("AddV2", "Sub", "Mul", "FloorDiv", "FloorMod", "Maximum", "Minimum")
    ]
    calls += [
        ("Slice", [i(5, 6, 7), i(1), i(2)], {}),
        ("Reshape", [i(5, 6), i(2, 1)], {}),
        ("ExpandDims", [n(5), n(0)], {}),
        ("Squeeze", [i(5)], {"squeeze_dims": []}),
        ("Unpack", [i(5, 6)], {"num": 2, "axis": 0}),
    ]
    shape = i(50, 40)
    calls += [
        (op, [shape], {"dtype": "float32"})
        for op in ("RandomUniform", "RandomStandardNormal", "TruncatedNormal")
    ]
    calls += [
        ("RandomUniformInt", [shape, n(-3), n(9)], {}),
        ("RandomShuffle", [F], {}),
        ("Multinomial", [F, n(5)], {}),
        ("StatelessRandomUniform", [shape, i(1, 2)], {"dtype": "float32"}),
    ]
    calls += [
        ("ReluGrad", [F, F], {}),
        ("Relu6Grad", [F, F], {}),
        ("EluGrad", [F, Box((3, 4), -0.9, 3.0)], {}),
        ("SeluGrad", [F, Box((3, 4), -1.7, 3.0)], {}),
        ("SoftplusGrad", [F, F], {}),
        ("SoftsignGrad", [F, F], {}),
        ("LeakyReluGrad", [F, F], {"alpha": 0.1}),
    ]
    calls += [
        ("SigmoidGrad", [Box((3, 4), 0.0, 1.0), F], {}),
        ("TanhGrad", [SMALL, F], {}),
        ("ReciprocalGrad", [F, F], {}),
        ("RsqrtGrad", [POSITIVE, F], {}),
        ("SqrtGrad", [POSITIVE, F], {}),
        ("BiasAddGrad", [F], {}),
    ]
    calls += [
        ("StridedSliceGrad", [i(3, 4), i(0), i(2), i(1), Box((2, 4))], {}),
    ]
    calls += [("Bucketize", [F], {"boundaries": [-1.0, 0.0, 1.0]})]
    return calls


CALLS = elementwise() + reductions() + linear() + movement() + sizes()
