"""Which inputs a defect is limited to, in words; labels against loss and head."""

from __future__ import annotations

import pytest

from logitcheck.rules.encodings import measured_encoding, mismatch, names_of_classes
from logitcheck.rules.measured import nonfinite_families
from logitcheck.rules.sketch import dense, measure, sketch


def case_with(families):
    told = {name: {"dense": {"nan": nan, "inf": 0}} for name, nan in families.items()}
    return sketch(dense(5), measured=measure("dense", extra={"families": told}))


@pytest.mark.parametrize(
    ("families", "words"),
    [
        ({"zeros": 5, "normal": 0}, "only on all-zero input"),
        ({"zeros": 5, "pixels": 1, "normal": 0}, "only on all-zero input and input in [0, 255]"),
        ({"zeros": 5, "normal": 2}, ""),
        ({"zeros": 0, "normal": 0}, ""),
        ({"data": 3}, ""),
        ({"largest ids": 3, "random ids": 0}, "only on largest ids"),
    ],
)
def test_the_families_with_nan_are_named_where_others_have_none(families, words):
    assert nonfinite_families(case_with(families), "dense") == words


def test_a_reply_of_any_form_is_survived():
    for told in (None, [], {"zeros": 3}, {"zeros": {"dense": 7}}):
        case = sketch(dense(5), measured=measure("dense", extra={"families": told}))
        assert nonfinite_families(case, "dense") == ""
    for told in (None, [], {"dense": 3}, {"dense": {"encoding": {"kind": 3}}}):
        assert measured_encoding({"labels": told}, "dense") is None


@pytest.mark.parametrize(
    ("units", "activation", "loss", "encoding", "says"),
    [
        (5, "softmax", "sparse_categorical_crossentropy", ("ids", "row", 1, 5), "from 1 to 5"),
        (5, "softmax", "sparse_categorical_crossentropy", ("ids", "row", 0, 9), "from 0 to 9"),
        (5, "softmax", "sparse_categorical_crossentropy", ("one-hot", "unit", 0, 1), "one-hot rows"),
        (5, "softmax", "sparse_categorical_crossentropy", ("real", "row", 0, 1), "fractions"),
        (5, "softmax", "sparse_categorical_crossentropy", ("ids", "other", 0, 1), "shape"),
        (5, "softmax", "sparse_categorical_crossentropy", ("ids", "row", 0, 4), None),
        (5, "softmax", "sparse_categorical_crossentropy", ("binary", "row", 0, 1), None),
        (5, "softmax", "categorical_crossentropy", ("ids", "row", 0, 4), "class numbers"),
        (5, "softmax", "categorical_crossentropy", ("binary", "unit", 0, 1), "do not sum to 1"),
        (5, "softmax", "categorical_crossentropy", ("real", "unit", -1, 1), "no distributions"),
        (5, "softmax", "categorical_crossentropy", ("distribution", "unit", 0, 1), None),
        (1, "sigmoid", "binary_crossentropy", ("ids", "unit", 0, 9), "from 0 to 9"),
        (1, "sigmoid", "binary_crossentropy", ("signs", "unit", -1, 1), "-1 and 1"),
        (1, "sigmoid", "binary_crossentropy", ("real", "unit", 0, 1), None),
        (5, "sigmoid", "binary_crossentropy", ("binary", "row", 0, 1), "one label for each row"),
        (5, "sigmoid", "binary_crossentropy", ("binary", "unit", 0, 1), None),
        (1, "tanh", "hinge", ("signs", "unit", -1, 1), None),
        (1, "tanh", "hinge", ("ids", "unit", 0, 9), "whole numbers"),
        (1, "linear", "mse", ("real", "unit", -4, 9), None),
    ],
)
def test_labels_against_loss_and_head(units, activation, loss, encoding, says):
    kind, per, low, high = encoding
    (pairing,) = sketch(dense(units, activation), loss=loss).pairings
    found = mismatch(pairing, {"kind": kind, "per": per, "min": low, "max": high, "nan": 0, "row": [3]})
    assert (found is None) == (says is None)
    assert says is None or (says in found.says and found.why and found.fix)


def test_names_of_classes_have_no_encoding_but_a_number() -> None:
    """Folders and words get their numbers from the probe; a program may well write them as one-hot rows."""
    (pairing,) = sketch(dense(3, "softmax"), loss="categorical_crossentropy").pairings
    ids = {"kind": "ids", "per": "row", "nan": 0, "min": 0.0, "max": 2.0}
    assert mismatch(pairing, ids) is not None
    assert mismatch(pairing, ids, names=True) is None
    five = mismatch(pairing, {**ids, "max": 4.0}, names=True)
    assert five is not None and "the head has 3 units" in five.says


@pytest.mark.parametrize(
    ("data", "names"),
    [
        ({"classes": ["ant", "bee"]}, True),
        ({"classes": []}, False),
        ({"words": {"dense": ["ant", "bee"]}}, True),
        ({"words": {"other": ["ant", "bee"]}}, False),
        ({"words": 3}, False),
        (None, False),
    ],
)
def test_names_are_told_from_numbers_by_what_the_data_say(data: object, names: bool) -> None:
    assert names_of_classes({"data": data}, "dense") is names
