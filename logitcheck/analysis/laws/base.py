"""Tools all laws share: making a result, marks of sums, shapes under broadcasting, axes from constants."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence

from logitcheck.analysis.context import Context
from logitcheck.analysis.interval import REALS, Interval
from logitcheck.analysis.tensor import Tensor
from logitcheck.graph import Node, Shape

Law = Callable[[Node, list[Tensor], Context], "Tensor | tuple[Tensor, ...]"]
"""Facts about an op's outputs from facts about its inputs."""

INF = math.inf
LARGEST = {
    "float16": 65504.0,
    "bfloat16": 3.3895e38,
    "float32": 3.4028235e38,
    "float64": 1.7976931348623157e308,
}
"""The largest finite number of each float dtype."""

INTEGERS = {
    **{f"int{bits}": Interval(-(2.0 ** (bits - 1)), 2.0 ** (bits - 1) - 1) for bits in (8, 16, 32, 64)},
    **{f"uint{bits}": Interval(0.0, 2.0**bits - 1) for bits in (8, 16, 32, 64)},
}
"""What each integer dtype holds: an overflow wraps round, so nothing lies outside."""

Sums = tuple[int, float] | None
"""Axis counted from the end, and the constant that nonnegative values sum to along it."""


def is_float(dtype: str | None) -> bool:
    """Tell whether NaN and Inf can occur: float, complex or unknown."""
    return dtype is None or "float" in dtype or "complex" in dtype


def result(
    inputs: Sequence[Tensor],
    shape: Shape,
    dtype: str | None,
    interval: Interval = REALS,
    *,
    nan: bool = False,
    inf: bool = False,
    sums: Sums = None,
    log: int | None = None,
    trained: bool = False,
) -> Tensor:
    """Return a tensor computed from ``inputs``; ``nan`` and ``inf`` say what the op adds to what they carry.

    An unknown input makes it unknown, unless a bound or a mark holds whatever the input is, or the values
    are those of a layer of its own weights (``trained``), which no unknown input can keep in bounds.
    """
    one = sums is not None and abs(sums[1] - 1.0) <= 1e-6
    if sums is not None:
        interval = _within_sum(interval, 1.0 if one else sums[1])
    low, high = interval[0], interval[1]
    cause: str | None = None
    tainted = False
    for tensor in inputs:
        nan = nan or tensor.may_nan
        inf = inf or tensor.may_inf
        if not tensor.known or tensor.cause:
            tainted, cause = True, cause or tensor.cause
    bounded = low > -INF and high < INF
    if bounded:
        inf = max(high, -low) > LARGEST.get(dtype or "", INF)
    if not is_float(dtype):
        nan = inf = False
    settled = bounded or trained or not tainted or sums is not None or log is not None
    if settled and not bounded and dtype in INTEGERS:
        interval = interval.meet(INTEGERS[dtype])
        low, high = interval[0], interval[1]
    return Tensor(
        shape,
        dtype,
        interval,
        sums[0] if sums and one else None,
        log,
        nan,
        inf,
        known=settled or low > -INF or high < INF,
        cause=None if settled else cause,
        scaled_sum=None if one else sums,
    )


def _within_sum(interval: Interval, total: float) -> Interval:
    """Return the range of nonnegative values that sum to ``total``: none is larger than that."""
    low, high, low_open, high_open = interval
    return Interval(max(low, 0.0), min(high, total), low_open and low >= 0, high_open and high <= total)


def sums_of(tensor: Tensor) -> Sums:
    """Return the axis and constant a tensor's values sum to, None where they do not."""
    return tensor.scaled_sum if tensor.sums_to_one is None else (tensor.sums_to_one, 1.0)


def broadcast(a: Shape, b: Shape) -> Shape:
    """Return the shape of an elementwise op on two tensors; an unknown size against 1 stays unknown."""
    if a is None or b is None:
        return None
    if len(a) < len(b):
        a, b = b, a
    if not b or a == b:
        return a
    outer = len(a) - len(b)
    return a[:outer] + tuple(map(_wider, a[outer:], b))


def _wider(m: int | None, n: int | None) -> int | None:
    if m == n or n == 1:
        return m
    if m == 1:
        return n
    return n if m is None else m


def join_shapes(a: Shape, b: Shape) -> Shape:
    """Return the shape that covers both: sizes that differ become unknown."""
    if a is None or b is None or len(a) != len(b):
        return None
    return tuple(m if m == n else None for m, n in zip(a, b, strict=True))


def join(a: Tensor, b: Tensor) -> Tensor:
    """Return what holds of a tensor that is either; constants are kept where they are the same."""
    if a is b:
        return a
    same = a.value is not None and b.value is not None and _same_numbers(a.value, b.value)
    return Tensor(
        shape=join_shapes(a.shape, b.shape),
        dtype=a.dtype or b.dtype,
        interval=a.interval.join(b.interval),
        sums_to_one=a.sums_to_one if a.sums_to_one == b.sums_to_one else None,
        log_probabilities=a.log_probabilities if a.log_probabilities == b.log_probabilities else None,
        may_nan=a.may_nan or b.may_nan,
        may_inf=a.may_inf or b.may_inf,
        value=a.value if same else None,
        shape_value=join_shapes(a.shape_value, b.shape_value),
        known=a.known and b.known,
        cause=a.cause or b.cause,
        scaled_sum=a.scaled_sum if a.scaled_sum == b.scaled_sum else None,
    )


def _same_numbers(a: object, b: object) -> bool:
    return a is b or getattr(a, "tolist", lambda: a)() == getattr(b, "tolist", lambda: b)()


def integers(tensor: Tensor) -> tuple[int, ...] | None:
    """Return the entries of a constant integer scalar or vector, None where any is unknown."""
    if tensor.value is not None:
        return tuple(int(x) for x in tensor.value.ravel().tolist())
    entries = tensor.shape_value
    if entries is None or None in entries:
        return None
    return tuple(x for x in entries if x is not None)


def sizes(tensor: Tensor) -> tuple[int | None, ...] | None:
    """Return the entries of a shape vector, None for each unknown one; None where its length is unknown."""
    if tensor.shape_value is not None:
        return tensor.shape_value
    if tensor.value is not None and tensor.value.ndim == 1:
        return tuple(int(x) for x in tensor.value.tolist())
    if (
        tensor.shape is not None
        and len(tensor.shape) == 1
        and tensor.shape[0] is not None
        and tensor.shape[0] <= 32
    ):
        return (None,) * tensor.shape[0]
    return None


def from_end(axes: Iterable[int], rank: int | None) -> tuple[int, ...] | None:
    """Return axes counted from the end (negative); None where that needs an unknown rank."""
    found = tuple(axes)
    if all(axis < 0 for axis in found):
        return found
    return None if rank is None else tuple(axis if axis < 0 else axis - rank for axis in found)


def product(numbers: Iterable[int | None]) -> int | None:
    """Return the product, None where a factor is unknown."""
    total = 1
    for number in numbers:
        if number is None:
            return None
        total *= number
    return total


def constant(tensor: Tensor) -> float | None:
    """Return the one finite number that all entries are, None where they vary."""
    low, high = tensor.interval[0], tensor.interval[1]
    return low if low == high and math.isfinite(low) else None


def plus_inf(tensor: Tensor) -> bool:
    """Tell whether +Inf may be among the values."""
    return tensor.may_inf and tensor.interval[1] == INF


def minus_inf(tensor: Tensor) -> bool:
    """Tell whether -Inf may be among the values."""
    return tensor.may_inf and tensor.interval[0] == -INF


def has_zero(interval: Interval) -> bool:
    """Tell whether 0 lies inside, an open end at 0 left out."""
    low, high, low_open, high_open = interval
    return low <= 0 <= high and not (low == 0 and low_open) and not (high == 0 and high_open)


def copy_of(tensor: Tensor, shape: Shape, *, sums: Sums = None, log: int | None = None) -> Tensor:
    """Return the same values in another shape; marks are given anew, constants are dropped."""
    return result((tensor,), shape, tensor.dtype, tensor.interval, sums=sums, log=log)


def common_dtype(node: Node, inputs: Sequence[Tensor]) -> str | None:
    """Return the dtype of an elementwise op on several tensors."""
    return node.attrs.get("T") or inputs[0].dtype or inputs[-1].dtype


def marked_axis(tensor: Tensor) -> int | None:
    """Return the axis of whichever mark a tensor has."""
    sums = sums_of(tensor)
    return sums[0] if sums else tensor.log_probabilities


def moved(tensor: Tensor, shape: Shape, to: int | None, from_: int | None) -> Tensor:
    """Return the same values in a new shape, the marked axis at ``to`` if it was at ``from_``."""
    sums, log = sums_of(tensor), tensor.log_probabilities
    kept = (to, sums[1]) if sums and to is not None and sums[0] == from_ else None
    return copy_of(tensor, shape, sums=kept, log=to if log is not None and log == from_ else None)
