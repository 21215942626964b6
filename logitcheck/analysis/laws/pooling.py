"""Windows that slide over images and sequences, and resizing."""

from __future__ import annotations

from logitcheck.analysis.context import Context
from logitcheck.analysis.interval import Interval, point
from logitcheck.analysis.laws.base import Law, copy_of, integers, result, sums_of
from logitcheck.analysis.laws.linear import window_shape
from logitcheck.analysis.tensor import Tensor
from logitcheck.graph import Node, Shape


def _pooled(node: Node, x: Tensor) -> Shape:
    sizes = tuple(node.attrs.get("ksize") or ())
    first = str(node.attrs.get("data_format", "NHWC")).startswith("NC")
    if len(sizes) < 3 or x.shape is None or len(x.shape) != len(sizes):
        return None if x.rank is None else (x.shape[0], *(None,) * (x.rank - 1)) if x.shape else None
    space = sizes[2:] if first else sizes[1:-1]
    return window_shape(node, x.shape, space, x.shape[1] if first else x.shape[-1])


def max_pool(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = the largest value of each window; padding is left out."""
    x = inputs[0]
    return copy_of(x, _pooled(node, x))


def max_pool_argmax(node: Node, inputs: list[Tensor], ctx: Context) -> tuple[Tensor, Tensor]:
    """y = the largest value of each window, and where it was."""
    out = max_pool(node, inputs, ctx)
    return out, result((), out.shape, "int64", Interval(0.0, float("inf")))


def average_pool(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = the mean of each window, padding left out: distributions over the channels stay such."""
    x, sums = inputs[0], sums_of(inputs[0])
    first = str(node.attrs.get("data_format", "NHWC")).startswith("NC")
    channels = sums is not None and x.rank is not None and sums[0] == (1 - x.rank if first else -1)
    return copy_of(x, _pooled(node, x), sums=sums if channels else None)


def resize(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = an image of another size: its values, averages of them, or (bicubic) beyond them."""
    x, size = inputs[0], integers(inputs[1])
    space = tuple(size) if size and len(size) == 2 else (None, None)
    shape = None if x.shape is None or len(x.shape) != 4 else (x.shape[0], *space, x.shape[3])
    cubic = "cubic" in node.op.lower()
    image = Interval(float("-inf"), float("inf")) if cubic else x.interval
    dtype = x.dtype if "Nearest" in node.op else "float32"
    sums = sums_of(x)
    return result((x,), shape, dtype, image, sums=sums if sums and sums[0] == -1 and not cubic else None)


def crop(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = boxes cut out and resized; a number of its own outside the image."""
    x, boxes, size = inputs[0], inputs[1], integers(inputs[3])
    fill = point(float(node.attrs.get("extrapolation_value") or 0.0))
    space = tuple(size) if size and len(size) == 2 else (None, None)
    shape = None if x.shape is None or boxes.shape is None else (boxes.shape[0], *space, x.shape[-1])
    return result((x,), shape, "float32", x.interval.join(fill))


def projected(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = an image turned, shifted or bent; a number of its own outside it."""
    x = inputs[0]
    fill = inputs[3].interval if len(inputs) > 3 else point(0.0)
    return result(
        (x,),
        None if x.shape is None else (x.shape[0], None, None, x.shape[-1]),
        x.dtype,
        x.interval.join(fill),
    )


def dilation(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = the largest of x plus a structuring function over each window."""
    from logitcheck.analysis.ranges import add

    x, kernel = inputs
    return result(
        inputs,
        None if x.shape is None else (x.shape[0], None, None, x.shape[-1]),
        x.dtype,
        add(x.interval, kernel.interval),
    )


def colours(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = an image's colours in another space, or its contrast, hue or saturation changed: shape only."""
    x = inputs[0]
    return result((x,), x.shape, x.dtype)


LAWS: dict[str, Law] = {
    **dict.fromkeys(("MaxPool", "MaxPoolV2", "MaxPool3D"), max_pool),
    "MaxPoolWithArgmax": max_pool_argmax,
    **dict.fromkeys(("AvgPool", "AvgPool3D"), average_pool),
    **dict.fromkeys(("ResizeBilinear", "ResizeNearestNeighbor", "ResizeArea", "ResizeBicubic"), resize),
    "ScaleAndTranslate": colours,
    "CropAndResize": crop,
    **dict.fromkeys(("ImageProjectiveTransformV2", "ImageProjectiveTransformV3"), projected),
    "Dilation2D": dilation,
    **dict.fromkeys(("RGBToHSV", "HSVToRGB", "AdjustHue", "AdjustSaturation", "AdjustContrastv2"), colours),
}
