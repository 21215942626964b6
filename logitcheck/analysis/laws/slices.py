"""StridedSlice: NumPy's basic indexing, with its five masks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from logitcheck.analysis.context import Context
from logitcheck.analysis.interval import Interval
from logitcheck.analysis.laws.base import Law, copy_of, integers, sizes, sums_of
from logitcheck.analysis.tensor import Tensor
from logitcheck.graph import Node

if TYPE_CHECKING:
    Index = list[Any]

MANY = 32


def indexing(node: Node, inputs: list[Tensor], rank: int) -> Index | None:
    """Return NumPy's index, one entry an axis: slice, number, None for a new axis, "?" if unknown."""
    begin, end, step = (integers(x) for x in inputs[1:4])
    length = next((len(x) for x in (begin, end, step) if x is not None), None)
    if length is None or length > MANY:
        return None
    masks = {
        name: int(node.attrs.get(f"{name}_mask") or 0)
        for name in ("begin", "end", "ellipsis", "new_axis", "shrink_axis")
    }
    index: Index = []
    used = sum(1 for i in range(length) if not (masks["ellipsis"] | masks["new_axis"]) >> i & 1)
    for i in range(length):
        bit = {name: mask >> i & 1 for name, mask in masks.items()}
        if bit["ellipsis"]:
            index += [slice(None)] * (rank - used)
        elif bit["new_axis"]:
            index.append(None)
        elif bit["shrink_axis"]:
            index.append("one" if begin is None else begin[i])
        else:
            index.append(_part(i, begin, end, step, bit))
    taken = sum(1 for part in index if part is not None)
    return index + [slice(None)] * (rank - taken) if taken <= rank else None


def _part(
    i: int,
    begin: tuple[int, ...] | None,
    end: tuple[int, ...] | None,
    step: tuple[int, ...] | None,
    bit: dict[str, int],
) -> Any:
    """Return the slice of one axis, "?" where its ends are not constant."""
    if step is None or (begin is None and not bit["begin"]) or (end is None and not bit["end"]):
        return "?"
    low = None if bit["begin"] or begin is None else begin[i]
    high = None if bit["end"] or end is None else end[i]
    return slice(low, high, step[i])


def strided(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = x[begin : end : step]: a distribution along an axis taken whole stays one."""
    x = inputs[0]
    index = None if x.shape is None else indexing(node, inputs, len(x.shape))
    if index is None or x.shape is None:
        return copy_of(x, None)
    shape: list[int | None] = []
    places: dict[int, int] = {}
    axis = 0
    for part in index:
        if part is None:
            shape.append(1)
            continue
        if isinstance(part, slice) or part == "?":
            length = _length(x.shape[axis], part)
            if isinstance(part, slice) and _whole(part, x.shape[axis]):
                places[axis - len(x.shape)] = len(shape)
            shape.append(length)
        axis += 1
    return _with_numbers(_marked(x, tuple(shape), places), x, index)


def _whole(part: slice, size: int | None) -> bool:
    if part == slice(None) or (part.start in (None, 0) and part.stop is None and part.step in (None, 1)):
        return True
    return size is not None and len(range(size)[part]) == size


def _length(size: int | None, part: Any) -> int | None:
    if size is None or part == "?":
        return None
    return len(range(size)[part])


def _marked(x: Tensor, shape: tuple[int | None, ...], places: dict[int, int]) -> Tensor:
    sums, log = sums_of(x), x.log_probabilities
    to = {old: new - len(shape) for old, new in places.items()}
    moved = (to[sums[0]], sums[1]) if sums and sums[0] in to else None
    return copy_of(x, shape, sums=moved, log=to.get(log) if log is not None else None)


def _with_numbers(out: Tensor, x: Tensor, index: Index) -> Tensor:
    """Return the slice with its numbers, where x's are known."""
    if "?" in index or "one" in index:
        return out
    if x.value is not None:
        from logitcheck.analysis.laws.folding import with_value

        return with_value(out, x.value[tuple(index)])
    entries = sizes(x) if x.rank == 1 and not (x.dtype or "").startswith("float") else None
    if entries is None or len(index) != 1:
        return out
    if isinstance(index[0], slice):
        return out.with_(shape_value=entries[index[0]])
    entry = entries[index[0]]
    if entry is None:
        return out
    import numpy as np

    return out.with_(value=np.asarray(entry), interval=Interval(float(entry), float(entry)))


LAWS: dict[str, Law] = {"StridedSlice": strided}
