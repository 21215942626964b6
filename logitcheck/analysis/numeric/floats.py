"""What a dtype can hold, and intervals as floats reach them: both ends rounded, both ends closed.

The laws bound exact arithmetic, where ``sigmoid(x) < 1`` and ``exp(x) > 0``. A float rounds and underflows:
``1 - sigmoid(20)`` is 0 in float32. So every bound is rounded to the dtype before the next op reads it, and
an open end that an underflow or a rounding reaches becomes a closed one.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from logitcheck.analysis.interval import Interval


class Limits(NamedTuple):
    """The figures of one float dtype (IEEE 754; bfloat16 is float32 cut to 8 bits of significand)."""

    name: str
    largest: float
    """Largest finite number."""

    smallest: float
    """Smallest positive number that is not flushed to 0: subnormals of float32 and bfloat16 are flushed by
    the kernels, those of float16 are not, since it is computed in float32.
    """

    step: float
    """Distance from 1 to the next number."""

    @property
    def exp_limit(self) -> float:
        """The largest x whose exponential is finite: 11.09 in float16, 88.72 in float32."""
        return math.log(self.largest)


LIMITS = {
    "float16": Limits("float16", 65504.0, 2.0**-24, 2.0**-10),
    "bfloat16": Limits("bfloat16", 3.3895313892515355e38, 2.0**-126, 2.0**-7),
    "float32": Limits("float32", 3.4028234663852886e38, 2.0**-126, 2.0**-23),
    "float64": Limits("float64", 1.7976931348623157e308, 2.0**-1022, 2.0**-52),
}


def limits(dtype: str | None) -> Limits:
    """Return a dtype's figures, those of float32 where it is no float or unknown."""
    return LIMITS.get(dtype or "float32") or LIMITS["float32"]


def is_real(dtype: str | None) -> bool:
    """Tell whether a dtype is one of the floats."""
    return dtype in LIMITS


def rounded(x: float, dtype: str | None) -> float:
    """Return the float of this dtype nearest to ``x``: infinite beyond its range, 0 where it is flushed."""
    figures = LIMITS.get(dtype or "")
    if figures is None or x == 0 or not math.isfinite(x):
        return x
    if abs(x) < figures.smallest / (2 if figures.name == "float16" else 1):
        return 0.0
    _, exponent = math.frexp(x)
    step = max(math.ldexp(figures.step, exponent - 1), figures.smallest * (figures.name == "float16"))
    near = round(x / step) * step if step > 0 and abs(x / step) < 2.0**53 else x
    return math.copysign(math.inf, x) if abs(near) > figures.largest else near


def above(x: float, dtype: str | None) -> float:
    """Return the next float of this dtype greater than ``x``."""
    figures = limits(dtype)
    if x == 0:
        return figures.smallest
    if not math.isfinite(x):
        return x
    fraction, exponent = math.frexp(x)
    step = math.ldexp(figures.step, exponent - 1)
    step = max(step / 2 if fraction == -0.5 else step, figures.smallest * figures.step)
    return max(x + step, rounded(x + step, dtype))


def below(x: float, dtype: str | None) -> float:
    """Return the next float of this dtype less than ``x``."""
    return -above(-x, dtype)


def settle(bounds: Interval, dtype: str | None) -> Interval:
    """Return an interval as floats of a dtype reach it: ends rounded, open ends closed.

    Open ends of laws are limits (of sigmoid, exp, softmax, tanh), and those are reached by rounding.
    """
    if not is_real(dtype):
        return Interval(bounds.low, bounds.high)
    low, high = rounded(bounds.low, dtype), rounded(bounds.high, dtype)
    return Interval(low, max(low, high))
