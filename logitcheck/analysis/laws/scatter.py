"""Values put at places: one-hot vectors, scattered updates, diagonals; and where values stand."""

from __future__ import annotations

from logitcheck.analysis.context import Context
from logitcheck.analysis.interval import Interval, point
from logitcheck.analysis.laws.base import (
    INF,
    Law,
    constant,
    copy_of,
    integers,
    result,
    sizes,
)
from logitcheck.analysis.tensor import Tensor
from logitcheck.graph import Node, Shape

ZERO = point(0.0)


def one_hot(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = the on value at the index, else the off value; all off where the index is out of range."""
    index, depth, on, off = inputs
    axis = int(node.attrs.get("axis", -1))
    size = (integers(depth) or (None,))[0]
    shape: Shape = None
    if index.shape is not None:
        at = axis if axis >= 0 else len(index.shape)
        shape = (*index.shape[:at], size, *index.shape[at:])
    return result((on, off), shape, node.attrs.get("T") or on.dtype, on.interval.join(off.interval))


def scattered(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = updates at their places among zeros (added up by ScatterNd), or over another tensor."""
    fresh = node.op == "ScatterNd"
    updates = inputs[1] if fresh else inputs[2]
    base = inputs[0] if not fresh else None
    image = updates.interval.join(ZERO if base is None else base.interval)
    if node.op not in ("TensorScatterUpdate", "TensorScatterMax", "TensorScatterMin"):
        image = Interval(-INF if image[0] < 0 else 0.0, INF if image[1] > 0 else 0.0)
        image = Interval(-INF, INF) if node.op == "TensorScatterSub" else image
    shape = sizes(inputs[2]) if fresh else inputs[0].shape
    return result([updates] if base is None else [base, updates], shape, updates.dtype, image)


def merged(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = rows of several tensors put in their places (DynamicStitch)."""
    parts = inputs[len(inputs) // 2 :]
    image, first = parts[0].interval, inputs[0]
    for part in parts[1:]:
        image = image.join(part.interval)
    tail = None if parts[0].shape is None or first.shape is None else parts[0].shape[len(first.shape) :]
    return result(parts, None if tail is None else (None, *tail), parts[0].dtype, image)


def partitioned(node: Node, inputs: list[Tensor], ctx: Context) -> tuple[Tensor, ...]:
    """y = the rows of x dealt out to several tensors."""
    x, labels = inputs
    tail = None if x.shape is None or labels.shape is None else (None, *x.shape[len(labels.shape) :])
    return (copy_of(x, tail),) * int(node.attrs.get("num_partitions") or 1)


def places(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = coordinates of the entries that are not 0."""
    return result((), (None, inputs[0].rank), "int64", Interval(0.0, INF))


def distinct(node: Node, inputs: list[Tensor], ctx: Context) -> tuple[Tensor, Tensor, Tensor]:
    """y = the different values, where each entry went, and how often each occurs."""
    x = inputs[0]
    index = result((), x.shape, "int32", Interval(0.0, INF))
    return copy_of(x, None), index, result((), None, "int32", Interval(0.0, INF))


def diagonal(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = values on a diagonal among zeros, a band of x, or the diagonal itself."""
    x = inputs[0]
    if node.op.endswith("Part") or "DiagPart" in node.op:
        return result(
            (x,), None, x.dtype, x.interval.join(inputs[2].interval) if len(inputs) > 2 else x.interval
        )
    same = node.op == "MatrixBandPart" or "SetDiag" in node.op
    other = inputs[1 if "SetDiag" in node.op else -1] if node.op not in ONLY_ZEROS else None
    image = x.interval.join(ZERO if other is None else other.interval)
    shape = None if x.shape is None else (*x.shape, *(x.shape if node.op == "Diag" else x.shape[-1:]))
    return result((x,), x.shape if same else shape if _is_square(inputs) else None, x.dtype, image)


def _is_square(inputs: list[Tensor]) -> bool:
    """Tell whether a matrix made of a diagonal has no row or column beside: k = 0, its sizes left open."""
    return all(constant(tensor) == number for tensor, number in zip(inputs[1:4], (0, -1, -1), strict=False))


ONLY_ZEROS = frozenset(("Diag", "MatrixDiag", "MatrixBandPart"))
"""Ops that put zeros beside a diagonal; others say what they put there."""

LAWS: dict[str, Law] = {
    "OneHot": one_hot,
    **dict.fromkeys(
        (
            "ScatterNd",
            "TensorScatterUpdate",
            "TensorScatterAdd",
            "TensorScatterSub",
            "TensorScatterMax",
            "TensorScatterMin",
        ),
        scattered,
    ),
    **dict.fromkeys(("DynamicStitch", "ParallelDynamicStitch"), merged),
    "DynamicPartition": partitioned,
    "Where": places,
    **dict.fromkeys(("Unique", "UniqueV2", "UniqueWithCounts", "UniqueWithCountsV2"), distinct),
    **dict.fromkeys(
        [
            "Diag",
            "DiagPart",
            "MatrixDiag",
            "MatrixDiagV2",
            "MatrixDiagV3",
            "MatrixDiagPart",
            "MatrixDiagPartV2",
            "MatrixDiagPartV3",
            "MatrixSetDiag",
            "MatrixSetDiagV2",
            "MatrixSetDiagV3",
            "MatrixBandPart",
        ],
        diagonal,
    ),
}
