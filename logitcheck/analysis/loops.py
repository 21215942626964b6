"""Join and widening of abstract tensors: how loops and branches come to an end (Cousot & Cousot, 1977)."""

from __future__ import annotations

import math

from logitcheck.analysis.interval import Interval
from logitcheck.analysis.laws.base import join_shapes
from logitcheck.analysis.tensor import Tensor


def join(a: Tensor, b: Tensor) -> Tensor:
    """Return what holds of a tensor that is either; constants are kept where they are the same."""
    if a is b:
        return a
    same = a.value is not None and b.value is not None and _equal(a.value, b.value)
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


def _equal(a: object, b: object) -> bool:
    return a is b or getattr(a, "tolist", lambda: a)() == getattr(b, "tolist", lambda: b)()


def widen(old: Tensor, new: Tensor) -> Tensor:
    """Return ``new`` with every bound that moved since ``old`` thrown out to 0 or to infinity.

    Stopping at 0 first keeps nonnegative quantities nonnegative; a chain of widenings ends after two steps.
    """
    low, high, low_open, high_open = new.interval
    if low < old.interval[0]:
        low, low_open = (0.0, False) if low >= 0 else (-math.inf, False)
    if high > old.interval[1]:
        high, high_open = (0.0, False) if high <= 0 else (math.inf, False)
    return new.with_(interval=Interval(low, high, low_open, high_open), channels=None)


def stable(old: Tensor, new: Tensor) -> bool:
    """Tell whether a round of a loop brought nothing new; ``new`` came from joining onto ``old``."""
    return (old.value is None) == (new.value is None) and old.with_(value=None, channels=None) == new.with_(
        value=None, channels=None
    )
