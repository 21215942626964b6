"""Products with a stored kernel, bounded channel by channel: each weight takes the end that suits it.

y_j = sum_i w_ij x_i lies between sum(w+ low + w- high) and sum(w+ high + w- low), where w+ and w- are the
positive and the negative weights (the bound of DEBAR and of interval bound propagation: Gowal et al., On the
Effectiveness of Interval Bound Propagation, 2018, equation 6). Both ends are reached where the inputs are
free of each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from logitcheck.analysis.context import Context
from logitcheck.analysis.numeric.channels import Array, Ends, ends_of, loosened
from logitcheck.analysis.numeric.einsums import gathered, layout
from logitcheck.analysis.numeric.stored import Stored
from logitcheck.analysis.tensor import Tensor
from logitcheck.graph import Node

MATRICES = frozenset(("BatchMatMul", "BatchMatMulV2", "BatchMatMulV3", "MatMul"))
TRANSPOSED = frozenset(("Conv2DBackpropInput", "Conv3DBackpropInputV2"))
DEPTHWISE = "DepthwiseConv2dNative"
PRODUCTS = MATRICES | TRANSPOSED | {"Conv1D", "Conv2D", "Conv3D", DEPTHWISE, "Einsum"}
"""Ops that sum products with their second input; transposed convolutions take their data third."""

BLOCK = 1 << 20
"""Weights that are looked at in one go."""


class Halves(NamedTuple):
    """What positive and negative weights sum up to, for inputs that share one interval."""

    positive: Array
    negative: Array
    """Both of shape (1, 1, channels that are made)."""

    terms: int
    """Products in each sum."""


class Products:
    """The products of one graph; what its kernels sum up to is kept."""

    def __init__(self, stored: Stored):
        self._stored = stored
        self._sums: dict[str, Halves | None] = {}

    def ends(self, node: Node, inputs: Sequence[Tensor], context: Context) -> Ends | None:
        """Return the ends of a product with a stored kernel, None where there is none or x is unbounded."""
        place = 2 if node.op in TRANSPOSED else 0
        if self._stored.free or node.op not in PRODUCTS or len(inputs) <= max(place, 1):
            return None
        x = inputs[place]
        first = str(node.attrs.get("data_format", "NHWC")).startswith("NC")
        low, high = ends_of(x.with_(channels=None) if first else x)
        if not (np.isfinite(low).all() and np.isfinite(high).all()):
            return None
        whole = node.op in MATRICES | {"Einsum"} or node.attrs.get("padding") == "VALID"
        if node.op in TRANSPOSED or not whole:
            low, high = np.minimum(low, 0.0), np.maximum(high, 0.0)  # what stands outside is 0, or left out
        bounded = self._einsum if node.op == "Einsum" else self._bounded
        ends = bounded(node, low, high, inputs[1].dtype, context)
        if ends is None or not (np.isfinite(ends[0]).all() and np.isfinite(ends[1]).all()):
            return None
        return (ends[0].min(keepdims=True), ends[1].max(keepdims=True)) if first else ends

    def _bounded(
        self, node: Node, low: Array, high: Array, dtype: str | None, context: Context
    ) -> Ends | None:
        if low.size == 1:
            name = f"{node.inputs[1].node}/{node.op}/{_flipped(node, 'b')}"
            if name not in self._sums:
                self._sums[name] = self._summed(self._kernel(node, dtype, context))
            sums = self._sums[name]
            if sums is None:
                return None
            signed = _signed(low.reshape(1, 1), high.reshape(1, 1))
            return _ends(signed @ sums.positive, signed @ sums.negative, sums.terms, dtype)
        kernel = self._kernel(node, dtype, context)
        groups = 0 if kernel is None else low.size // kernel.shape[1]
        if kernel is None or groups * kernel.shape[1] != low.size or kernel.shape[2] % groups:
            return None
        signed = _signed(low.reshape(groups, -1), high.reshape(groups, -1))
        above, below = _multiplied(kernel, signed)
        return _ends(above, below, kernel.shape[0] * kernel.shape[1], dtype)

    def _einsum(
        self, node: Node, low: Array, high: Array, dtype: str | None, context: Context
    ) -> Ends | None:
        """Return the ends of an einsum with a stored kernel."""
        kernel = self._numbers(node, dtype, context)
        laid = None if kernel is None else layout(node, kernel)
        if laid is None:
            return None
        read = laid.kernel.shape[1]
        if not laid.apart or low.size not in (1, read):
            low, high = low.min(keepdims=True), high.max(keepdims=True)
        signed = _signed(np.broadcast_to(low, (1, read)), np.broadcast_to(high, (1, read)))
        ends = _ends(*_multiplied(laid.kernel, signed), laid.kernel.shape[0] * read, dtype)
        return gathered(ends, laid.turns)

    def _summed(self, kernel: Array | None) -> Halves | None:
        if kernel is None:
            return None
        above, below = _multiplied(kernel, np.ones((1, 1, kernel.shape[1])))
        return Halves(above, below, kernel.shape[0] * kernel.shape[1])

    def _kernel(self, node: Node, dtype: str | None, context: Context) -> Array | None:
        """Return the stored kernel in the form (places of the window, channels read, channels made)."""
        kernel = self._numbers(node, dtype, context)
        if kernel is None or _flipped(node, "a"):
            return None
        if node.op in MATRICES:
            return None if kernel.ndim != 2 else (kernel.T if _flipped(node, "b") else kernel)[None]
        if kernel.ndim < 3:
            return None
        if node.op == DEPTHWISE:
            return kernel.reshape(-1, 1, kernel.shape[-2] * kernel.shape[-1])
        kernel = kernel.reshape(-1, *kernel.shape[-2:])
        return kernel.swapaxes(1, 2) if node.op in TRANSPOSED else kernel

    def _numbers(self, node: Node, dtype: str | None, context: Context) -> Array | None:
        """Return the stored numbers that a product reads, as the dtype has them it computes in."""
        kernel: Array | None = self._stored.behind(node.inputs[1], context)
        if kernel is None or kernel.size == 0 or kernel.dtype.kind != "f":
            return None
        with np.errstate(over="ignore"):
            return kernel.astype(dtype) if dtype == "float16" else kernel


def _flipped(node: Node, side: str) -> bool:
    old, new = f"transpose_{side}", {"a": "adj_x", "b": "adj_y"}[side]
    return bool(node.attrs.get(old) or node.attrs.get(new))


def _signed(low: Array, high: Array) -> Array:
    """Return the positive and negative parts of both ends, (groups, 4, channels), for (groups, channels)."""
    halves = (low.clip(min=0), low.clip(max=0), high.clip(min=0), high.clip(max=0))
    return np.stack(halves, axis=1)


def _multiplied(kernel: Array, rows: Array) -> tuple[Array, Array]:
    """Return rows (groups, n, channels) times positive and times negative weights, (groups, n, made) each."""
    taps, read, made = kernel.shape
    groups = rows.shape[0]
    above = np.zeros((groups, rows.shape[1], made // groups))
    below = above.copy()
    step = max(1, BLOCK // (taps * made))
    for start in range(0, read, step):
        part = kernel[:, start : start + step].astype("float64")
        for total, half in ((above, part.clip(min=0)), (below, part.clip(max=0))):
            weights = half.sum(axis=0).reshape(-1, groups, made // groups).transpose(1, 0, 2)
            total += rows[:, :, start : start + step] @ weights
    return above, below


def _ends(above: Array, below: Array, terms: int, dtype: str | None) -> Ends:
    """Return the ends from the parts of both ends times weights of either sign, rounding included.

    Where no term is negative no rounding makes the sum so, and likewise for positive ones.
    """
    falls, rises = above[:, 1] + below[:, 2], above[:, 2] + below[:, 1]
    bottom, top = falls + above[:, 0] + below[:, 3], rises + above[:, 3] + below[:, 0]
    size = rises - falls
    extra = 2.0**-8 * size if dtype == "bfloat16" else 0.0
    low, high = loosened((bottom - extra, top + extra), terms, size, dtype)
    low = np.where(falls == 0, np.maximum(low, 0.0), low)
    high = np.where(rises == 0, np.minimum(high, 0.0), high)
    return low.ravel(), high.ravel()
