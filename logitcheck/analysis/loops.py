"""Widening of abstract tensors: how loops come to an end (Cousot & Cousot, 1977)."""

from __future__ import annotations

import math

from logitcheck.analysis.interval import Interval
from logitcheck.analysis.tensor import Tensor


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
