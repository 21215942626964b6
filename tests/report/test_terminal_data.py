"""Labels and families as lines; what the model's process tells may have any form."""

from __future__ import annotations

from typing import Any

import pytest

from logitcheck.report.layout import to_text
from logitcheck.report.terminal_data import data_lines, output_data_lines

SEEN: dict[str, Any] = {
    "data": {"file": "own.npz", "rows": 9, "complete": False, "classes": ["cat", "dog"]},
    "labels": {
        "out": {
            "rows": 9,
            "loss": {"name": "x", "value": 1.25, "floor": 0.0, "chance": 0.6931},
            "accuracy": 0.5,
            "chance": 0.5,
            "majority": 0.75,
            "majority_class": 1,
            "counts": [3, 6],
            "imbalance": 2.0,
            "weights": {"0": 1.5, "1": 0.75},
            "calibration": {"ece": 0.125, "confidence": 0.9},
            "confused": {"classes": [0, 1], "rows": 3, "of": 9},
        }
    },
    "families": {"zeros": {"out": {"rows": 1, "nan": 4}}, "normal": {"out": {"rows": 8, "min": 0, "max": 1}}},
}


def shown(details: Any, *, verbose: bool = False) -> str:
    return to_text([*output_data_lines("out", details, verbose), *data_lines(details)], 100)


def test_everything_has_its_line() -> None:
    text = shown(SEEN)
    for part in (
        "on zeros", "4 nan", "0 to 1 (8 rows)", "1.25 on your data (floor 0, chance 0.6931)",
        "50.0% [##########..........] chance 50.0%, always dog 75.0%", "cat [#######", "2 to 1",
        "class_weight={0: 1.5, 1: 0.75}", "0.125", "cat and dog most: 3 of their 9", "the time was up",
    ):  # fmt: skip
        assert part in text, (part, text)


def test_families_that_agree_are_silent_unless_asked() -> None:
    sound = {
        "families": {"zeros": {"out": {"rows": 1, "min": 0, "max": 1}}, "ones": SEEN["families"]["normal"]}
    }
    assert shown(sound) == ""
    assert "on zeros" in shown(sound, verbose=True)


@pytest.mark.parametrize("rubbish", [None, 3, "x", [], {"out": 3}, {"out": {"loss": 3, "accuracy": "x"}}])
def test_rubbish_is_survived(rubbish: Any) -> None:
    shown({"labels": rubbish, "families": rubbish, "data": rubbish})
    wrong = {"accuracy": 1.0, "counts": ["a"], "weights": {"0": "b"}, "confused": {"classes": [None, "x"]}}
    shown({"labels": {"out": {**wrong, "calibration": rubbish, "counts": rubbish}}})
