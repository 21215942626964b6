from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from logitcheck.analysis.context import WeightFacts
from logitcheck.analysis.weights import scan, weight_facts
from logitcheck.errors import NotAudited
from logitcheck.model import Model, WeightRef


class Source:
    """Gives an array in pieces of three."""

    def __init__(self, array: np.ndarray):
        self.whole = array

    def chunks(self, key: str) -> Iterator[np.ndarray]:
        if key == "lost":
            raise NotAudited("the bytes are gone")
        flat = self.whole.ravel()
        for start in range(0, flat.size, 3):
            yield flat[start : start + 3]

    def array(self, key: str) -> np.ndarray:
        return self.whole


def scanned(array: np.ndarray, key: str = "w"):
    model = Model(
        "m", "keras-hdf5", weights=(WeightRef(key, array.shape, array.dtype.name),), source=Source(array)
    )
    return scan(model)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_nan_and_inf_are_counted_and_located(dtype: str) -> None:
    array = np.zeros((2, 4), dtype)
    array[1, 1], array[1, 2], array[1, 3] = np.nan, -np.inf, 7.0
    found = scanned(array)["w"]
    assert (found.nan, found.inf, found.index) == (1, 1, (1, 1))
    assert (found.low, found.high) == (0.0, 7.0)


def test_finite_numbers_have_a_range() -> None:
    scans = scanned(np.array([3.0, -1.0, 2.0, 5.0], np.float32))
    assert scans["w"].index is None
    assert weight_facts(scans)("w") == WeightFacts(-1.0, 5.0, False, False)


def test_nothing_but_nan_has_no_range() -> None:
    assert weight_facts(scanned(np.full(4, np.nan, np.float32)))("w") is None


def test_what_cannot_be_read_is_said() -> None:
    found = scanned(np.zeros(3, np.float32), "lost")["lost"]
    assert found.unreadable == "the bytes are gone"
    assert weight_facts({"lost": found})("lost") is None


def test_integers_and_absent_sources_are_left_out() -> None:
    assert scanned(np.zeros(3, np.int32)) == {}
    assert scan(Model("m", "saved-model", weights=(WeightRef("w", (1,), "float32"),))) == {}
