"""Arithmetic on intervals, open ends included (Moore, Interval Analysis, 1966)."""

from __future__ import annotations

import math
from collections.abc import Callable

from logitcheck.analysis.interval import REALS, Interval

INF = math.inf


def add(a: Interval, b: Interval) -> Interval:
    """Return [a.low + b.low, a.high + b.high]; an end is open where either of its parts is."""
    low, high = a[0] + b[0], a[1] + b[1]
    return Interval(low, high, (a[2] or b[2]) and low > -INF, (a[3] or b[3]) and high < INF)


def negate(a: Interval) -> Interval:
    """Return [-high, -low]."""
    return Interval(-a[1], -a[0], a[3], a[2])


def subtract(a: Interval, b: Interval) -> Interval:
    """Return a + (-b)."""
    return add(a, negate(b))


def multiply(a: Interval, b: Interval) -> Interval:
    """Return the hull of the four products of ends; 0 times infinity is 0, since infinity is not reached."""
    if not (a[2] or a[3] or b[2] or b[3]):
        products = [0.0 if x == 0 or y == 0 else x * y for x in a[:2] for y in b[:2]]
        return Interval(min(products), max(products))
    ends = [
        _times(x, p, y, q) for x, p in ((a[0], a[2]), (a[1], a[3])) for y, q in ((b[0], b[2]), (b[1], b[3]))
    ]
    low = min(end for end, _ in ends)
    high = max(end for end, _ in ends)
    low_open = low > -INF and all(is_open for end, is_open in ends if end == low)
    high_open = high < INF and all(is_open for end, is_open in ends if end == high)
    return Interval(low, high, low_open, high_open)


def _times(x: float, x_open: bool, y: float, y_open: bool) -> tuple[float, bool]:
    if x == 0 or y == 0:
        closed_zero = (x == 0 and not x_open) or (y == 0 and not y_open)
        return 0.0, not closed_zero
    return x * y, x_open or y_open


def reciprocal(a: Interval) -> Interval:
    """Return [1 / high, 1 / low] on one side of 0, everything where 0 lies strictly inside."""
    low, high, low_open, high_open = a
    if low < 0 < high:
        return REALS
    if low >= 0:
        top = INF if low == 0 else _over(low)
        return Interval(_over(high), top, high_open or high == INF, low_open and top < INF)
    bottom = -INF if high == 0 else _over(high)
    return Interval(bottom, _over(low), high_open and bottom > -INF, low_open or low == -INF)


def _over(x: float) -> float:
    if x == 0:
        return INF
    return 1.0 / x


def divide(a: Interval, b: Interval) -> Interval:
    """Return a times 1 / b; everything where b may be 0 with either sign."""
    return multiply(a, reciprocal(b))


def maximum(a: Interval, b: Interval) -> Interval:
    """Return [max of lows, max of highs]; an end is open only where no closed one reaches it."""
    low = max((a[0], a[2]), (b[0], b[2]))
    high = max((a[1], not a[3]), (b[1], not b[3]))
    return Interval(low[0], high[0], low[1], not high[1])


def minimum(a: Interval, b: Interval) -> Interval:
    """Return [min of lows, min of highs]."""
    return negate(maximum(negate(a), negate(b)))


def square(a: Interval) -> Interval:
    """Return the range of x², which is not negative."""
    return power(magnitude(a), 2.0)


def magnitude(a: Interval) -> Interval:
    """Return the range of |x|."""
    low, high, low_open, high_open = a
    if low >= 0:
        return a
    if high <= 0:
        return negate(a)
    top = max((-low, not low_open), (high, not high_open))
    return Interval(0.0, top[0], False, not top[1])


def power(a: Interval, exponent: float) -> Interval:
    """Return the range of x**p for x ≥ 0 and a constant p: monotone, falling where p < 0."""

    def raised(x: float) -> float:
        if x <= 0:
            return 0.0 if exponent > 0 else 1.0 if exponent == 0 else INF
        try:
            return float(x**exponent)
        except OverflowError:
            return INF

    return increasing(raised, a) if exponent >= 0 else decreasing(raised, a)


def raised(a: Interval, b: Interval) -> Interval:
    """Return the range of x**y for x ≥ 0: monotone in each argument, so its ends are at the four corners."""
    ends = [_raised(x, y) for x in (a[0], a[1]) for y in (b[0], b[1])]
    return Interval(min(ends), max(ends))


def _raised(x: float, y: float) -> float:
    if y == 0 or x == 1:
        return 1.0
    if x in (0.0, INF) or math.isinf(y):
        return INF if (x > 1) == (y > 0) else 0.0
    try:
        return float(x**y)
    except OverflowError:
        return INF


def increasing(f: Callable[[float], float], a: Interval) -> Interval:
    """Return the image under a nondecreasing function; a limit at infinity is not reached."""
    low, high = f(a[0]), f(a[1])
    low_open = (a[2] or a[0] == -INF) and low > -INF
    return Interval(low, high, low_open, (a[3] or a[1] == INF) and high < INF)


def decreasing(f: Callable[[float], float], a: Interval) -> Interval:
    """Return the image under a nonincreasing function."""
    low, high = f(a[1]), f(a[0])
    low_open = (a[3] or a[1] == INF) and low > -INF
    return Interval(low, high, low_open, (a[2] or a[0] == -INF) and high < INF)


def scale(a: Interval, factor: float) -> Interval:
    """Return the range of ``factor`` times x."""
    low, high, low_open, high_open = a if factor >= 0 else negate(a)
    if factor == 0:
        return Interval(0.0, 0.0)
    size = abs(factor)
    return Interval(low * size, high * size, low_open, high_open)
