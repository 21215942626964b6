from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from logitcheck.analysis.interval import Interval
from logitcheck.analysis.numeric.floats import above, below, limits, rounded, settle


@settings(max_examples=50)
@given(st.floats(-60000, 60000), st.sampled_from(["float16", "float32"]))
def test_rounding_is_that_of_numpy(x: float, dtype: str) -> None:
    expected = float(np.dtype(dtype).type(x))
    if 0 < abs(expected) < limits(dtype).smallest:
        expected = 0.0
    assert rounded(x, dtype) == expected


@settings(max_examples=50)
@given(st.floats(-(2.0**99), 2.0**99, width=32), st.sampled_from(["float32"]))
def test_neighbours_are_those_of_numpy(x: float, dtype: str) -> None:
    if x == 0 or abs(x) < 1e-30:
        return
    assert above(x, dtype) == float(np.nextafter(np.float32(x), np.float32(np.inf)))
    assert below(x, dtype) == float(np.nextafter(np.float32(x), np.float32(-np.inf)))


@pytest.mark.parametrize(
    ("x", "dtype", "expected"),
    [
        (1e39, "float32", math.inf),
        (70000.0, "float16", math.inf),
        (1e-8, "float16", 0.0),
        (1e-40, "float32", 0.0),
        (1e-30, "bfloat16", pytest.approx(1e-30, rel=0.01)),
        (1.0 - 2e-9, "float32", 1.0),
    ],
)
def test_ends_of_dtypes(x: float, dtype: str, expected: float) -> None:
    assert rounded(x, dtype) == expected


def test_open_ends_are_reached() -> None:
    assert settle(Interval(0.0, 1.0, True, True), "float32") == Interval(0.0, 1.0)
    assert settle(Interval(1e-50, 1 - 1e-12), "float32") == Interval(0.0, 1.0)
    assert settle(Interval(0.0, 3.0, True), "int32") == Interval(0.0, 3.0)
