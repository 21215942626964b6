"""What the stored numbers are: NaN and Inf counted and located, smallest and largest, one streaming pass.

A minimum and a maximum cost two fast passes and carry every NaN and Inf with them, so that only a tensor that
holds one is looked at again. Memory is bounded by the size of a chunk.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from logitcheck.analysis.context import WeightFacts
from logitcheck.model import Model, WeightRef, WeightSource
from logitcheck.record import dataclass

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]

BAD = (-math.inf, math.inf)
"""Stands for the range of a tensor that holds a NaN or an Inf, and stays so when more of it is met."""

FLOATS = ("float16", "bfloat16", "float32", "float64")


@dataclass(frozen=True)
class WeightScan:
    """What one stored float tensor holds."""

    ref: WeightRef
    low: float
    """Smallest finite number; +Inf where there is none."""

    high: float
    """Largest finite number; -Inf where there is none."""

    nan: int = 0
    inf: int = 0
    first: int | None = None
    """Flat index of the first NaN or Inf."""

    unreadable: str | None = None
    """Why its bytes could not be read, None where they were."""

    @property
    def index(self) -> tuple[int, ...] | None:
        """Index of the first NaN or Inf in the tensor's shape."""
        if self.first is None:
            return None
        rest, found = self.first, []
        for size in reversed(self.ref.shape):
            rest, place = divmod(rest, max(size, 1))
            found.append(place)
        return tuple(reversed(found))


def scan(model: Model) -> Mapping[str, WeightScan]:
    """Return the scan of every float tensor of a model by key; nothing where it has no numbers."""
    source = model.source
    if source is None:
        return {}
    floats = [ref for ref in model.weights if ref.dtype in FLOATS]
    ends = _finite(source, [ref.key for ref in floats])
    return {
        ref.key: WeightScan(ref, *ends[ref.key]) if ref.key in ends else _scan(ref, source) for ref in floats
    }


def weight_facts(scans: Mapping[str, WeightScan]) -> Callable[[str], WeightFacts | None]:
    """Return the interpreter's weight hook over finished scans."""

    def facts(key: str) -> WeightFacts | None:
        found = scans.get(key)
        if found is None or found.unreadable is not None or found.low > found.high:
            return None
        return WeightFacts(found.low, found.high, found.nan > 0, found.inf > 0)

    return facts


def _finite(source: WeightSource, keys: Sequence[str]) -> dict[str, tuple[float, float]]:
    """Return the smallest and the largest number of tensors that hold finite ones only, by key.

    Only sources that know a tensor's neighbours have ``blocks``, and what they leave out is looked at alone.
    """
    blocks = getattr(source, "blocks", None)
    if blocks is None:
        return {}
    import numpy as np

    from logitcheck.errors import NotAudited

    found: dict[str, tuple[float, float]] = {}
    try:
        with np.errstate(all="ignore"):  # what stands between two tensors is anything
            for names, bounds, numbers in blocks(keys):
                # A tensor's entry, that of the gap behind it, and so on; the last one's end bounds nothing.
                lows = np.minimum.reduceat(numbers, bounds[:-1])[::2].tolist()
                highs = np.maximum.reduceat(numbers, bounds[:-1])[::2].tolist()
                for key, low, high in zip(names, lows, highs, strict=True):
                    before = found.get(key, (low, high))
                    sound = math.isfinite(low) and math.isfinite(high)
                    found[key] = (min(before[0], low), max(before[1], high)) if sound else BAD
    except (NotAudited, OSError):
        return {}
    return {key: ends for key, ends in found.items() if ends != BAD}


def _scan(ref: WeightRef, source: WeightSource) -> WeightScan:
    from logitcheck.errors import NotAudited

    low, high, nan, inf, first, seen = math.inf, -math.inf, 0, 0, None, 0
    try:
        for chunk in source.chunks(ref.key):
            if chunk.size == 0:
                continue
            bottom, top = float(chunk.min()), float(chunk.max())
            if not (math.isfinite(bottom) and math.isfinite(top)):
                bottom, top, bad_nan, bad_inf, place = _located(chunk)
                nan, inf = nan + bad_nan, inf + bad_inf
                first = seen + place if first is None else first
            low, high, seen = min(low, bottom), max(high, top), seen + chunk.size
    except (KeyError, NotAudited) as problem:
        return WeightScan(ref, low, high, unreadable=str(problem))
    return WeightScan(ref, low, high, nan, inf, first)


def _located(chunk: Array) -> tuple[float, float, int, int, int]:
    """Return finite minimum and maximum, the counts of NaN and Inf, and where the first of them stands."""
    import numpy as np

    bad = ~np.isfinite(chunk)
    nan = int(np.isnan(chunk).sum())
    finite = chunk[~bad]
    ends = (float(finite.min()), float(finite.max())) if finite.size else (math.inf, -math.inf)
    return (*ends, nan, int(bad.sum()) - nan, int(bad.argmax()))
