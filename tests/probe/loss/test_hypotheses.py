"""What a loss may come to, against figures from the literature, and which of these a measured one is."""

from __future__ import annotations

import math

import numpy as np
import pytest

from logitcheck.probe.loss.hypotheses import Shown, hypotheses
from logitcheck.probe.loss.kinds import SCORES, SOFTMAX, UNIT, kind_of, labels, rows_of
from logitcheck.probe.loss.verdict import judged
from logitcheck.probe.protocol import LossPlan

SPARSE = LossPlan("sparse_categorical_crossentropy", True)
BINARY = LossPlan("binary_crossentropy", True)


def only(loss, values, kind, scores=None):
    return {
        n: [f.tolist() for f in forms] for n, forms in hypotheses(loss, Shown(values, scores, kind)).items()
    }


@pytest.mark.parametrize(("classes", "floor"), [(5, 0.9048), (10, 1.4612), (100, 3.6222)])
def test_a_perfect_doubled_softmax_costs_the_floor(classes, floor):
    told = only(SPARSE, np.eye(classes), SOFTMAX)
    assert told["softmax-twice"][0] == pytest.approx([floor] * classes, abs=1e-4)
    assert told["logits"][0] == pytest.approx([0] * classes)


def test_a_perfect_doubled_sigmoid_costs_what_it_must():
    told = only(BINARY, np.array([[0.0], [1.0]]), UNIT, np.array([[-50.0], [50.0]]))
    assert told["sigmoid-twice"][0] == pytest.approx([math.log(2), math.log(1 + math.exp(-1))])
    assert told["logits"][0] == pytest.approx([0, 0], abs=1e-9)


def test_clipped_scores_are_what_keras_clips():
    told = only(SPARSE._replace(from_logits=False), np.array([[3.0, -2.0], [0.5, 4.0]]), SCORES)
    assert told["clipped-scores"][0] == pytest.approx([0, math.log(1.5)], abs=1e-6)
    assert told["logits"][0] == pytest.approx([math.log1p(math.exp(-5)), math.log1p(math.exp(-3.5))])


def test_labels_are_smoothed_as_keras_smooths_them():
    loss = LossPlan("categorical_crossentropy", False, label_smoothing=0.3)
    (first, *_) = only(loss, np.array([[0.7, 0.2, 0.1]]), SOFTMAX)["as-declared"]
    assert first == pytest.approx([-0.8 * math.log(0.7) - 0.1 * math.log(0.2) - 0.1 * math.log(0.1)])


def test_focal_losses_weigh_down_what_is_sure():
    loss = LossPlan("categorical_focal_crossentropy", False, config={"gamma": 2.0, "alpha": 0.25})
    (first, *_) = only(loss, np.array([[0.9, 0.1]]), SOFTMAX)["as-declared"]
    assert first == pytest.approx([-0.25 * 0.1**2 * math.log(0.9)])


@pytest.mark.parametrize(
    ("values", "head", "kind"),
    [
        ([[0.3, 0.7]], "", SOFTMAX),
        ([[0.3, 0.6]], "", UNIT),
        ([[0.3, 0.7]], "Sigmoid", UNIT),
        ([[0.3, 0.7]], "BiasAdd", SCORES),
        ([[0.3, 1.7]], "", SCORES),
        ([[1.0], [1.0]], "Softmax", SOFTMAX),
    ],
)
def test_kind_of_values(values, head, kind):
    assert kind_of(np.array(values), head) == kind


def test_rows_have_the_class_axis_last_and_every_class_has_its_turn():
    assert rows_of(np.zeros((4, 3, 5)), 1).shape == (20, 3)
    assert labels("sparse", 4, 3).argmax(-1).tolist() == [0, 1, 2, 0]
    assert labels("binary", 2, 3).tolist() == [[0, 1, 0], [1, 0, 1]]


def test_the_hypothesis_that_agrees_everywhere_is_named():
    one, other = np.array([1.0, 2.0]), np.array([1.0, 3.0])
    told = judged(one.copy(), {"logits": [one], "softmax-twice": [other]}, "float32")
    assert (told["value"], told["is"], told["hypotheses"]) == (
        1.5,
        "logits",
        {"logits": 1.5, "softmax-twice": 2},
    )
    assert judged(one, {"logits": [one], "softmax-twice": [one]}, "float32")["is"] == "unknown"
    assert judged(one, {"logits": [one], "as-declared": [one]}, "float32")["is"] == "as-declared"
    assert judged(one, {"logits": [other]}, "float32")["is"] == "unknown"


def test_places_without_a_finite_loss_are_counted_and_left_out():
    measured = np.array([np.nan, 2.0])
    told = judged(measured, {"normalised-scores": [np.array([np.nan, 2.0])]}, "float32")
    assert (told["is"], told["rows"], told["not_finite"]) == ("normalised-scores", 1, 1)
    assert judged(np.array([np.inf]), {}, "float32")["value"] is None
