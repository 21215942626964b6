"""More calls of raw ops: linear algebra, spectra, gradients, segments, random numbers, images, text."""

from __future__ import annotations

import numpy as np

from tests.analysis.laws.bench import Box
from tests.analysis.laws.calls import COUNTS, IMAGE, POSITIVE, VOLUME, Call, F, P, i, n

SQUARE = Box((2, 3, 3))
COMPLEX = np.array([[1 + 2j, 3 - 1j], [0.5j, -1]], "complex64")
TEXT = np.array([b"a b", b"", b"word"])
SEED = i(1, 2)


def algebra() -> list[Call]:
    calls: list[Call] = [(op, [SQUARE], {}) for op in ("Svd", "Qr", "MatrixDeterminant")]
    calls += [("MatrixInverse", [SQUARE], {}), ("MatrixSolve", [SQUARE, SQUARE], {})]
    calls += [
        (op, [COMPLEX], {}) for op in ("FFT", "IFFT", "FFT2D", "IFFT2D", "Conj", "Real", "Imag", "Angle")
    ]
    calls += [
        ("ComplexAbs", [COMPLEX], {}),
        ("Complex", [F, F], {}),
        ("RFFT", [F, i(4)], {}),
        ("IRFFT", [COMPLEX, i(2)], {}),
    ]
    calls += [("BatchMatMul", [SQUARE, SQUARE], {}), ("BatchMatMulV3", [SQUARE, SQUARE], {"Tout": "float32"})]
    calls += [(f"Matrix{kind}", [F], {}) for kind in ("Diag", "DiagPart")] + [
        ("Diag", [Box((3,))], {}),
        ("DiagPart", [Box((3, 3))], {}),
    ]
    calls += [
        ("MatrixDiagV3", [F, n(0), n(-1), n(-1), n(0, "float32")], {}),
        ("MatrixDiagV3", [F, n(1), n(-1), n(-1), n(9, "float32")], {}),
        ("Diag", [Box((2, 3))], {}),
        ("MatrixDiagPartV3", [SQUARE, n(0), n(0, "float32")], {}),
    ]
    calls += [("MatrixSetDiagV3", [SQUARE, Box((2, 3), 7.0, 9.0), n(0)], {})]
    return calls


def gradients() -> list[Call]:
    small = {"strides": [1, 2, 2, 1], "padding": "SAME"}
    pooled = Box((1, 3, 3, 2))
    calls: list[Call] = [("AvgPoolGrad", [i(1, 6, 6, 2), pooled], {"ksize": [1, 2, 2, 1], **small})]
    calls += [("MaxPoolGrad", [IMAGE, pooled, pooled], {"ksize": [1, 2, 2, 1], **small})]
    calls += [("Conv2DBackpropFilter", [IMAGE, i(3, 3, 2, 2), pooled], small)]
    calls += [("DepthwiseConv2dNativeBackpropFilter", [IMAGE, i(3, 3, 2, 1), pooled], small)]
    calls += [("DepthwiseConv2dNativeBackpropInput", [i(1, 6, 6, 2), Box((3, 3, 2, 1)), pooled], small)]
    calls += [
        ("InvGrad", [F, F], {}),
        ("MirrorPadGrad", [Box((2, 5, 4)), np.array([[0, 0], [1, 1], [0, 0]], "int32")], {"mode": "REFLECT"}),
    ]
    calls += [
        ("ResizeBilinearGrad", [pooled, IMAGE], {}),
        (
            "ExtractVolumePatches",
            [VOLUME],
            {"ksizes": [1, 2, 2, 2, 1], "strides": [1, 1, 1, 1, 1], "padding": "VALID"},
        ),
    ]
    return calls


def picked() -> list[Call]:
    groups = i(0, 0, 2)
    calls: list[Call] = [(f"UnsortedSegment{kind}", [F, groups, n(3)], {}) for kind in ("Max", "Min")]
    calls += [
        ("SparseSegmentSqrtN", [F, i(0, 2), i(0, 1)], {}),
        ("InTopK", [F, groups], {"k": 2}),
    ]
    calls += [
        ("Bincount", [i(1, 1, 3), n(5), np.array([], "float32")], {}),
        ("DenseBincount", [i(1, 1, 3), n(5), np.array([], "float32")], {}),
    ]
    calls += [
        ("Gather", [P, groups], {}),
        ("UniqueWithCounts", [Box((7,), 0, 3, "int32")], {}),
        ("UniqueV2", [Box((7,), 0, 3, "int32"), i(0)], {}),
    ]
    calls += [
        ("ParallelDynamicStitch", [i(0, 2), i(1), Box((2, 4)), Box((1, 4))], {}),
        ("PopulationCount", [COUNTS], {}),
    ]
    calls += [
        ("SparseToDense", [i(1, 3), i(5), Box((2,)), n(0, "float32")], {}),
    ]
    calls += [
        ("EnsureShape", [F], {"shape": [None, 4]}),
        ("PreventGradient", [P], {}),
        ("Snapshot", [P], {}),
        ("DeepCopy", [F], {}),
    ]
    calls += [
        ("FakeQuantWithMinMaxVars", [F, n(-1, "float32"), n(2, "float32")], {}),
        ("HSVToRGB", [Box((2, 2, 3), 0.0, 1.0)], {}),
        ("RGBToHSV", [Box((2, 2, 3), 0.0, 1.0)], {}),
    ]
    calls += [
        ("AdjustContrastv2", [Box((2, 2, 3)), n(2, "float32")], {}),
        ("BiasAddV1", [POSITIVE, Box((4,))], {}),
        ("Reverse", [F, np.array([True, False])], {}),
    ]
    calls += [
        ("SpaceToBatch", [IMAGE, np.array([[0, 0], [2, 0]], "int32")], {"block_size": 2}),
        ("BatchToSpace", [Box((4, 3, 3, 2)), np.array([[0, 1], [0, 0]], "int32")], {"block_size": 2}),
    ]
    return calls


def drawn() -> list[Call]:
    shape = i(30, 20)
    calls: list[Call] = [
        (op, [shape, SEED], {"dtype": "float32"})
        for op in ("StatelessRandomNormal", "StatelessTruncatedNormal")
    ]
    calls += [
        ("StatelessRandomUniformInt", [shape, SEED, n(-3), n(9)], {}),
        ("StatelessMultinomial", [F, n(5), SEED], {}),
    ]
    calls += [
        ("RandomGamma", [shape, n(2, "float32")], {}),
        ("RandomPoissonV2", [shape, n(2, "float32")], {}),
    ]
    calls += [(op, [TEXT], {}) for op in ("StringLength", "StringLower", "StringUpper", "StringStrip")]
    calls += [
        ("StringJoin", [TEXT, TEXT], {}),
        ("StaticRegexFullMatch", [TEXT], {"pattern": "a.*"}),
        ("StringToHashBucketFast", [TEXT], {"num_buckets": 7}),
    ]
    return [
        *calls,
        ("AsString", [COUNTS], {}),
        ("StringToNumber", [np.array([b"1.5", b"nan", b"-inf"])], {}),
        ("RaggedRange", [i(0, 1), i(3, 4), i(1, 1)], {}),
    ]


RARER = algebra() + gradients() + picked() + drawn()
