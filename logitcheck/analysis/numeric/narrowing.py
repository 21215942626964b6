"""Tensors with bounds that something told beside their op's law."""

from __future__ import annotations

from logitcheck.analysis.interval import Interval
from logitcheck.analysis.numeric.channels import Ends, fitted, hull
from logitcheck.analysis.numeric.floats import is_real, settle
from logitcheck.analysis.tensor import Tensor


def apart(tensor: Tensor, ends: Ends | None) -> Tensor:
    """Return a tensor with its channels' bounds, and within their hull."""
    ends = fitted(ends, tensor)
    if ends is None:
        return tensor if tensor.channels is None else tensor.with_(channels=None)
    span = hull(ends)
    return tensor.with_(interval=span, channels=ends if ends[0].size > 1 else None)


def narrowed(tensor: Tensor, found: Interval) -> Tensor:
    """Return a tensor within both its interval and another, the other where they do not touch."""
    if not tensor.known:
        return tensor.with_(interval=found, known=True, cause=None)
    plain = tensor.interval
    low, high = max(plain.low, found.low), min(plain.high, found.high)
    return tensor.with_(interval=Interval(low, high) if low <= high else found)


def settled(tensor: Tensor) -> Tensor:
    """Return a tensor as floats of its dtype reach it."""
    return tensor.with_(interval=settle(tensor.interval, tensor.dtype)) if is_real(tensor.dtype) else tensor
