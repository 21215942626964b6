"""What is tried lies in the declared range, whatever the kind of chance."""

from __future__ import annotations

from itertools import islice

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from logitcheck.probe.hunt.candidates import RANDOM, Space, candidates

numbers = st.floats(-1e6, 1e6, width=32)


@settings(max_examples=25, deadline=None)
@given(
    ends=st.tuples(numbers, numbers).map(sorted),
    shape=st.sampled_from([(), (4,), (3, 5), (2, 3, 4)]),
    dtype=st.sampled_from(["float32", "float16", "float64", "int32", "uint8", "bool", "bfloat16"]),
)
def test_every_candidate_keeps_shape_dtype_and_range(ends, shape, dtype):
    if dtype in ("int32", "uint8"):
        ends = [0.0, 200.0]
    space = Space("x", shape, dtype, *ends)
    for candidate in islice(candidates([space], np.random.default_rng(0)), 40):
        array = candidate.arrays[0]
        assert array.shape == shape
        assert array.dtype == np.dtype("float32" if dtype == "bfloat16" else dtype)
        if dtype not in ("bool", "float16"):  # float16 has none of the large numbers
            assert array.min() >= np.float64(ends[0])
            assert array.max() <= np.float64(ends[1])


def test_corners_of_two_inputs_are_mixed():
    spaces = [Space(name, (2,), "float32", -1.0, 1.0) for name in "ab"]
    first = list(islice(candidates(spaces, np.random.default_rng(0)), 14))
    corners = {(float(a[0]), float(b[0])) for _, (a, b) in first}
    assert {(-1.0, 1.0), (1.0, -1.0), (0.0, 1.0)} <= corners


def test_equal_inputs_are_tried_as_such():
    spaces = [Space(name, (2, 3), "float32", -1.0, 1.0) for name in "ab"]
    tried = islice(candidates(spaces, np.random.default_rng(0)), 14 + len(RANDOM))
    assert any((c.arrays[0] == c.arrays[1]).all() for c in tried if c.family == "equal")


@pytest.mark.parametrize("family", ["one-hot", "one-row", "even-rows"])
def test_kinds_of_chance_are_what_they_are_called(family):
    values = RANDOM[family](Space("x", (4, 6), "float32", 0.0, 1.0), np.random.default_rng(0))
    if family == "one-hot":
        assert (values.sum(axis=1) == 1).all()
    elif family == "one-row":
        assert (values == values[0]).all()
    else:
        assert (values == values[:, :1]).all()
        assert len(np.unique(values[:, 0])) == 4
