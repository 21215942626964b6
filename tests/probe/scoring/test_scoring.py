"""Losses, classes and encodings against hand-made numbers and against Keras's own losses."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from logitcheck.probe.protocol import LossPlan, OutputPlan
from logitcheck.probe.scoring.classes import Classes
from logitcheck.probe.scoring.encoding import EncodingTally, relation
from logitcheck.probe.scoring.losses import PLAIN, per_example, softmax
from logitcheck.probe.topics.labels import LabelTally

RNG = np.random.default_rng(0)
SCORES = RNG.normal(size=(40, 4))
IDS = RNG.integers(0, 4, 40)


def told(loss, answers, labels, pieces=3):
    tally = LabelTally(OutputPlan("out", "out", loss=loss))
    for some, wanted in zip(np.array_split(answers, pieces), np.array_split(labels, pieces), strict=True):
        tally.add(some, wanted)
    return tally.told()


def test_a_softmax_under_a_sparse_loss():
    seen = told(LossPlan("sparse_categorical_crossentropy", False), softmax(SCORES), IDS)
    expected = -np.log(softmax(SCORES)[np.arange(40), IDS]).mean()
    assert seen["loss"]["value"] == pytest.approx(expected, rel=1e-5)
    assert seen["cross_entropy"] == pytest.approx(expected, rel=1e-5)
    assert seen["loss"]["floor"] == 0
    assert seen["loss"]["chance"] == pytest.approx(math.log(4), rel=1e-5)
    assert seen["accuracy"] == pytest.approx((SCORES.argmax(1) == IDS).mean(), rel=1e-5)
    assert seen["majority"] == pytest.approx(np.bincount(IDS).max() / 40, rel=1e-5)


def test_a_doubled_softmax_has_its_floor():
    seen = told(LossPlan("sparse_categorical_crossentropy", True), softmax(SCORES), IDS)
    assert seen["loss"]["floor"] == pytest.approx(math.log(math.e + 3) - 1, rel=1e-4)
    assert seen["loss"]["value"] > seen["loss"]["floor"]
    logits = told(LossPlan("sparse_categorical_crossentropy", True), SCORES, IDS)
    assert logits["loss"]["floor"] == 0
    assert logits["cross_entropy"] == pytest.approx(logits["loss"]["value"], rel=1e-5)


def test_one_hot_rows_and_numbers_say_the_same():
    one = told(LossPlan("categorical_crossentropy", False), softmax(SCORES), np.eye(4)[IDS])
    other = told(LossPlan("sparse_categorical_crossentropy", False), softmax(SCORES), IDS[:, None])
    assert one["encoding"]["kind"] == "one-hot" and other["encoding"]["per"] == "row"
    for key in ("accuracy", "confused", "calibration", "counts"):
        assert one[key] == other[key]


@pytest.mark.parametrize("shape", [(40,), (40, 1)])
def test_one_sigmoid_unit(shape):
    chances = 1 / (1 + np.exp(-SCORES[:, :1]))
    truth = (IDS > 1).astype("float32").reshape(shape)
    seen = told(LossPlan("binary_crossentropy", False), chances, truth)
    right = np.where(IDS > 1, chances[:, 0], 1 - chances[:, 0])
    assert seen["loss"]["value"] == pytest.approx(-np.log(right).mean(), rel=1e-5)
    assert seen["accuracy"] == pytest.approx((right > 0.5).mean(), rel=1e-5)
    assert seen["loss"]["chance"] == pytest.approx(math.log(2), rel=1e-5)
    doubled = told(LossPlan("binary_crossentropy", True), chances, truth)["loss"]
    share = (IDS > 1).mean()
    assert doubled["floor"] == pytest.approx(share * 0.31326 + (1 - share) * 0.69315, rel=1e-4)


def test_a_regression_has_a_loss_and_nothing_of_classes():
    seen = told(LossPlan("mean_squared_error"), SCORES[:, :1], SCORES[:, 0] + 1)
    assert seen["loss"] == {"name": "mean_squared_error", "value": 1.0}
    assert "accuracy" not in seen


def test_labels_outside_the_head_are_counted_apart():
    seen = told(LossPlan("sparse_categorical_crossentropy", False), softmax(SCORES), IDS + 1)
    assert seen["outside"] == (IDS == 3).sum() and seen["rows"] + seen["outside"] == 40
    assert (seen["encoding"]["min"], seen["encoding"]["max"]) == (1, 4)


def test_labels_of_another_shape_are_told_and_not_compared():
    seen = told(LossPlan("sparse_categorical_crossentropy", False), softmax(SCORES), np.zeros((40, 3)))
    assert seen["encoding"]["per"] == "other" and "loss" not in seen


def test_weights_balance_the_classes():
    classes = Classes(3)
    labels = np.array([0] * 6 + [1] * 3)
    classes.add(labels, np.zeros(9, int), np.full(9, 0.9))
    seen = classes.told()
    assert seen["weights"] == {0: 0.75, 1: 1.5} and seen["imbalance"] == 2 and seen["missing"] == 1
    assert sum(seen["weights"][c] * n for c, n in ((0, 6), (1, 3))) == 9
    assert seen["confused"] == {"classes": [0, 1], "rows": 3, "of": 9}
    assert seen["calibration"]["ece"] == pytest.approx(0.9 - 6 / 9, abs=1e-5)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 7))
def test_pieces_make_no_difference(seed, pieces):
    rng = np.random.default_rng(seed)
    scores, ids = rng.normal(size=(30, 3)), rng.integers(0, 3, 30)
    loss = LossPlan("sparse_categorical_crossentropy", True)
    one, other = told(loss, scores, ids, 1), told(loss, scores, ids, pieces)
    assert one["loss"]["value"] == pytest.approx(other["loss"]["value"], rel=1e-4)
    assert one["counts"] == other["counts"] and one["accuracy"] == other["accuracy"]
    assert 0 <= one["calibration"]["ece"] <= 1


@pytest.mark.parametrize(
    ("labels", "kind"),
    [
        (np.eye(3), "one-hot"),
        (np.array([[0.5, 0.25, 0.25]]), "distribution"),
        (np.array([[1, 1, 0]]), "binary"),
        (np.array([-1, 1]), "signs"),
        (np.array([3, 0, 7]), "ids"),
        (np.array([0.5, 2.0]), "real"),
    ],
)
def test_encodings(labels, kind):
    tally = EncodingTally()
    tally.add(labels, labels.shape)
    assert tally.kind == kind


def test_relations():
    assert relation((8,), (8, 4)) == relation((8, 1), (8, 4)) == "row"
    assert relation((8, 5), (8, 5, 4)) == "row"
    assert relation((8, 4), (8, 4)) == relation((8,), (8, 1)) == "unit"
    assert relation((8, 3), (8, 4)) == "other"


@pytest.mark.tensorflow
@pytest.mark.filterwarnings("ignore")
def test_every_definition_is_that_of_keras(keras):
    rng = np.random.default_rng(1)
    values = rng.random((6, 5))
    rows = softmax(rng.normal(size=(6, 5)))
    hot = np.eye(5)[rng.integers(0, 5, 6)]
    cases = [
        (name, rng.random((6, 5)), values, {}) for name in PLAIN if not name.endswith(("hinge", "_entropy"))
    ]
    cases += [(name, hot, values, {}) for name in PLAIN if "hinge" in name]
    for switch in (False, True):
        for smooth in (0.0, 0.1):
            both = {"from_logits": switch, "label_smoothing": smooth}
            cases.append(("categorical_crossentropy", hot, rows, both))
            cases.append(("categorical_focal_crossentropy", hot, rows, both))
            cases.append(("binary_crossentropy", hot, values, both))
            cases.append(("binary_focal_crossentropy", hot, values, both))
    ours = per_example(LossPlan("categorical_generalized_cross_entropy"), hot, rows)
    theirs = keras.losses.categorical_generalized_cross_entropy(hot.argmax(axis=1), rows, 0.5)
    np.testing.assert_allclose(ours, np.asarray(theirs), rtol=1e-4)
    for name, labels, answers, settings_ in cases:
        loss = getattr(keras.losses, name)
        theirs = np.asarray(loss(labels, answers, **settings_))
        plan = LossPlan(
            name, settings_.get("from_logits"), label_smoothing=settings_.get("label_smoothing", 0.0)
        )
        ours = per_example(plan, labels, answers)
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-5, err_msg=f"{name} {settings_}")


def test_luck_is_the_agreement_of_answers_that_do_not_follow_the_labels():
    classes, rng = Classes(3), np.random.default_rng(0)
    labels, answers = rng.choice(3, 20_000, p=[0.7, 0.2, 0.1]), rng.choice(3, 20_000, p=[0.6, 0.4, 0.0])
    classes.add(labels, answers, np.full(20_000, 0.5))
    seen = classes.told()
    assert seen["by_luck"] == pytest.approx(0.7 * 0.6 + 0.2 * 0.4, abs=0.01)
    assert seen["accuracy"] == pytest.approx(seen["by_luck"], abs=0.01) and seen["reordered"] is None


def test_another_order_of_the_classes_is_seen():
    classes, labels = Classes(3), np.arange(90) % 3
    answers = np.array([2, 1, 0])[labels]
    answers[:3] = 0
    classes.add(labels, answers, np.full(90, 0.5))
    assert classes.told()["reordered"] == {"accuracy": pytest.approx(88 / 90, abs=1e-5), "order": [2, 1, 0]}
