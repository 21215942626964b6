"""What is said of numbers: sums, ranges, counts, constancy, differences."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from logitcheck.probe.measure import difference, figure, measure


def softmax(scores, axis=-1):
    powers = np.exp(scores - scores.max(axis=axis, keepdims=True))
    return (powers / powers.sum(axis=axis, keepdims=True)).astype(np.float32)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([-1, -2]))
def test_the_axis_of_a_softmax_is_found(seed, axis):
    scores = np.random.default_rng(seed).normal(size=(6, 4, 5))
    seen = measure("out", softmax(scores, axis), 6)
    assert seen.sum_axis == axis
    assert seen.sum_min == pytest.approx(1, abs=1e-5)
    assert seen.sum_max == pytest.approx(1, abs=1e-5)


def test_the_batch_axis_does_not_count():
    values = softmax(np.random.default_rng(0).normal(size=(4, 3)), axis=0)
    seen = measure("out", values, 4)
    assert seen.sum_axis == -1
    assert seen.sum_max != pytest.approx(1, abs=1e-3)
    assert measure("out", values[:, 0], 4).sum_axis is None


def test_a_single_answer_without_batch_axis_is_summed():
    assert measure("out", np.array([0.25, 0.75]), 8).sum_axis == -1
    assert measure("out", np.array(1.0), 8).sum_axis is None


def test_nan_infinity_zero_and_one_are_counted_apart():
    seen = measure("out", np.array([[np.nan, 0.0], [np.inf, 1.0], [-np.inf, 0.5]]), 3)
    assert (seen.nan, seen.inf, seen.exact_zero, seen.exact_one) == (1, 2, 1, 1)
    assert (seen.min, seen.max) == (0.0, 1.0)


def test_nothing_finite_leaves_no_range():
    seen = measure("out", np.full((2, 2), np.nan), 2)
    assert (seen.min, seen.max, seen.sum_axis, seen.constant) == (None, None, None, False)


def test_text_is_counted_only():
    seen = measure("out", np.array([b"cat", b"dog"], dtype=object), 2)
    assert (seen.dtype, seen.size, seen.min) == ("string", 2, None)


def test_constant_needs_rows_that_differ():
    same = np.tile([0.1, 0.9], (4, 1))
    assert measure("out", same, 4).constant
    assert not measure("out", same, 4, rows_differ=False).constant
    assert not measure("out", same + np.arange(4)[:, None], 4).constant
    assert not measure("out", same[:1], 1).constant


def test_difference_treats_nan_as_equal_to_nan():
    one = np.array([1.0, np.nan])
    assert difference(one, one.copy()) == (True, 0.0)
    assert difference(one, np.array([1.5, np.nan])) == (False, 0.5)
    assert difference(one, np.array([1.0, 2.0])) == (False, None)
    assert difference(one, np.array([1.0])) == (False, None)


def test_figures_keep_six_digits():
    assert figure(np.float32(0.1)) == 0.1
    assert figure(123456789.0) == 123457000.0
