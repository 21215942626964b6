from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from logitcheck.probe.hunt.candidates import Candidate, Space
from logitcheck.probe.hunt.fitting import whole
from logitcheck.probe.hunt.vary import varied

SPACES = [Space("x", (8, 3), "float32", -4.0, 4.0), Space("y", (), "float32", 0.0, 1.0)]
WHOLE = Space("n", (8, 2), "int32", 0.0, 9.0)


@given(st.integers(0, 999))
def test_variations_stay_in_the_range_and_near_the_parent(seed: int) -> None:
    rng = np.random.default_rng(seed)
    parent = Candidate(
        "best", [np.full((8, 3), 2.0, np.float32), np.array(0.5, np.float32), np.full((8, 2), 3)]
    )
    child = varied([*SPACES, WHOLE], parent, rng)
    for space, array in zip(SPACES, child.arrays[:2], strict=True):
        assert array.shape == space.shape
        assert array.dtype == np.float32
        assert ((array >= space.low) & (array <= space.high)).all()
    assert (child.arrays[2] == 3).all()


def test_equal_inputs_stay_nearly_equal_in_some_rows() -> None:
    rng = np.random.default_rng(0)
    row = np.full((8, 3), 2.0, np.float32)
    spaces = [SPACES[0], SPACES[0]._replace(node="z")]
    gaps = []
    for _ in range(20):
        one, other = varied(spaces, Candidate("best", [row, row]), rng).arrays
        gaps += list(np.abs(one - other).max(1))
    assert 0.2 < np.mean(np.array(gaps) < 1e-2) < 0.9


def test_whole_numbers_take_what_is_told_of_them() -> None:
    assert whole(0.0, 255.0, None) == (0.0, 255.0)
    assert whole(-np.inf, np.inf, None) == (0.0, 1.0)
    assert whole(-np.inf, np.inf, 10) == (0.0, 9.0)
