"""The probe's details in the terminal report."""

from __future__ import annotations

from typing import Any

import pytest

from logitcheck.finding import ProbeReport
from logitcheck.report.layout import to_text
from logitcheck.report.terminal_probe import LAYERS, probe_lines

NORMS = [("first", 1e-6), ("second", 1.0), ("third", 1e30), ("none", 0.0), ("broken", float("nan"))]


def shown(width: int = 100, **details: Any) -> str:
    return to_text(probe_lines(ProbeReport("ran", None, "own", details=details), verbose=True), width)


def test_gradients_are_bars_in_powers_of_ten() -> None:
    layers = [{"layer": name, "norm": norm} for name, norm in NORMS]
    text = shown(gradients={"loss": 2.25, "global_norm": 1.0, "layers": layers})
    assert [row.count("#") for row in text.splitlines() if "#" in row or "none" in row] == [4, 16, 30, 0]
    assert "loss 2.25, norm of all 1;" in text


def test_layers_tell_range_and_dead_units() -> None:
    layers = [{"layer": "a", "min": 0.0, "max": 2.5, "channels": 8, "constant": 3}, {"layer": "b"}]
    text = shown(layers={"layers": layers, "relus": [{"layer": "a", "units": 8, "dead": 2}]})
    assert "0 to 2.5; 2 of 8 units dead" in text
    assert "unknown to unknown" in text


def test_many_layers_are_cut_and_counted() -> None:
    text = shown(layers={"layers": [{"layer": f"dense_{n}", "min": 0, "max": 1} for n in range(LAYERS + 7)]})
    assert "and 7 more; JSON has them all" in text


def test_other_details_are_figures_without_the_marks_of_python() -> None:
    text = shown(versions={"keras": "3.15.1"}, repeat={"y": {"difference": 0.125}}, empty={}, rows=32)
    assert "versions: keras 3.15.1\n" in text
    assert "{" not in text and "empty" not in text and "difference 0.125" in text


@pytest.mark.parametrize("junk", [{}, {"layers": 3}, {"layers": [1, None, {"norm": "x", "layer": None}]}])
def test_details_of_any_form_are_survived(junk: dict[str, Any]) -> None:
    assert "gradients" in shown(gradients=junk)
    assert "layers" in shown(layers=junk)


def test_without_verbose_it_is_one_line() -> None:
    text = to_text(probe_lines(ProbeReport("ran", None, "own", details={"rows": 3}), verbose=False), 80)
    assert text == "  probe ran in own\n"
