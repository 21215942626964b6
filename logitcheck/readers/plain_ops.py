"""What the ops of a plain graph are to predictions and losses: noise, sums, what dresses a value."""

from __future__ import annotations

import re
from typing import Any

NOISE_OP = re.compile(
    r"(Resource)?(Sparse)?Apply[A-Z]|Assign|Save|Restore|.*Summary|NoOp$|Assert$|Print|ShardedFilename|MergeV2"
    r"|VarIsInitialized|IsVariableInitialized|ScatterUpdate|Scatter(Add|Sub)$|Queue|DestroyTemp|.*Grad$"
)
NOISE_SCOPE = re.compile(
    r"(^|/)(gradients(_\d+)?|gradient_tape|save(_\d+)?|metrics(_\d+)?|report_uninitialized_variables)/"
)
SOURCES = frozenset(
    {"Placeholder", "PlaceholderWithDefault", "PlaceholderV2", "IteratorGetNext", "ParseExample"}
    | {"ParseExampleV2", "ParseSingleExample"}
)
STRING = 7
VARIABLES = frozenset({"VariableV2", "VarHandleOp", "ReadVariableOp"})
REDUCTIONS = frozenset({"Mean", "Sum", "Max", "Min", "Prod", "L2Loss"})
ARITHMETIC = frozenset({"Sub", "Add", "AddV2", "Maximum", "Minimum"})
SCALING = frozenset({"Identity", "Neg", "Mul", "RealDiv", "DivNoNan", "Add", "AddV2", "Sub"})
SCALING_STEPS = 16
LOGS = frozenset({"Log", "Log1p", "Softplus"})
PLUMBING = frozenset({"Shape", "Rank", "Size", "Const", "ShapeN", "ZerosLike", "OnesLike"})
SHAPE_ARITHMETIC = frozenset({"Pack", "ConcatV2", "Slice", "StridedSlice", "Sub", "Add", "AddV2"})
DRESSING = SHAPE_ARITHMETIC | frozenset(
    {"Identity", "Reshape", "Cast", "StopGradient", "Log", "Log1p", "Neg", "Maximum", "Minimum", "Exp"}
    | {"ClipByValue", "Abs", "Select", "SelectV2", "Squeeze", "ExpandDims", "GreaterEqual"}
)
"""What a loss does to a prediction before labels come in."""
SWITCHES = frozenset({"Switch", "RefSwitch"})
LIKE = frozenset({"ZerosLike", "OnesLike"})
EXITS = frozenset({"Exit", "RefExit"})
SLICES = frozenset({"StridedSlice", "Slice"})


def is_noise(node: Any) -> bool:
    """Tell whether a ``NodeDef`` is no part of the forward pass: by its op, its scope, or as a file name."""
    if NOISE_OP.match(node.op) or NOISE_SCOPE.search(node.name):
        return True
    return node.op in SOURCES and node.attr["dtype"].type == STRING and "filename" in node.name


def has_axes(node: Any) -> bool:
    """Tell whether a constant is no scalar: a frozen weight."""
    return node.op == "Const" and len(node.attr["value"].tensor.tensor_shape.dim) > 0
