from __future__ import annotations

import math

import numpy as np
import pytest

from logitcheck.analysis.head_bias import _lead


@pytest.mark.parametrize(
    ("bias", "kernel", "lead"),
    [
        ([6.0, 0.0, 0.0], [[0.0, 3.0, 0.0], [0.0, 0.0, 3.0]], 2.0),
        ([-4.0], [[1.0], [0.0]], 4.0),
        ([5.0], [[3.0], [4.0]], 1.0),
        ([1.0, 0.0], [[2.0, 2.0]], math.inf),
        ([0.0, 0.0], [[2.0, 2.0]], 0.0),
    ],
)
def test_the_lead_is_measured_by_what_the_kernel_adds(
    bias: list[float], kernel: list[list[float]], lead: float
) -> None:
    assert _lead(np.array(bias), np.array(kernel)) == pytest.approx(lead)


def test_without_a_kernel_of_that_size_there_is_none() -> None:
    assert _lead(np.array([1.0, 0.0]), None) is None
    assert _lead(np.array([1.0, 0.0]), np.ones((3, 4))) is None
