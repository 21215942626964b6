"""Widening of abstract tensors: how loops come to an end (Cousot & Cousot, 1977)."""

from __future__ import annotations

import math

from logitcheck.analysis.interval import Interval
from logitcheck.analysis.tensor import Tensor


def widen(old: Tensor, new: Tensor) -> Tensor:
    """Return ``new`` with every bound that moved since ``old`` thrown out to 0, to -1 or 1, or to infinity.

    Stopping at 0 keeps nonnegative quantities nonnegative, and stopping at 1 keeps what a layer answers step
    by step within the range of its activation; a chain of widenings ends after three steps.
    """
    low, high, low_open, high_open = new.interval
    if low < old.interval[0]:
        low, low_open = _beyond(low), False
    if high > old.interval[1]:
        high, high_open = -_beyond(-high), False
    return new.with_(interval=Interval(low, high, low_open, high_open), channels=None)


def _beyond(low: float) -> float:
    """Return the next place below a lower bound where widening stops."""
    return 0.0 if low >= 0 else -1.0 if low >= -1 else -math.inf


def stable(old: Tensor, new: Tensor) -> bool:
    """Tell whether a round of a loop brought nothing new; ``new`` came from joining onto ``old``."""
    return (old.value is None) == (new.value is None) and old.with_(value=None, channels=None) == new.with_(
        value=None, channels=None
    )
