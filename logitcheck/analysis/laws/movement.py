"""Ops that pick, repeat, pad, turn round or scatter values, and casts."""

from __future__ import annotations

from logitcheck.analysis.context import Context
from logitcheck.analysis.interval import UNIT, Interval, point
from logitcheck.analysis.laws.base import (
    INF,
    Law,
    Sums,
    broadcast,
    copy_of,
    from_end,
    integers,
    is_float,
    product,
    result,
    sizes,
    sums_of,
)
from logitcheck.analysis.tensor import Tensor
from logitcheck.graph import Node, Shape

ZERO = point(0.0)


def _whole(x: float) -> float:
    return x if abs(x) == INF else float(int(x))


def cast(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = x in another dtype: marks last between floats, numbers are cut towards 0 by integers."""
    x, dtype = inputs[0], node.attrs.get("DstT")
    image = x.interval
    if dtype == "bool":
        image = UNIT
    elif not is_float(dtype) and is_float(x.dtype):
        image = Interval(_whole(image[0]), _whole(image[1]))
    floats = is_float(dtype) and is_float(x.dtype)
    sums, log = (sums_of(x), x.log_probabilities) if floats else (None, None)
    out = result((x,), x.shape, dtype, image, sums=sums, log=log)
    if x.value is None or x.value.size > 64 or dtype is None or dtype in ("bool", "bfloat16") or "q" in dtype:
        return out if x.shape_value is None or floats else out.with_(shape_value=x.shape_value)
    return out.with_(value=x.value.astype(dtype), shape_value=x.shape_value)


def gather(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = slices of x along an axis, picked by number: distributions along other axes stay such."""
    x, index = inputs[0], inputs[1]
    numbers = integers(inputs[2]) if len(inputs) > 2 else (0,)
    batch = int(node.attrs.get("batch_dims") or 0)
    at = from_end(numbers, x.rank) if numbers and len(numbers) == 1 else None
    if not at or x.shape is None or index.shape is None:
        return copy_of(x, None)
    place = len(x.shape) + at[0]
    shape = (*x.shape[:place], *index.shape[batch:], *x.shape[place + 1 :])
    grown = len(index.shape) - batch - 1

    def to(axis: int | None) -> int | None:
        return None if axis is None or axis == at[0] else axis if axis > at[0] else axis - grown

    sums = sums_of(x)
    axis = to(sums[0]) if sums else None
    out = copy_of(
        x, shape, sums=(axis, sums[1]) if sums and axis is not None else None, log=to(x.log_probabilities)
    )
    return _picked(out, x, index, place)


def _picked(out: Tensor, x: Tensor, index: Tensor, place: int) -> Tensor:
    """Return picked entries of a shape vector or of a small constant."""
    if index.value is None or index.value.size > 64:
        return out
    entries = sizes(x) if x.rank == 1 and not (x.dtype or "").startswith("float") else None
    if x.value is not None:
        import numpy as np

        from logitcheck.analysis.laws.folding import with_value

        return with_value(out, np.take(x.value, index.value.astype("int64"), axis=place))
    if entries is None or index.value.ndim != 1:
        return out
    return out.with_(shape_value=tuple(entries[int(i)] for i in index.value.tolist()))


def embedding(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = rows of a stored table."""
    table, index = inputs[0], inputs[1]
    shape = None if table.shape is None or index.shape is None else (*index.shape, *table.shape[1:])
    dtype = node.attrs.get("dtype") or table.dtype
    return result((table,), shape, dtype, table.interval, trained=True)


def gather_nd(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = entries or slices of x picked by their coordinates."""
    x, index = inputs[0], inputs[1]
    depth = index.size(-1)
    if x.shape is None or index.shape is None or depth is None:
        return copy_of(x, None)
    shape = (*index.shape[:-1], *x.shape[depth:])
    sums = sums_of(x)
    kept = sums if sums and -sums[0] <= len(x.shape) - depth else None
    log = x.log_probabilities
    return copy_of(x, shape, sums=kept, log=log if log is not None and -log <= len(x.shape) - depth else None)


def tile(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = x repeated along its axes: n copies along a distribution's axis sum to n."""
    x, times = inputs[0], sizes(inputs[1])
    if x.shape is None or times is None or len(times) != len(x.shape):
        return copy_of(x, None if times is None else (None,) * len(times))
    shape = tuple(product(pair) for pair in zip(x.shape, times, strict=True))
    sums, log = sums_of(x), x.log_probabilities
    count = times[sums[0]] if sums else None
    scaled: Sums = (sums[0], sums[1] * count) if sums and count is not None else None
    return copy_of(x, shape, sums=scaled, log=log if log is not None and times[log] == 1 else None)


def broadcast_to(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = x repeated to a shape."""
    x, wanted = inputs[0], sizes(inputs[1])
    shape = broadcast(x.shape, wanted) if wanted is not None else None
    sums, log = sums_of(x), x.log_probabilities
    if shape is None:
        return copy_of(x, wanted)

    def same(axis: int) -> bool:
        return x.size(axis) is not None and (wanted is None or x.size(axis) == shape[axis])

    return copy_of(
        x,
        shape,
        sums=sums if sums and same(sums[0]) else None,
        log=log if log is not None and same(log) else None,
    )


def pad(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = x with a border of 0 (PadV2: of a number)."""
    x, border = inputs[0], inputs[2] if len(inputs) > 2 else None
    image = x.interval.join(ZERO if border is None else border.interval)
    return result((x,), _padded(x.shape, inputs[1]), x.dtype, image)


def _padded(shape: Shape, paddings: Tensor) -> Shape:
    if shape is None:
        return None
    numbers = integers(paddings)
    if numbers is None or len(numbers) != 2 * len(shape):
        return (None,) * len(shape)
    return tuple(
        None if size is None else size + before + after
        for size, before, after in zip(shape, numbers[::2], numbers[1::2], strict=True)
    )


def mirror_pad(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = x with a border that mirrors it: distributions along axes without one stay such."""
    x, numbers, sums = inputs[0], integers(inputs[1]), sums_of(inputs[0])
    bare = sums is not None and numbers is not None and not any(numbers[2 * sums[0] :][:2])
    return copy_of(x, _padded(x.shape, inputs[1]), sums=sums if bare else None)


def turned(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = x with its order along some axes turned round or shifted: sums stay (Reverse, Roll)."""
    x = inputs[0]
    return copy_of(x, x.shape, sums=sums_of(x), log=x.log_probabilities)


def shuffled(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = the values of x in another order and shape, followed for blocks of channels that go into space."""
    x = inputs[0]
    blocks = node.op in ("SpaceToDepth", "DepthToSpace")
    if x.rank != 4 or x.shape is None or not (blocks or node.op == "ExtractImagePatches"):
        return copy_of(x, None)
    size = node.attrs.get("block_size") if node.attrs.get("data_format", "NHWC") == "NHWC" else None
    if blocks and isinstance(size, int) and size > 0:
        return copy_of(x, _in_blocks(x.shape, size, node.op))
    return copy_of(x, (x.shape[0], None, None, None))


def _in_blocks(shape: tuple[int | None, ...], size: int, op: str) -> Shape:
    """Return the shape of an image whose blocks of pixels become channels, or the other way round."""
    n, high, wide, channels = shape
    if op == "DepthToSpace":
        return n, *(m and m * size for m in (high, wide)), channels and channels // (size * size)
    return n, *(m and m // size for m in (high, wide)), channels and channels * size * size


def batch_moved(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = blocks of space moved into the batch (padded with 0) or back: the channels stay whole."""
    x = inputs[0]
    image = x.interval.join(ZERO) if node.op.startswith("SpaceToBatch") else x.interval
    shape = None if x.shape is None else (*(None,) * (len(x.shape) - 1), x.shape[-1])
    back = node.op.startswith("BatchToSpace")
    return result((x,), shape, x.dtype, image, sums=sums_of(x) if back and x.sums_to_one == -1 else None)


def part_turned(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = x with the beginning of each row turned round: marks of that axis may go, so all do."""
    return copy_of(inputs[0], inputs[0].shape)


LAWS: dict[str, Law] = {
    "Cast": cast,
    "Gather": gather,
    "GatherV2": gather,
    "ResourceGather": embedding,
    "GatherNd": gather_nd,
    "ResourceGatherNd": gather_nd,
    "Tile": tile,
    "BroadcastTo": broadcast_to,
    "Pad": pad,
    "PadV2": pad,
    "MirrorPad": mirror_pad,
    **dict.fromkeys(("Reverse", "ReverseV2", "Roll"), turned),
    "ReverseSequence": part_turned,
    **dict.fromkeys(
        ("SpaceToDepth", "DepthToSpace", "ExtractImagePatches", "ExtractVolumePatches"), shuffled
    ),
    **dict.fromkeys(("SpaceToBatch", "SpaceToBatchND", "BatchToSpace", "BatchToSpaceND"), batch_moved),
}
