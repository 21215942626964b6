"""Sets of op names that tell, before any bound is derived, whether a graph has to be looked at."""

from __future__ import annotations

DANGEROUS = frozenset(
    [
        "Acos",
        "Acosh",
        "Asin",
        "Atan2",
        "Atanh",
        "Cosh",
        "Digamma",
        "Div",
        "Erfinv",
        "EuclideanNorm",
        "Exp",
        "Expm1",
        "FloorDiv",
        "FloorMod",
        "FusedBatchNorm",
        "FusedBatchNormV2",
        "FusedBatchNormV3",
        "Inv",
        "Lgamma",
        "Log",
        "Log1p",
        "Mod",
        "Ndtri",
        "Pow",
        "RealDiv",
        "Reciprocal",
        "Rsqrt",
        "Sinh",
        "Sqrt",
        "TruncateDiv",
        "TruncateMod",
        "Xdivy",
        "Xlog1py",
        "Xlogy",
    ]
)
"""Ops with a danger zone; a test keeps it equal to the table of zones."""

CARRIES = frozenset(
    [
        "Abs",
        "Cast",
        "Ceil",
        "Cosh",
        "Cumsum",
        "Exp",
        "ExpandDims",
        "Expm1",
        "Floor",
        "Identity",
        "Log",
        "Log1p",
        "Max",
        "Mean",
        "Min",
        "Neg",
        "Relu",
        "Reshape",
        "Sigmoid",
        "Sinh",
        "Softplus",
        "Sqrt",
        "Square",
        "Squeeze",
        "StopGradient",
        "Sum",
        "Tanh",
        "Transpose",
    ]
)
"""Ops that reach the image of a bound that is reached."""

GROWS = frozenset(
    [
        "Add",
        "AddV2",
        "Cast",
        "Cosh",
        "Cumprod",
        "Cumsum",
        "Mul",
        "Pow",
        "Prod",
        "Sinh",
        "Square",
        "SquaredDifference",
        "Sum",
    ]
)
"""Ops whose result can overflow."""

CLIPS = frozenset(("Minimum", "Maximum", "ClipByValue"))
SCALES = frozenset(("Mul", "AddV2", "Add", "Sub", "RealDiv", "Pow"))
"""Ops of two arguments that reach their bound where one argument is constant."""
