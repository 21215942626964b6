"""Image preprocessing: resizing and cropping; augmentation does nothing at inference.

Composites: ``KerasResize`` (attributes ``method``, ``crop_to_aspect_ratio``, ``pad_to_aspect_ratio``,
``fill_value``), ``KerasCrop`` (``height``, ``width``: the middle, resized first where the image is smaller),
``KerasImage`` (``what``, ``value_range``: the result stays in that range).
"""

from __future__ import annotations

from typing import Any

from logitcheck.layers.builder import Builder
from logitcheck.layers.reshaping import resize
from logitcheck.layers.state import Value
from logitcheck.layers.tensors import strided_slice, transpose

RATIOS = ("crop_to_aspect_ratio", "pad_to_aspect_ratio")


def resizing(b: Builder, x: Value, **_: Any) -> Value:
    """Images of a given size."""
    config = b.config
    height, width = int(config["height"]), int(config["width"])
    x, first = b.floated(x), config.get("data_format") == "channels_first"
    x = transpose(b, x, [0, 2, 3, 1] if x.rank == 4 else [1, 2, 0]) if first else x
    method = str(config.get("interpolation") or "bilinear").lower()
    ratio: dict[str, Any] = {name: True for name in RATIOS if config.get(name)}
    target = b.const((height, width))
    if ratio or x.rank != 4:
        shape = None if x.shape is None else (*x.shape[:-3], height, width, x.shape[-1])
        fill = float(config.get("fill_value") or 0.0)
        y = b.op("KerasResize", x, target, shape=shape, method=method, fill_value=fill, **ratio)
    else:
        y = resize(b, x, target, (height, width), method)
    y = b.cast(y, b.compute)
    return transpose(b, y, [0, 3, 1, 2] if y.rank == 4 else [2, 0, 1]) if first else y


def center_crop(b: Builder, x: Value, **_: Any) -> Value:
    """The middle of images."""
    height, width = int(b.config["height"]), int(b.config["width"])
    x, first = b.floated(x), b.config.get("data_format") == "channels_first"
    if x.shape is None:
        raise ValueError("rank unknown")
    place = len(x.shape) - (2 if first else 3)
    rows, columns = x.shape[place], x.shape[place + 1]
    if (
        rows is None
        or columns is None
        or rows < height
        or columns < width
        or b.layer.class_name != "CenterCrop"
    ):
        shape = (*x.shape[:place], height, width, *x.shape[place + 2 :])
        return b.op("KerasCrop", x, shape=shape, height=height, width=width, channels_first=first)
    begin = [0] * len(x.shape)
    end: list[int | None] = [None] * len(x.shape)
    for axis, length, wanted in ((place, rows, height), (place + 1, columns, width)):
        begin[axis] = (length - wanted) // 2
        end[axis] = begin[axis] + wanted
    return strided_slice(b, x, begin, end)


def augmentation(b: Builder, x: Any, **_: Any) -> Any:
    """Nothing at inference; the node tells that something stands here in training."""
    if not isinstance(x, Value):
        return x
    return b.op("Identity", x, dropout=True, rate=b.config.get("factor", 0.0))


def always_applied(b: Builder, x: Value, **_: Any) -> Value:
    """A change of contrast that is made at inference too; the result stays in the layer's value range."""
    low, high = (float(v) for v in b.config.get("value_range", (0, 255)))
    return b.op("KerasImage", x, what=b.layer.class_name, value_range=(low, high))


def pipeline(b: Builder, x: Any, **_: Any) -> Any:
    """Layers one after another."""
    if not b.layer.inner:
        raise ValueError("no layers")
    from logitcheck.layers.structure import container_names

    for layer, name in zip(b.layer.inner, container_names(b.layer.inner), strict=True):
        x = b.call(layer, f"_pipeline_layers/{name}", x)
    return x
