"""The figures in messages, computed a second way."""

from __future__ import annotations

import numpy as np
import pytest

from logitcheck.rules.figures import (
    DOUBLED_ONE,
    DOUBLED_ZERO,
    best_doubled,
    bounded_floor,
    double_softmax_floor,
)


@pytest.mark.parametrize("classes", [2, 5, 10, 100, 1000])
def test_floor_is_the_loss_of_a_perfect_one_hot_output(classes: int) -> None:
    perfect = np.eye(classes)[0]
    again = np.exp(perfect) / np.exp(perfect).sum()
    assert double_softmax_floor(classes) == pytest.approx(-np.log(again[0]))
    assert best_doubled(classes) == pytest.approx(again[0])


def test_known_floors() -> None:
    floors = {5: 0.9048, 10: 1.4612, 100: 3.6222, 1000: 5.9095}
    assert {c: round(double_softmax_floor(c), 4) for c in floors} == floors


def test_doubled_sigmoid() -> None:
    def sigmoid(x: float) -> float:
        return float(1 / (1 + np.exp(-x)))

    assert pytest.approx(-np.log(sigmoid(1.0))) == DOUBLED_ONE
    assert pytest.approx(-np.log(1 - sigmoid(0.0))) == DOUBLED_ZERO


@pytest.mark.parametrize(("low", "high"), [(-1.0, 1.0), (0.0, 6.0), (-10.0, 10.0)])
def test_floor_of_bounded_scores_is_the_loss_of_the_best_of_them(low: float, high: float) -> None:
    best = np.array([high, low, low])
    assert bounded_floor(low, high, 3) == pytest.approx(-np.log(np.exp(high) / np.exp(best).sum()))
    one, zero = -np.log(1 / (1 + np.exp(-high))), -np.log(1 - 1 / (1 + np.exp(-low)))
    assert bounded_floor(low, high, None) == pytest.approx(max(one, zero))
