"""Ends per channel through ops that move, join, pool or reduce numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from logitcheck.analysis.laws.base import product
from logitcheck.analysis.numeric.channels import WIDEST, Ends, Rule, ends_of, loosened
from logitcheck.analysis.tensor import Tensor
from logitcheck.graph import Node


def _kept(node: Node, inputs: Sequence[Tensor], output: Tensor) -> Ends:
    """y = x, channel by channel."""
    return ends_of(inputs[0])


def _cast(node: Node, inputs: Sequence[Tensor], output: Tensor) -> Ends | None:
    """y = x in another float."""
    return ends_of(inputs[0]) if "float" in str(inputs[0].dtype) and "float" in str(output.dtype) else None


def _windows(node: Node, inputs: Sequence[Tensor], output: Tensor) -> Ends | None:
    """y = the mean or the largest number of a window of one channel."""
    mixed = (
        str(node.attrs.get("data_format", "NHWC")).startswith("NC") or node.attrs.get("ksize", (1,))[-1] != 1
    )
    return None if mixed else ends_of(inputs[0])


def _reshaped(node: Node, inputs: Sequence[Tensor], output: Tensor) -> Ends | None:
    """y = x in another shape: in row-major order channels come round again and again.

    A last axis of k times as many entries holds every channel k times; one of a k-th holds k of them in turn.
    """
    low, high = ends_of(inputs[0])
    width, size = low.size, output.size(-1)
    if size is None or size == 0 or inputs[0].size(-1) != width:
        return None
    if size % width == 0:
        return (np.tile(low, size // width), np.tile(high, size // width)) if size <= WIDEST else None
    if width % size == 0:
        return low.reshape(-1, size).min(axis=0), high.reshape(-1, size).max(axis=0)
    return low.min(keepdims=True), high.max(keepdims=True)


def _transposed(node: Node, inputs: Sequence[Tensor], output: Tensor) -> Ends | None:
    """y = x with its axes in another order, the last one kept."""
    order = inputs[1].value
    return ends_of(inputs[0]) if order is not None and order[-1] in (-1, order.size - 1) else None


def _padded(node: Node, inputs: Sequence[Tensor], output: Tensor) -> Ends | None:
    """y = x with a constant around it."""
    sizes = inputs[1].value
    if sizes is None or sizes[-1].any():
        return None
    low, high = ends_of(inputs[0])
    filled = ends_of(inputs[2]) if len(inputs) > 2 else (np.zeros(1), np.zeros(1))
    return np.minimum(low, filled[0]), np.maximum(high, filled[1])


def _spread(node: Node, inputs: Sequence[Tensor], output: Tensor) -> Ends:
    """y = x, and 0 where there was nothing."""
    low, high = ends_of(inputs[0])
    return np.minimum(low, 0.0), np.maximum(high, 0.0)


def _joined(node: Node, inputs: Sequence[Tensor], output: Tensor) -> Ends | None:
    """y = tensors one after another: along the last axis their channels, else each channel of any of them."""
    axis, tensors = inputs[-1].value, inputs[:-1]
    rank = next((tensor.rank for tensor in tensors if tensor.rank is not None), None)
    if axis is None or rank is None:
        return None
    pairs = [ends_of(tensor) for tensor in tensors]
    if int(axis) % rank != rank - 1:
        lows, highs = (np.stack(np.broadcast_arrays(*ends)) for ends in zip(*pairs, strict=True))
        return lows.min(axis=0), highs.max(axis=0)
    sizes = [tensor.size(-1) for tensor in tensors]
    whole = [size for size in sizes if size is not None]
    if len(whole) < len(sizes) or sum(whole) > WIDEST:
        return None
    spans = zip(pairs, whole, strict=True)
    wide = [(np.broadcast_to(low, size), np.broadcast_to(high, size)) for (low, high), size in spans]
    return np.concatenate([low for low, _ in wide]), np.concatenate([high for _, high in wide])


def _reduced(node: Node, inputs: Sequence[Tensor], output: Tensor) -> Ends | None:
    """y = the sum, mean, largest or smallest number over some axes.

    Over the last one the channels' ends are reduced alike, and hold of everything that is left.
    """
    x, axes = inputs[0], inputs[1].value
    if x.shape is None or axes is None:
        return None
    reduced = {int(axis) % len(x.shape) for axis in axes.ravel().tolist()}
    low, high = ends_of(x)
    last = len(x.shape) - 1
    if last in reduced:
        if low.size != x.shape[last]:
            return None
        f: Any = {"Sum": np.sum, "Mean": np.mean, "Max": np.max, "Min": np.min}[node.op]
        size = np.maximum(np.abs(low), np.abs(high))
        low, high = (np.atleast_1d(f(end)) for end in (low, high))
        if node.op in ("Sum", "Mean"):
            low, high = loosened((low, high), size.size, f(size), output.dtype)
    if node.op != "Sum":
        return low, high
    count = product(x.shape[axis] for axis in reduced - {last})
    return None if count is None else (low * count, high * count)


MOVES: dict[str, Rule] = {
    **dict.fromkeys(("AvgPool", "AvgPool3D", "MaxPool", "MaxPool3D"), _windows),
    **dict.fromkeys(("BatchToSpaceND", "Identity", "PreventGradient", "ReadVariableOp"), _kept),
    **dict.fromkeys(("ResizeBilinear", "ResizeNearestNeighbor", "StopGradient"), _kept),
    **dict.fromkeys(("ExpandDims", "Reshape", "Squeeze"), _reshaped),
    **dict.fromkeys(("Max", "Mean", "Min", "Sum"), _reduced),
    "Cast": _cast,
    "ConcatV2": _joined,
    "MirrorPad": _kept,
    "Pad": _padded,
    "PadV2": _padded,
    "SpaceToBatchND": _spread,
    "Transpose": _transposed,
}
"""TensorFlow op → the rule of its first output."""
