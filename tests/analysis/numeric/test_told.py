"""Layers that scale an input tell where it lies; what they do not tell stays open."""

from __future__ import annotations

import pytest

from logitcheck.analysis.interval import Interval
from logitcheck.analysis.numeric.graph_risks import inputs_of
from logitcheck.analysis.numeric.risks import BENIGN, UNDECLARED
from logitcheck.analysis.numeric.told import told
from logitcheck.rules.sketch import dense, layer, sketch


def model_of(*layers):
    return sketch(*layers, dense(3), shape=(2,)).model


@pytest.mark.parametrize(
    ("scale", "offset", "expected"),
    [
        (1 / 255, 0.0, (0.0, 255.0)),
        (1 / 127.5, -1.0, (0.0, 255.0)),
        (-1.0, 0.0, (-1.0, 0.0)),
        (2.0, -1.0, (0.0, 1.0)),
        (0.0, 0.0, None),
        ([1.0, 2.0], 0.0, None),
    ],
)
def test_rescaling_tells_what_it_brings_to_the_unit_range(scale, offset, expected):
    model = model_of(layer("Rescaling", scale=scale, offset=offset))
    found = told(model, model.graph, "input")
    assert (found if found is None else (found.low, found.high)) == (expected and pytest.approx(expected))


def test_normalization_tells_ten_deviations_around_its_means():
    model = model_of(layer("Normalization", axis=-1, mean=[1.0, 5.0], variance=[4.0, 1.0]))
    assert told(model, model.graph, "input") == Interval(-19.0, 21.0)


def test_other_layers_and_two_readers_tell_nothing():
    model = model_of(dense(2, "relu"))
    assert told(model, model.graph, "input") is None
    model = model_of(layer("Normalization", axis=-1, mean=None, variance=None))
    assert told(model, model.graph, "input") is None


def test_a_declared_range_goes_first_and_the_severity_stays():
    model = model_of(layer("Rescaling", scale=1 / 255, offset=0.0))
    given, undeclared = inputs_of(model, model.graph, {}, UNDECLARED)
    assert (given["input"].interval.high, undeclared) == (pytest.approx(255.0), True)
    given, undeclared = inputs_of(model, model.graph, {"input": Interval(0.0, 9.0)}, UNDECLARED)
    assert (given["input"].interval, undeclared) == (Interval(0.0, 9.0), False)
    assert inputs_of(model, model.graph, {}, BENIGN)[0]["input"].interval == BENIGN
