"""Real intervals with open or closed ends; the numbers a float tensor may hold, NaN apart."""

from __future__ import annotations

import math
from typing import NamedTuple


class Interval(NamedTuple):
    """All x with ``low <= x <= high``; an end marked open is not reached itself.

    Infinite ends belong to the set only where the tensor's ``may_inf`` says so. Bounds are of real numbers:
    ``low_open`` means "not reached in exact numbers"; rounding can still reach it, which is what
    ``Tensor.may_underflow`` and the numeric rules are about.
    """

    low: float
    high: float
    low_open: bool = False
    high_open: bool = False

    def __contains__(self, x: object) -> bool:
        """Tell whether a number lies inside (open ends still admit rounding and are counted inside)."""
        return isinstance(x, (int, float)) and self.low <= x <= self.high

    @property
    def bounded(self) -> bool:
        """Whether both ends are finite."""
        return math.isfinite(self.low) and math.isfinite(self.high)

    def join(self, other: Interval) -> Interval:
        """Return the smallest interval that holds both."""
        if self == other:
            return self
        low = min((self.low, self.low_open), (other.low, other.low_open))
        high = max((self.high, not self.high_open), (other.high, not other.high_open))
        return Interval(low[0], high[0], low[1], not high[1])

    def meet(self, other: Interval) -> Interval:
        """Return what both hold; where they do not touch, the nearer end of ``self``."""
        low = max((self.low, self.low_open), (other.low, other.low_open))
        high = min((self.high, not self.high_open), (other.high, not other.high_open))
        if low[0] > high[0]:
            end = self.high if other.low > self.high else self.low
            return Interval(end, end)
        return Interval(low[0], high[0], low[1], not high[1])


REALS = Interval(-math.inf, math.inf)
NONNEGATIVE = Interval(0.0, math.inf)
UNIT = Interval(0.0, 1.0)


def point(x: float) -> Interval:
    """Return the interval that holds one number."""
    return Interval(x, x)
