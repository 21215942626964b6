"""Convolutions: plain, depthwise, separable, transposed, in one to three dimensions, either data format."""

from __future__ import annotations

from typing import Any

from logitcheck.graph import Shape
from logitcheck.layers.activation_names import activate
from logitcheck.layers.builder import Builder
from logitcheck.layers.shapes import numbers, window
from logitcheck.layers.state import Value
from logitcheck.layers.tensors import expand, pad, squeeze

FORMATS = {
    (1, False): "NHWC",
    (2, False): "NHWC",
    (3, False): "NDHWC",
    (1, True): "NCHW",
    (2, True): "NCHW",
    (3, True): "NCDHW",
}


class Setting:
    """Sizes of a convolution or pooling layer, read from its configuration."""

    def __init__(self, b: Builder, dims: int, first: bool | None = None):
        config = b.config
        self.dims = dims
        self.first = config.get("data_format") == "channels_first" if first is None else first
        """Whether channels come before space."""

        self.padding = str(config.get("padding", "valid")).lower()
        self.strides = numbers(config.get("strides") or 1, dims)
        self.dilation = numbers(config.get("dilation_rate") or 1, dims)

    @property
    def format(self) -> str:
        """TensorFlow's name of the data format, one-dimensional layers counted as two."""
        return FORMATS[self.dims, self.first]

    def channels(self, x: Value) -> int | None:
        """Return the number of channels of an input."""
        return None if x.shape is None else x.shape[1 if self.first else -1]

    def space(self, x: Value) -> tuple[int | None, ...]:
        """Return the lengths of the axes that the window moves over."""
        if x.shape is None:
            return (None,) * self.dims
        if len(x.shape) != self.dims + 2:
            raise ValueError(f"rank {self.dims + 2} expected, {len(x.shape)} given")
        return x.shape[2:] if self.first else x.shape[1:-1]

    def shape(self, x: Value, space: tuple[int | None, ...], channels: int | None) -> Shape:
        """Return the shape of a result."""
        batch = None if x.shape is None else x.shape[0]
        return (batch, channels, *space) if self.first else (batch, *space, channels)

    def full(self, values: tuple[int, ...]) -> tuple[int, ...]:
        """Return settings per axis as the op takes them: all axes, at least two of space."""
        values = (1, *values) if self.dims == 1 else values
        return (1, 1, *values) if self.first else (1, *values, 1)

    def raise_rank(self, b: Builder, x: Value) -> Value:
        """Give a one-dimensional input the second dimension that TensorFlow's op has."""
        return expand(b, x, 2 if self.first else 1) if self.dims == 1 else x

    def lower_rank(self, b: Builder, x: Value) -> Value:
        """Take it out again."""
        return squeeze(b, x, 2 if self.first else 1) if self.dims == 1 else x


def conv1d(b: Builder, x: Value, **_: Any) -> Value:
    """One-dimensional convolution."""
    return _conv(b, x, 1)


def conv2d(b: Builder, x: Value, **_: Any) -> Value:
    """Two-dimensional convolution."""
    return _conv(b, x, 2)


def conv3d(b: Builder, x: Value, **_: Any) -> Value:
    """Three-dimensional convolution."""
    return _conv(b, x, 3)


def _conv(b: Builder, x: Value, dims: int) -> Value:
    s, x = Setting(b, dims), b.floated(x)
    size = numbers(b.config["kernel_size"], dims)
    filters, groups = int(b.config["filters"]), int(b.config.get("groups") or 1)
    channels = s.channels(x)
    kernel = _kernel(b, size, None if channels is None else channels // groups, filters)
    bias = b.weight("bias", (filters,)) if b.config.get("use_bias", True) else None
    x = _causal(b, x, s, size)
    y = convolve(b, x, kernel, s, size, filters)
    return finish(b, y, s, bias)


def _kernel(b: Builder, size: tuple[int, ...], channels: int | None, filters: int) -> Value:
    """Return the stored kernel; in Keras 1 a one-dimensional one had a second dimension of length 1."""
    if b.keras == 1 and len(size) == 1:
        return squeeze(b, b.weight("kernel", (*size, 1, channels, filters)), 1)
    return b.weight("kernel", (*size, channels, filters))


def _causal(b: Builder, x: Value, s: Setting, size: tuple[int, ...]) -> Value:
    """Pad the past of a causal convolution; the rest of it is ``valid``."""
    if s.padding != "causal":
        return x
    s.padding = "valid"
    left = (size[0] - 1) * s.dilation[0]
    return pad(b, x, [(0, 0), (0, 0), (left, 0)] if s.first else [(0, 0), (left, 0), (0, 0)])


def convolve(b: Builder, x: Value, kernel: Value, s: Setting, size: tuple[int, ...], filters: int) -> Value:
    """Write the convolution itself."""
    steps = zip(s.space(x), size, s.strides, s.dilation, strict=True)
    space = tuple([window(n, k, stride, s.padding, d) for n, k, stride, d in steps])
    shape = s.shape(x, space, filters)
    if s.dims == 1:
        x, kernel = s.raise_rank(b, x), expand(b, kernel, 0)
        shape = s_raised(s, shape)
    op = "Conv3D" if s.dims == 3 else "Conv2D"
    y = b.op(op, x, kernel, shape=shape, **op_attrs(s))
    return s.lower_rank(b, y)


def s_raised(s: Setting, shape: Shape) -> Shape:
    """Return a one-dimensional result's shape with the second dimension in."""
    if shape is None or s.dims != 1:
        return shape
    return (*shape[:2], 1, *shape[2:]) if s.first else (shape[0], 1, *shape[1:])


def op_attrs(s: Setting) -> dict[str, Any]:
    """Return the attributes that convolutions of all kinds have."""
    return {
        "strides": s.full(s.strides),
        "padding": s.padding.upper(),
        "data_format": s.format,
        "dilations": s.full(s.dilation),
    }


def finish(b: Builder, y: Value, s: Setting, bias: Value | None) -> Value:
    """Add the bias and apply the layer's activation."""
    if bias is not None:
        if s.dims == 3 and s.first:
            bias = b.op("Reshape", bias, b.const((-1, 1, 1, 1)), shape=(*(bias.shape or (None,)), 1, 1, 1))
            y = b.binary("AddV2", y, bias)
        else:
            y = b.op("BiasAdd", y, bias, data_format="NCHW" if s.first else "NHWC")
    return activate(b, y, b.config.get("activation"))


def depthwise_conv1d(b: Builder, x: Value, **_: Any) -> Value:
    """One-dimensional convolution, each channel for itself."""
    return _depthwise(b, x, 1)


def depthwise_conv2d(b: Builder, x: Value, **_: Any) -> Value:
    """Two-dimensional convolution, each channel for itself."""
    return _depthwise(b, x, 2)


def _depthwise(b: Builder, x: Value, dims: int) -> Value:
    s, x = Setting(b, dims), b.floated(x)
    kernel, size = _depthwise_kernel(b, x, s, "kernel" if b.keras >= 3 else "depthwise_kernel")
    many = (
        None
        if kernel.shape is None or None in kernel.shape[-2:]
        else _times(kernel.shape[-2], kernel.shape[-1])
    )
    bias = b.weight("bias", (many,)) if b.config.get("use_bias", True) else None
    y = _depthwise_convolve(b, _causal(b, x, s, size), kernel, s, size)
    return finish(b, y, s, bias)


def _times(a: int | None, b: int | None) -> int | None:
    return None if a is None or b is None else a * b


def _depthwise_kernel(b: Builder, x: Value, s: Setting, slot: str) -> tuple[Value, tuple[int, ...]]:
    size = numbers(b.config["kernel_size"], s.dims)
    return b.weight(slot, (*size, s.channels(x), int(b.config.get("depth_multiplier") or 1))), size


def _depthwise_convolve(b: Builder, x: Value, kernel: Value, s: Setting, size: tuple[int, ...]) -> Value:
    steps = zip(s.space(x), size, s.strides, s.dilation, strict=True)
    space = tuple([window(n, k, stride, s.padding, d) for n, k, stride, d in steps])
    channels = _times(s.channels(x), kernel.shape[-1] if kernel.shape else None)
    shape = s_raised(s, s.shape(x, space, channels))
    attrs = op_attrs(s)
    if s.dims == 1:
        x, kernel = s.raise_rank(b, x), expand(b, kernel, 0)
        attrs["strides"] = (
            (1, 1, s.strides[0], s.strides[0]) if s.first else (1, s.strides[0], s.strides[0], 1)
        )
    return s.lower_rank(b, b.op("DepthwiseConv2dNative", x, kernel, shape=shape, **attrs))


def separable_conv1d(b: Builder, x: Value, **_: Any) -> Value:
    """One-dimensional depthwise convolution, then one over channels."""
    return _separable(b, x, 1)


def separable_conv2d(b: Builder, x: Value, **_: Any) -> Value:
    """Two-dimensional depthwise convolution, then one over channels."""
    return _separable(b, x, 2)


def _separable(b: Builder, x: Value, dims: int) -> Value:
    s, x = Setting(b, dims), b.floated(x)
    filters = int(b.config["filters"])
    depthwise, size = _depthwise_kernel(b, x, s, "depthwise_kernel")
    middle = _times(s.channels(x), depthwise.shape[-1] if depthwise.shape else None)
    pointwise = b.weight("pointwise_kernel", (*(1,) * dims, middle, filters))
    bias = b.weight("bias", (filters,)) if b.config.get("use_bias", True) else None
    y = _depthwise_convolve(b, _causal(b, x, s, size), depthwise, s, size)
    s.strides = s.dilation = (1,) * dims
    s.padding = "valid"
    return finish(b, convolve(b, y, pointwise, s, (1,) * dims, filters), s, bias)
