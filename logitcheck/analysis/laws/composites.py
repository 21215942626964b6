"""Composite nodes of Keras layers: loops of recurrent cells, preprocessing, adaptive windows."""

from __future__ import annotations

from logitcheck.analysis import ranges
from logitcheck.analysis.context import Context
from logitcheck.analysis.interval import NONNEGATIVE, REALS, UNIT, Interval, point
from logitcheck.analysis.laws.base import INF, Law, integers, result, sums_of
from logitcheck.analysis.laws.linear import spatial, window_shape
from logitcheck.analysis.tensor import Tensor
from logitcheck.graph import Node, Shape

OPEN_UNIT = Interval(0.0, 1.0, True, True)

ACTIVATION_RANGES: dict[str, Interval] = {
    "sigmoid": OPEN_UNIT,
    "hard_sigmoid": UNIT,
    "softmax": UNIT,
    "sparsemax": UNIT,
    "tanh": Interval(-1.0, 1.0, True, True),
    "hard_tanh": Interval(-1.0, 1.0),
    "softsign": Interval(-1.0, 1.0, True, True),
    "relu": NONNEGATIVE,
    "relu6": Interval(0.0, 6.0),
    "softplus": Interval(0.0, INF, True),
    "exponential": Interval(0.0, INF, True),
    "elu": Interval(-1.0, INF, True),
    "celu": Interval(-1.0, INF, True),
    "selu": Interval(-1.7581, INF),
    "gelu": Interval(-0.17, INF),
    "silu": Interval(-0.2785, INF),
    "swish": Interval(-0.2785, INF),
    "mish": Interval(-0.309, INF),
    "log_sigmoid": Interval(-INF, 0.0, False, True),
}
"""Keras activation → the range of its values; anything where it is not named."""


def _shape(node: Node, x: Tensor, width: int | None, sequences: bool) -> Shape:
    if x.shape is None or len(x.shape) < 2:
        return None
    return (x.shape[0], x.shape[1], width) if sequences else (x.shape[0], width)


def _start(node: Node, inputs: list[Tensor], number: int) -> Interval:
    """Return the range of a first state: 0 where none is given."""
    roles = tuple(node.attrs.get("roles") or ())
    name = f"state_{number}"
    return inputs[roles.index(name)].interval if name in roles else point(0.0)


def recurrent(node: Node, inputs: list[Tensor], ctx: Context) -> tuple[Tensor, ...]:
    """y = all or the last output of a loop, then its states.

    SimpleRNN: h = act(…). LSTM: h = o act(c), o the recurrent activation; c is not bounded. GRU:
    h = z h' + (1 - z) act(…): between the first state and the candidates, for a gate z in [0, 1].
    A masked step repeats what was before, at first the first state or 0.
    """
    x, attrs = inputs[0], node.attrs
    act = ACTIVATION_RANGES.get(str(attrs.get("activation")), REALS)
    gate = ACTIVATION_RANGES.get(str(attrs.get("recurrent_activation")), REALS)
    first = _start(node, inputs, 0)
    if node.op == "KerasSimpleRNN":
        image = act
    elif node.op == "KerasGRU":
        image = act.join(first) if gate[0] >= 0 and gate[1] <= 1 else REALS
    else:
        image = ranges.multiply(gate, act)
    if "mask" in (attrs.get("roles") or ()):
        image = image.join(first).join(point(0.0))
    simplex = node.op == "KerasSimpleRNN" and attrs.get("activation") in ("softmax", "sparsemax")
    sums = (-1, 1.0) if simplex and "mask" not in (attrs.get("roles") or ()) else None
    units = attrs.get("units")
    shape = _shape(node, x, units, bool(attrs.get("return_sequences")))
    y = result(inputs, shape, x.dtype, image, sums=sums, trained=True)
    if not attrs.get("return_state"):
        return (y,)
    last = result(inputs, _shape(node, x, units, False), x.dtype, image, sums=sums, trained=True)
    cell = result(inputs, last.shape, x.dtype, trained=True)
    return (y, last, cell) if node.op == "KerasLSTM" else (y, last)


def conv_lstm(node: Node, inputs: list[Tensor], ctx: Context) -> tuple[Tensor, ...]:
    """y = o act(c) as in an LSTM, with convolutions for products; then the states."""
    x, attrs = inputs[0], node.attrs
    act = ACTIVATION_RANGES.get(str(attrs.get("activation")), REALS)
    gate = ACTIVATION_RANGES.get(str(attrs.get("recurrent_activation")), REALS)
    image = ranges.multiply(gate, act)
    if "mask" in (attrs.get("roles") or ()):
        image = image.join(_start(node, inputs, 0)).join(point(0.0))
    last = _conv_shape(x.shape, node)
    time = None if x.shape is None else x.shape[1]
    every = None if last is None else (last[0], time, *last[1:])
    y = result(inputs, every if attrs.get("return_sequences") else last, x.dtype, image, trained=True)
    if not attrs.get("return_state"):
        return (y,)
    return y, result(inputs, last, x.dtype, image, trained=True), result(inputs, last, x.dtype, trained=True)


def _conv_shape(shape: Shape, node: Node) -> Shape:
    """Return the shape of one step's output: windows slide over the axes behind batch and time."""
    if shape is None or len(shape) < 4:
        return None
    attrs, first = node.attrs, node.attrs.get("data_format") == "channels_first"
    kernel, count = tuple(attrs.get("kernel_size") or ()), len(shape) - 3
    strides, dilations = (tuple(attrs.get(name) or (1,) * count) for name in ("strides", "dilations"))
    space, channels = (shape[3:] if first else shape[2:-1]), attrs.get("filters")
    padding = str(attrs.get("padding", "VALID"))
    moved = tuple(spatial(*sizes, padding) for sizes in zip(space, kernel, strides, dilations, strict=True))
    return (shape[0], channels, *moved) if first else (shape[0], *moved, channels)


def locally_connected(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = sums over windows of x times kernels that differ from place to place."""
    x, attrs = inputs[0], node.attrs
    kernel, strides = attrs.get("kernel_size") or (), attrs.get("strides") or ()
    shape = (
        window_shape(node, x.shape, tuple(kernel), attrs.get("filters"))
        if len(strides) == len(kernel) + 2
        else None
    )
    return result(inputs, shape, x.dtype, trained=True)


def sparsemax(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = the nearest point of the simplex: 0 or more, 1 in sum along an axis."""
    x, axis = inputs[0], int(node.attrs.get("axis", -1))
    at = axis if axis < 0 else None if x.rank is None else axis - x.rank
    return result((x,), x.shape, x.dtype, UNIT, nan=x.may_inf, sums=None if at is None else (at, 1.0))


def adaptive_pool(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = the mean or largest value of windows that cover x: within its bounds, channels last."""
    x, size = inputs[0], tuple(node.attrs.get("output_size") or ())
    shape = None if x.shape is None else (x.shape[0], *size, x.shape[-1])
    sums = sums_of(x) if node.op == "KerasAdaptiveAveragePool" and x.sums_to_one == -1 else None
    return result((x,), shape, x.dtype, x.interval, sums=sums)


def resize(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = an image of another size: within x's bounds but for cubic and Lanczos kernels."""
    x, size, method = inputs[0], integers(inputs[1]), str(node.attrs.get("method"))
    over = "cubic" in method or "lanczos" in method
    image = REALS if over else x.interval.join(point(float(node.attrs.get("fill_value") or 0.0)))
    if not over and not node.attrs.get("pad_to_aspect_ratio"):
        image = x.interval
    space = tuple(size) if size and len(size) == 2 else (None, None)
    shape = None if x.shape is None or len(x.shape) < 3 else (*x.shape[:-3], *space, x.shape[-1])
    return result((x,), shape, "float32", image)


def crop(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = the middle of an image, resized first where that is smaller: within x's bounds."""
    x, space = inputs[0], (node.attrs.get("height"), node.attrs.get("width"))
    shape = None
    if x.shape is not None and len(x.shape) >= 3:
        first = node.attrs.get("channels_first")
        shape = (*x.shape[:-2], *space) if first else (*x.shape[:-3], *space, x.shape[-1])
    return result((x,), shape, x.dtype, x.interval)


def image(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = an image with other contrast, kept within the layer's value range."""
    x = inputs[0]
    low, high = node.attrs.get("value_range") or (0.0, 255.0)
    return result((x,), x.shape, x.dtype, Interval(float(low), float(high)))


def numbered(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = the number of a word or a bin, below the size of the vocabulary; the word itself where inverted."""
    size = node.attrs.get("size") or node.attrs.get("num_bins")
    high = INF if not size else float(size) - 1
    if node.attrs.get("invert"):
        return result((), inputs[0].shape, None, NONNEGATIVE)
    low = 0.0 if node.op == "KerasHash" or size else -1.0
    return result((), inputs[0].shape, "int64", Interval(low, high))


def words(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = word numbers, or which words occur, how often, or weighted by rarity: not negative."""
    size, mode = node.attrs.get("size"), node.attrs.get("output_mode")
    batch = inputs[0].shape[0] if inputs[0].shape else None
    if mode == "int":
        return result((), (batch, None), "int64", Interval(0.0, float(size) - 1 if size else INF))
    return result((), (batch, size), "float32", UNIT if mode == "multi_hot" else NONNEGATIVE)


def rarity(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = counts weighted by the rarity of their word: not negative."""
    return result((inputs[0],), inputs[0].shape, inputs[0].dtype, NONNEGATIVE)


def bucket(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = how many boundaries are at most x."""
    count = len(node.attrs.get("boundaries") or ())
    return result((), inputs[0].shape, "int32", Interval(0.0, float(count)))


def spectrogram(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = a spectrogram: powers and magnitudes are not negative, decibels and parts may be."""
    x, mode = inputs[0], node.attrs.get("mode")
    positive = mode in ("magnitude", "psd") or (
        node.op == "KerasMelSpectrogram" and not node.attrs.get("power_to_db")
    )
    return result((x,), None, x.dtype, NONNEGATIVE if positive else REALS)


LAWS: dict[str, Law] = {
    **dict.fromkeys(("KerasLSTM", "KerasGRU", "KerasSimpleRNN"), recurrent),
    "KerasConvLSTM": conv_lstm,
    "KerasLocallyConnected": locally_connected,
    "KerasSparsemax": sparsemax,
    **dict.fromkeys(("KerasAdaptiveAveragePool", "KerasAdaptiveMaxPool"), adaptive_pool),
    "KerasResize": resize,
    "KerasCrop": crop,
    "KerasImage": image,
    **dict.fromkeys(("KerasLookup", "KerasHash"), numbered),
    "KerasTextVectorization": words,
    "KerasTfIdf": rarity,
    "Bucketize": bucket,
    **dict.fromkeys(("KerasStft", "KerasMelSpectrogram"), spectrogram),
}
