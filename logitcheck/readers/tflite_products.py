"""TensorFlow Lite's matrix products and convolutions in TensorFlow's layout, with bias and activation."""

from __future__ import annotations

from typing import Any

from logitcheck.graph import Ref
from logitcheck.readers.tflite_lowering import Lowering, Operator
from logitcheck.readers.tflite_tensors import LiteTensor

PADDING = ("SAME", "VALID")


def with_activation(made: Lowering, name: str, fused: int, kind: str, *inputs: Ref, **attrs: Any) -> Ref:
    """Append an op and the activation fused to it."""
    if not fused:
        return made.add(name, kind, *inputs, **attrs)
    return made.activated(name, made.add(f"{name}/{kind}", kind, *inputs, **attrs), fused)


def _biased(made: Lowering, name: str, op: Operator, ref: Ref, fused: int) -> Ref:
    """Append bias and activation to a product."""
    if len(op.refs) > 2:
        return with_activation(made, name, fused, "BiasAdd", ref, op.refs[2], data_format="NHWC")
    return made.activated(name, ref, fused) if fused else made.add(name, "Identity", ref)


def fully_connected(made: Lowering, name: str, op: Operator, out: LiteTensor) -> Ref:
    """x · wᵀ + b: the weights stand as [out, in]; further axes of x count as rows."""
    x, weights = op.refs[:2]
    if len(op.tensors[0].fixed) != 2:
        columns = op.tensors[1].fixed[-1] if op.tensors[1].fixed else -1
        x = made.add(f"{name}/rows", "Reshape", x, made.constant(f"{name}/rows/shape", [-1, columns]))
    product = made.add(f"{name}/MatMul", "MatMul", x, weights, transpose_a=False, transpose_b=True)
    if len(out.fixed) == 2:
        return _biased(made, name, op, product, op.number(0, "<b"))
    flat = _biased(made, f"{name}/flat", op, product, op.number(0, "<b"))
    shape = [-1 if size is None else size for size in out.shape or ()]
    return made.add(name, "Reshape", flat, made.constant(f"{name}/shape", shape))


def conv(made: Lowering, name: str, op: Operator, _: LiteTensor) -> Ref:
    """A convolution. Filters stand as [out, height, width, in]; TensorFlow has [height, width, in, out]."""
    order = made.constant(f"{name}/order", [1, 2, 3, 0])
    filters = made.add(f"{name}/filters", "Transpose", op.refs[1], order)
    attrs = window(op, stride=1, dilation=4)
    product = made.add(f"{name}/Conv2D", "Conv2D", op.refs[0], filters, **attrs)
    return _biased(made, name, op, product, op.number(3, "<b"))


def transposed_conv(made: Lowering, name: str, op: Operator, _: LiteTensor) -> Ref:
    """Sizes come first; filters [out, height, width, in] become [height, width, out, in]."""
    if len(op.refs) < 3:
        return made.add(name, "Unknown", *op.refs, what=op.kind)
    order = made.constant(f"{name}/order", [1, 2, 0, 3])
    filters = made.add(f"{name}/filters", "Transpose", op.refs[1], order)
    kind, attrs = "Conv2DBackpropInput", window(op, stride=1, dilation=None)
    product = made.add(f"{name}/{kind}", kind, op.refs[0], filters, op.refs[2], **attrs)
    bias = Operator(op.kind, op.options, [], op.refs[1:])
    return _biased(made, name, bias, product, op.number(3, "<b"))


def depthwise(made: Lowering, name: str, op: Operator, _: LiteTensor) -> Ref:
    """Filters stand as [1, height, width, in * multiplier]."""
    fixed = op.tensors[1].fixed
    height, width, channels = fixed[1:] if len(fixed) == 4 else (1, 1, 1)
    multiplier = max(op.number(3), 1)
    shape = made.constant(f"{name}/shape", [height, width, channels // multiplier, multiplier])
    filters = made.add(f"{name}/filters", "Reshape", op.refs[1], shape)
    attrs = window(op, stride=1, dilation=5)
    kind = "DepthwiseConv2dNative"
    product = made.add(f"{name}/{kind}", kind, op.refs[0], filters, **attrs)
    return _biased(made, name, op, product, op.number(4, "<b"))


def window(op: Operator, stride: int, dilation: int | None) -> dict[str, Any]:
    """Return padding, strides and dilations; the arguments say in which options these are."""
    width, height = op.number(stride), op.number(stride + 1)
    attrs: dict[str, Any] = {
        "padding": PADDING[op.number(0, "<b") & 1],
        "strides": (1, max(height, 1), max(width, 1), 1),
        "data_format": "NHWC",
    }
    if dilation is not None:
        across, down = op.number(dilation, default=1), op.number(dilation + 1, default=1)
        attrs["dilations"] = (1, max(down, 1), max(across, 1), 1)
    return attrs
