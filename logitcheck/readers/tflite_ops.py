"""TensorFlow Lite's ops in TensorFlow's terms: options become attributes, fused activations nodes."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from logitcheck.graph import Ref
from logitcheck.readers.flatbuffer import Damaged
from logitcheck.readers.tflite_lowering import Lowering, Operator
from logitcheck.readers.tflite_products import (
    conv,
    depthwise,
    fully_connected,
    transposed_conv,
    window,
    with_activation,
)
from logitcheck.readers.tflite_schema import dtype_name
from logitcheck.readers.tflite_tensors import LiteTensor
from logitcheck.readers.tflite_wholes import lstm, post_process, unit_length

SAME_INPUTS = {
    "LOGISTIC": "Sigmoid", "RELU": "Relu", "RELU6": "Relu6", "TANH": "Tanh", "EXP": "Exp", "LOG": "Log",
    "SQRT": "Sqrt", "RSQRT": "Rsqrt", "SIN": "Sin", "COS": "Cos", "ABS": "Abs", "NEG": "Neg",
    "SQUARE": "Square", "FLOOR": "Floor", "CEIL": "Ceil", "ROUND": "Round", "POW": "Pow",
    "MAXIMUM": "Maximum", "MINIMUM": "Minimum", "SQUARED_DIFFERENCE": "SquaredDifference",
    "FLOOR_DIV": "FloorDiv", "FLOOR_MOD": "FloorMod", "ELU": "Elu", "LOG_SOFTMAX": "LogSoftmax",
    "TRANSPOSE": "Transpose", "PAD": "Pad", "PADV2": "PadV2", "LESS": "Less", "LESS_EQUAL": "LessEqual",
    "GREATER": "Greater", "GREATER_EQUAL": "GreaterEqual", "EQUAL": "Equal", "NOT_EQUAL": "NotEqual",
    "LOGICAL_AND": "LogicalAnd", "LOGICAL_OR": "LogicalOr", "LOGICAL_NOT": "LogicalNot",
    "SELECT": "Select", "SELECT_V2": "SelectV2", "SHAPE": "Shape", "RANK": "Rank",
    "EXPAND_DIMS": "ExpandDims", "TILE": "Tile", "SLICE": "Slice", "GATHER_ND": "GatherNd",
    "BROADCAST_TO": "BroadcastTo", "FILL": "Fill", "RANGE": "Range", "ZEROS_LIKE": "ZerosLike",
    "ADD_N": "AddN", "REVERSE_V2": "ReverseV2", "SIGN": "Sign", "ATAN2": "Atan2", "TOPK_V2": "TopKV2",
    "WHERE": "Where", "SCATTER_ND": "ScatterNd", "BATCH_TO_SPACE_ND": "BatchToSpaceND",
    "SPACE_TO_BATCH_ND": "SpaceToBatchND", "QUANTIZE": "Identity",
}  # fmt: skip
"""Ops that take the same inputs under another name."""

ARITHMETIC = {"ADD": "AddV2", "SUB": "Sub", "MUL": "Mul", "DIV": "RealDiv"}
REDUCTIONS = {
    "MEAN": "Mean", "SUM": "Sum", "REDUCE_MAX": "Max", "REDUCE_MIN": "Min", "REDUCE_PROD": "Prod",
    "REDUCE_ANY": "Any", "REDUCE_ALL": "All",
}  # fmt: skip
POOLS = {"AVERAGE_POOL_2D": "AvgPool", "MAX_POOL_2D": "MaxPool"}


def lower_op(made: Lowering, op: Operator, out: LiteTensor) -> Ref:
    """Append the nodes of one op, the last one named as its first output tensor; return that output."""
    name, kind = out.name, op.kind
    special = SPECIAL.get(kind)
    if kind in SAME_INPUTS:
        return made.add(name, SAME_INPUTS[kind], *op.refs)
    if kind in ARITHMETIC:
        return with_activation(made, name, op.number(0, "<b"), ARITHMETIC[kind], *op.refs)
    if kind in REDUCTIONS:
        return made.add(name, REDUCTIONS[kind], *op.refs, keep_dims=op.flag(0))
    if special is None or not op.refs:
        return made.add(name, "Unknown", *op.refs, what=kind)
    try:
        return special(made, name, op, out)
    except (IndexError, ValueError) as error:  # fewer inputs, or shorter shapes, than this kind of op has
        raise Damaged from error


def _mirror_pad(made: Lowering, name: str, op: Operator, _: LiteTensor) -> Ref:
    mode = "SYMMETRIC" if op.number(0, "<b") else "REFLECT"
    return made.add(name, "MirrorPad", *op.refs, mode=mode)


def _pool(made: Lowering, name: str, op: Operator, _: LiteTensor) -> Ref:
    attrs = window(op, stride=1, dilation=None)
    attrs["ksize"] = (1, max(op.number(4), 1), max(op.number(3), 1), 1)
    return with_activation(made, name, op.number(5, "<b"), POOLS[op.kind], op.refs[0], **attrs)


def _softmax(made: Lowering, name: str, op: Operator, _: LiteTensor) -> Ref:
    """Softmax of beta times x."""
    beta, ref = op.options.real(0) if op.options else 1.0, op.refs[0]
    if beta != 1.0:
        ref = made.add(f"{name}/scaled", "Mul", ref, made.constant(f"{name}/beta", beta, "float32"))
    return made.add(name, "Softmax", ref)


def _reshape(made: Lowering, name: str, op: Operator, out: LiteTensor) -> Ref:
    if len(op.refs) > 1:
        return made.add(name, "Reshape", *op.refs[:2])
    shape = op.options.integers(0) if op.options else out.fixed
    return made.add(name, "Reshape", op.refs[0], made.constant(f"{name}/shape", shape))


def _concatenation(made: Lowering, name: str, op: Operator, _: LiteTensor) -> Ref:
    axis = made.constant(f"{name}/axis", op.number(0))
    return with_activation(made, name, op.number(1, "<b"), "ConcatV2", *op.refs, axis, N=len(op.refs))


def _gather(made: Lowering, name: str, op: Operator, _: LiteTensor) -> Ref:
    axis = made.constant(f"{name}/axis", op.number(0))
    return made.add(name, "GatherV2", *op.refs[:2], axis, batch_dims=op.number(1))


def _embedding(made: Lowering, name: str, op: Operator, _: LiteTensor) -> Ref:
    """Ids come first here, the table first in TensorFlow."""
    return made.add(name, "GatherV2", op.refs[1], op.refs[0], made.constant(f"{name}/axis", 0), batch_dims=0)


def _squeeze(made: Lowering, name: str, op: Operator, _: LiteTensor) -> Ref:
    return made.add(name, "Squeeze", op.refs[0], squeeze_dims=op.options.integers(0) if op.options else ())


def _cast(made: Lowering, name: str, op: Operator, out: LiteTensor) -> Ref:
    return made.add(name, "Cast", op.refs[0], SrcT=op.tensors[0].real_dtype, DstT=out.real_dtype)


def _dequantize(made: Lowering, name: str, op: Operator, out: LiteTensor) -> Ref:
    """Quantised values are real numbers here already; those of half precision become single."""
    if op.tensors[0].real_dtype == out.real_dtype:
        return made.add(name, "Identity", op.refs[0])
    return _cast(made, name, op, out)


def _strided_slice(made: Lowering, name: str, op: Operator, _: LiteTensor) -> Ref:
    masks = ("begin_mask", "end_mask", "ellipsis_mask", "new_axis_mask", "shrink_axis_mask")
    return made.add(name, "StridedSlice", *op.refs, **{mask: op.number(i) for i, mask in enumerate(masks)})


def _pack(made: Lowering, name: str, op: Operator, _: LiteTensor) -> Ref:
    return made.add(name, "Pack", *op.refs, N=len(op.refs), axis=op.number(1))


def _unpack(made: Lowering, name: str, op: Operator, _: LiteTensor) -> Ref:
    return made.add(name, "Unpack", *op.refs, num=op.number(0), axis=op.number(1))


def _split(made: Lowering, name: str, op: Operator, _: LiteTensor) -> Ref:
    return made.add(name, "Split", *op.refs, num_split=op.number(0))


def _split_sizes(made: Lowering, name: str, op: Operator, _: LiteTensor) -> Ref:
    return made.add(name, "SplitV", *op.refs, num_split=op.number(0))


def _block(made: Lowering, name: str, op: Operator, _: LiteTensor) -> Ref:
    kind = "DepthToSpace" if op.kind == "DEPTH_TO_SPACE" else "SpaceToDepth"
    return made.add(name, kind, op.refs[0], block_size=op.number(0), data_format="NHWC")


def _cumsum(made: Lowering, name: str, op: Operator, _: LiteTensor) -> Ref:
    return made.add(name, "Cumsum", *op.refs, exclusive=op.flag(0), reverse=op.flag(1))


def _one_hot(made: Lowering, name: str, op: Operator, _: LiteTensor) -> Ref:
    return made.add(name, "OneHot", *op.refs, axis=op.number(0))


def _leaky_relu(made: Lowering, name: str, op: Operator, _: LiteTensor) -> Ref:
    return made.add(name, "LeakyRelu", op.refs[0], alpha=op.options.real(0) if op.options else 0.0)


def _prelu(made: Lowering, name: str, op: Operator, _: LiteTensor) -> Ref:
    """relu(x) - alpha * relu(-x)."""
    x, alpha = op.refs[:2]
    negative = made.add(f"{name}/negative", "Relu", made.add(f"{name}/Neg", "Neg", x))
    scaled = made.add(f"{name}/scaled", "Mul", alpha, negative)
    return made.add(name, "Sub", made.add(f"{name}/positive", "Relu", x), scaled)


def _hard_swish(made: Lowering, name: str, op: Operator, _: LiteTensor) -> Ref:
    """x * relu6(x + 3) / 6."""
    x = op.refs[0]
    shifted = made.add(f"{name}/add", "AddV2", x, made.constant(f"{name}/three", 3.0, "float32"))
    gate = made.add(f"{name}/Relu6", "Relu6", shifted)
    product = made.add(f"{name}/mul", "Mul", x, gate)
    return made.add(name, "RealDiv", product, made.constant(f"{name}/six", 6.0, "float32"))


def _arg(made: Lowering, name: str, op: Operator, _: LiteTensor) -> Ref:
    kind = "ArgMax" if op.kind == "ARG_MAX" else "ArgMin"
    return made.add(name, kind, *op.refs, output_type=dtype_name(op.number(0, "<b")))


def _batch_matmul(made: Lowering, name: str, op: Operator, _: LiteTensor) -> Ref:
    return made.add(name, "BatchMatMulV2", *op.refs, adj_x=op.flag(0), adj_y=op.flag(1))


def _resize(made: Lowering, name: str, op: Operator, _: LiteTensor) -> Ref:
    bilinear = op.kind == "RESIZE_BILINEAR"
    first = 2 if bilinear else 0
    kind = "ResizeBilinear" if bilinear else "ResizeNearestNeighbor"
    return made.add(name, kind, *op.refs, align_corners=op.flag(first), half_pixel_centers=op.flag(first + 1))


SPECIAL: Mapping[str, Callable[[Lowering, str, Operator, LiteTensor], Ref]] = {
    "FULLY_CONNECTED": fully_connected,
    "CONV_2D": conv,
    "DEPTHWISE_CONV_2D": depthwise,
    "TRANSPOSE_CONV": transposed_conv,
    "MIRROR_PAD": _mirror_pad,
    "AVERAGE_POOL_2D": _pool,
    "MAX_POOL_2D": _pool,
    "SOFTMAX": _softmax,
    "RESHAPE": _reshape,
    "CONCATENATION": _concatenation,
    "GATHER": _gather,
    "EMBEDDING_LOOKUP": _embedding,
    "SQUEEZE": _squeeze,
    "CAST": _cast,
    "DEQUANTIZE": _dequantize,
    "SPLIT_V": _split_sizes,
    "DEPTH_TO_SPACE": _block,
    "SPACE_TO_DEPTH": _block,
    "CUMSUM": _cumsum,
    "ONE_HOT": _one_hot,
    "L2_NORMALIZATION": unit_length,
    "UNIDIRECTIONAL_SEQUENCE_LSTM": lstm,
    "custom TFLite_Detection_PostProcess": post_process,
    "STRIDED_SLICE": _strided_slice,
    "PACK": _pack,
    "UNPACK": _unpack,
    "SPLIT": _split,
    "LEAKY_RELU": _leaky_relu,
    "PRELU": _prelu,
    "HARD_SWISH": _hard_swish,
    "ARG_MAX": _arg,
    "ARG_MIN": _arg,
    "BATCH_MATMUL": _batch_matmul,
    "RESIZE_BILINEAR": _resize,
    "RESIZE_NEAREST_NEIGHBOR": _resize,
}
