from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from logitcheck.analysis.interval import Interval
from logitcheck.analysis.numeric.split import pieces


@settings(max_examples=50)
@given(
    st.floats(-100, 100, width=32),
    st.floats(0, 200, width=32),
    st.sets(st.floats(-50, 50, width=32), max_size=3),
    st.floats(0, 1),
)
def test_pieces_cover_the_whole(low: float, width: float, constants: set[float], share: float) -> None:
    high = float(np.float32(low + width))
    found = pieces(Interval(low, high), constants | {0.0}, "float32")
    x = min(max(float(np.float32(low + share * (high - low))), low), high)
    if 0 < abs(x) < 2.0**-126:
        x = 0.0
    assert any(part.low <= x <= part.high for part in found)
    assert all(low <= part.low <= part.high <= high for part in found)


def test_constants_are_pieces_of_their_own() -> None:
    found = pieces(Interval(-2.0, 2.0), {0.0, 0.5}, "float32")
    assert {Interval(0.0, 0.0), Interval(0.5, 0.5), Interval(-0.5, -0.5)} <= set(found)
    assert Interval(0.0, 0.0) in pieces(Interval(0.0, 2.0), {0.0}, "float32")
