"""Ops that only gradients use: the slope of a function times what comes from above."""

from __future__ import annotations

from logitcheck.analysis import ranges
from logitcheck.analysis.context import Context
from logitcheck.analysis.interval import REALS, Interval, point
from logitcheck.analysis.laws.base import INF, Law, broadcast, result, sizes
from logitcheck.analysis.tensor import Tensor
from logitcheck.graph import Node

SLOPES: dict[str, tuple[int, Interval]] = {
    "ReluGrad": (0, Interval(0.0, 1.0)),
    "Relu6Grad": (0, Interval(0.0, 1.0)),
    "EluGrad": (0, Interval(0.0, 1.0)),
    "SeluGrad": (0, Interval(0.0, 1.7581)),
    "SoftplusGrad": (0, Interval(0.0, 1.0)),
    "SoftsignGrad": (0, Interval(0.0, 1.0)),
    "LeakyReluGrad": (0, Interval(0.0, 1.0)),
    "SigmoidGrad": (1, Interval(0.0, 0.25)),
    "TanhGrad": (1, Interval(0.0, 1.0)),
}
"""Op → which input comes from above, and the range of the function's slope."""


def sloped(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = dy f'(x): what comes from above times a slope within known bounds."""
    above, slope = SLOPES[node.op]
    if node.op == "LeakyReluGrad":
        slope = slope.join(point(float(node.attrs.get("alpha", 0.2))))
    if node.op in ("SigmoidGrad", "TanhGrad"):
        slope = _from_output(node.op, inputs[0].interval)
    image = ranges.multiply(inputs[above].interval, slope)
    nan = inputs[above].may_inf
    return result(inputs, broadcast(inputs[0].shape, inputs[1].shape), inputs[0].dtype, image, nan=nan)


def _from_output(op: str, y: Interval) -> Interval:
    """Return the range of y (1 - y) or 1 - y²: the slope as the kernel computes it, whatever y is."""
    inside = y[0] >= (0.0 if op == "SigmoidGrad" else -1.0) and y[1] <= 1.0
    return SLOPES[op][1] if inside else REALS


def power_slope(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = dy times a slope that has a pole at 0: -dy y² (1/x), -dy y³/2 (1/sqrt x), dy/(2 y) (sqrt x)."""
    y, above = inputs
    size = y.interval
    slope = {
        "ReciprocalGrad": lambda: ranges.negate(ranges.square(size)),
        "InvGrad": lambda: ranges.negate(ranges.square(size)),
        "RsqrtGrad": lambda: ranges.scale(ranges.multiply(size, ranges.square(size)), -0.5),
        "SqrtGrad": lambda: ranges.scale(ranges.reciprocal(size), 0.5),
    }[node.op]()
    nan = y.may_inf or above.may_inf or (node.op == "SqrtGrad" and size[0] <= 0 <= size[1])
    pole = node.op == "SqrtGrad" and size[0] <= 0 <= size[1]
    image = ranges.multiply(above.interval, slope)
    return result(inputs, y.shape, y.dtype, image, nan=nan, inf=pole)


def summed(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = what comes from above summed over all axes but the channels (BiasAddGrad)."""
    x = inputs[0]
    low, high = x.interval[:2]
    image = Interval(0.0 if low >= 0 else -INF, 0.0 if high <= 0 else INF)
    return result((x,), None if not x.shape else (x.shape[-1],), x.dtype, image)


def by_shape(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = what comes from above spread back over an input, whose shape is given."""
    at = 1 if node.op.endswith("Filter") or node.op.endswith("FilterV2") else 0
    above = inputs[-1]
    shape = sizes(inputs[at])
    pad = node.op in ("StridedSliceGrad", "AvgPoolGrad", "AvgPool3DGrad")
    image = above.interval.join(Interval(0.0, 0.0)) if pad and node.op == "StridedSliceGrad" else REALS
    return result(inputs, shape, node.attrs.get("T") or above.dtype, image)


def like_first(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = a gradient with the shape of the first input."""
    return result(inputs, inputs[0].shape, node.attrs.get("T") or inputs[0].dtype)


def like_second(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = a gradient with the shape of the second input."""
    return result(inputs, inputs[1].shape, node.attrs.get("T") or inputs[1].dtype)


def unshaped(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = a gradient whose shape is not followed."""
    return result(inputs[:1], None, node.attrs.get("T") or inputs[0].dtype)


def batch_norm_slope(node: Node, inputs: list[Tensor], ctx: Context) -> tuple[Tensor, ...]:
    """y = gradients of x, scale and offset."""
    x, scale = inputs[1], inputs[2]
    channel = result(inputs, scale.shape, scale.dtype)
    return (
        result(inputs, x.shape, x.dtype),
        channel,
        channel,
        result((), (), x.dtype),
        result((), (), x.dtype),
    )


LAWS: dict[str, Law] = {
    **dict.fromkeys(SLOPES, sloped),
    **dict.fromkeys(("ReciprocalGrad", "InvGrad", "RsqrtGrad", "SqrtGrad"), power_slope),
    "BiasAddGrad": summed,
    **dict.fromkeys(
        [
            "StridedSliceGrad",
            "AvgPoolGrad",
            "AvgPool3DGrad",
            "Conv2DBackpropFilter",
            "Conv3DBackpropFilterV2",
            "DepthwiseConv2dNativeBackpropFilter",
        ],
        by_shape,
    ),
    **dict.fromkeys(("MaxPoolGrad", "MaxPool3DGrad", "MaxPoolGradV2", "LRNGrad"), like_first),
    **dict.fromkeys(("MaxPoolGradGrad", "ResizeBilinearGrad", "ResizeBicubicGrad"), like_second),
    **dict.fromkeys(("MirrorPadGrad", "ResizeNearestNeighborGrad"), unshaped),
    **dict.fromkeys(("FusedBatchNormGrad", "FusedBatchNormGradV2", "FusedBatchNormGradV3"), batch_norm_slope),
}
