"""Which rows of an answer are looked at again, and that a runtime keeps declared ranges."""

from __future__ import annotations

import numpy as np
import pytest

from logitcheck.probe.protocol import InputPlan
from logitcheck.probe.runtimes.keras_model import merged
from logitcheck.probe.topics.nonfinite import bad_rows


@pytest.mark.parametrize(
    ("answer", "rows"),
    [
        (np.array([[1.0, np.nan], [1.0, 2.0], [np.inf, 0.0]]), [0, 2]),
        (np.array([1.0, 2.0, 3.0]), []),
        (np.array(np.nan), [0, 1, 2]),
        (np.array([[np.nan, 1.0]]), [0, 1, 2]),
        (np.array([b"a", b"b", b"c"]), []),
        (np.array([1, 2, 3]), []),
    ],
)
def test_bad_rows_are_found(answer, rows):
    assert bad_rows(answer, 3) == rows


def test_what_a_runtime_knows_better_leaves_declared_ranges_alone():
    planned = (InputPlan("x", None, "float32", low=0.0, top=9.0),)
    (plan,) = merged(planned, (InputPlan("x", (None, 4), "float32"),))
    assert (plan.shape, plan.low, plan.top) == ((None, 4), 0.0, 9.0)
