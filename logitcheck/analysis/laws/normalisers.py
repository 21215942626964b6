"""Softmax, log-softmax, fused losses, batch normalisation: safe by construction."""

from __future__ import annotations

from logitcheck.analysis.context import Context
from logitcheck.analysis.interval import REALS, Interval
from logitcheck.analysis.laws.base import INF, Law, broadcast, result
from logitcheck.analysis.tensor import Tensor
from logitcheck.graph import Node

OPEN_UNIT = Interval(0.0, 1.0, True, True)
WIDE = 30.0
"""A distance of scores beyond which a softmax may as well reach 0 and 1."""


def softmax(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = e^(x - max x) / sum, in (0, 1), summing to 1 along the last axis; 1 over one unit; NaN from Inf."""
    x = inputs[0]
    interval = _shares(x.interval, x.size(-1))
    return result((x,), x.shape, node.attrs.get("T") or x.dtype, interval, nan=x.may_inf, sums=(-1, 1.0))


def _shares(x: Interval, size: int | None) -> Interval:
    """Return what each of C scores gets that lie within d: from 1/(1 + (C-1) e^d) to 1/(1 + (C-1) e^-d)."""
    if size == 1:
        return Interval(1.0, 1.0)
    span = x[1] - x[0]
    if size is None or not x.bounded or span > WIDE:
        return OPEN_UNIT
    import math

    others = size - 1
    return Interval(1.0 / (1.0 + others * math.exp(span)), 1.0 / (1.0 + others * math.exp(-span)))


def log_softmax(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = x - max x - ln sum e^(x - max x) ≤ 0, finite for finite x; NaN from infinities."""
    x = inputs[0]
    span = x.interval[1] - x.interval[0] if x.interval.bounded else INF
    size = x.size(-1)
    low = -span - _log(size) if size is not None and span < INF else -INF
    interval = Interval(low, 0.0, False, True) if size != 1 else Interval(0.0, 0.0)
    if size not in (None, 1) and span <= WIDE:
        import math

        interval = Interval(low, math.log(_shares(x.interval, size)[1]))
    return result((x,), x.shape, node.attrs.get("T") or x.dtype, interval, nan=x.may_inf, log=-1)


def _log(size: int) -> float:
    import math

    return math.log(max(size, 1))


def fused_crossentropy(node: Node, inputs: list[Tensor], ctx: Context) -> tuple[Tensor, Tensor]:
    """loss = -sum(labels log softmax(x)) per row, and its gradient, in [-1, 1] for distributions."""
    x, labels = inputs
    dtype = node.attrs.get("T") or x.dtype
    sparse = node.op.startswith("Sparse")
    nonnegative = sparse or labels.interval[0] >= 0
    shape = broadcast(x.shape, labels.shape) if not sparse else x.shape
    rows = shape[:-1] if shape else None
    loss = Interval(0.0, INF) if nonnegative else REALS
    slope = Interval(-1.0, 1.0) if sparse or labels.sums_to_one == -1 else REALS
    return (
        result(inputs, rows, dtype, loss, nan=x.may_inf or sparse),
        result(inputs, shape, dtype, slope, nan=x.may_inf),
    )


def batch_norm(node: Node, inputs: list[Tensor], ctx: Context) -> tuple[Tensor, ...]:
    """y = (x - mean) / sqrt(variance + epsilon) * scale + offset, along the channels; then the statistics."""
    x, scale = inputs[0], inputs[1]
    dtype = node.attrs.get("T") or x.dtype
    y = result(inputs, x.shape, dtype, REALS, trained=True)
    statistic = result(inputs, scale.shape, scale.dtype, REALS)
    spread = result(inputs, scale.shape, scale.dtype, Interval(0.0, INF))
    return y, statistic, spread, statistic, spread, result(inputs, None, scale.dtype)


def local_norm(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = x / (bias + alpha sum x²)^beta: the sign of x is kept."""
    x = inputs[0]
    low, high = x.interval[:2]
    return result((x,), x.shape, x.dtype, Interval(0.0 if low >= 0 else -INF, 0.0 if high <= 0 else INF))


def l2_loss(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = sum(x²) / 2 ≥ 0."""
    return result(inputs[:1], (), inputs[0].dtype, Interval(0.0, INF))


def ctc(node: Node, inputs: list[Tensor], ctx: Context) -> tuple[Tensor, Tensor]:
    """loss ≥ 0 per row of the batch, and its gradient."""
    x = inputs[0]
    batch = None if x.shape is None else (x.shape[1],)
    return result((x,), batch, x.dtype, Interval(0.0, INF)), result((x,), x.shape, x.dtype)


LAWS: dict[str, Law] = {
    "Softmax": softmax,
    "LogSoftmax": log_softmax,
    "SoftmaxCrossEntropyWithLogits": fused_crossentropy,
    "SparseSoftmaxCrossEntropyWithLogits": fused_crossentropy,
    "FusedBatchNorm": batch_norm,
    "FusedBatchNormV2": batch_norm,
    "FusedBatchNormV3": batch_norm,
    "LRN": local_norm,
    "L2Loss": l2_loss,
    "CTCLoss": ctc,
    "CTCLossV2": ctc,
}
