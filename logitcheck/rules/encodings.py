"""What is wrong with the way labels are written, for the loss and the head that meet them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from logitcheck.analysis.contract import Pairing


class Mismatch(NamedTuple):
    """One disagreement: what is so, what it costs, the change to make."""

    says: str
    why: str
    fix: str


def measured_encoding(extra: Mapping[str, Any], output: str) -> Mapping[str, Any] | None:
    """Return how the labels of an output are written, as the probe saw it; None where it saw none."""
    labels = extra.get("labels")
    seen = labels.get(output) if isinstance(labels, Mapping) else None
    encoding = seen.get("encoding") if isinstance(seen, Mapping) else None
    if not isinstance(encoding, Mapping) or not isinstance(encoding.get("kind"), str):
        return None
    ends = encoding.get("min"), encoding.get("max")
    return encoding if all(end is None or isinstance(end, int | float) for end in ends) else None


def names_of_classes(extra: Mapping[str, Any], output: str) -> bool:
    """Tell whether the labels of an output are names (words, folders), to which the probe gave numbers."""
    data = extra.get("data")
    if not isinstance(data, Mapping):
        return False
    words = data.get("words")
    return bool(data.get("classes")) or (isinstance(words, Mapping) and output in words)


def mismatch(pairing: Pairing, encoding: Mapping[str, Any], names: bool = False) -> Mismatch | None:
    """Return how the labels disagree with the loss or with the head, None where they agree.

    Labels that are ``names`` have no encoding that could be wrong: only how many there are is judged.
    """
    family = pairing.facts.family if pairing.facts else ""
    family = "sparse" if names and family == "categorical" else family
    check = {"sparse": _sparse, "categorical": _categorical, "binary": _binary, "hinge": _hinge}.get(family)
    if check is None:
        return None
    if encoding.get("nan"):
        return Mismatch(
            f"{encoding['nan']} labels are NaN or infinite",
            "one label of NaN makes the loss and every weight NaN",
            "x, y = x[np.isfinite(y)], y[np.isfinite(y)]",
        )
    if encoding.get("per") == "other":
        return Mismatch(
            f"one label has the shape {_words(encoding.get('row', ()))}, one answer {_answer(pairing)}",
            "the loss stops with an error of shapes, or broadcasts the two and averages over pairs that "
            "do not belong together",
            "one class number or one one-hot row of the head's length for each answer",
        )
    return None if None in (encoding.get("min"), encoding.get("max")) else check(pairing, encoding)


def _sparse(pairing: Pairing, encoding: Mapping[str, Any]) -> Mismatch | None:
    classes, low, high = pairing.classes, encoding.get("min"), encoding.get("max")
    if encoding.get("per") == "unit" and (classes or 0) > 1:
        return Mismatch(
            f"the labels are {_kind(encoding)}, a whole row for each example",
            "a sparse loss takes one class number for each example; rows are an error, or are read as "
            f"{classes} numbers of classes",
            'y.argmax(axis=-1), or loss="categorical_crossentropy"',
        )
    if encoding.get("kind") == "real":
        return Mismatch(
            "the labels hold fractions",
            "a sparse loss cuts them to whole class numbers: 0.9 becomes class 0",
            'y.round().astype("int32"), or a loss of regression',
        )
    if low is None or high is None or classes is None or (low >= 0 and high < classes):
        return None
    shifted = high - low < classes
    return Mismatch(
        f"the labels run from {low:g} to {high:g}, the head has {classes} units: 0 to {classes - 1}",
        "a label outside the head stops training on a CPU and gives a loss of NaN on a GPU",
        f"y - {low:g}" if shifted and low else f"Dense({high + 1:g}), or leave out what is no class",
    )


def _categorical(pairing: Pairing, encoding: Mapping[str, Any]) -> Mismatch | None:
    if encoding.get("per") == "row":
        return Mismatch(
            f"the labels are class numbers from {encoding.get('min'):g} to {encoding.get('max'):g}, "
            "one for each example",
            f"a categorical loss takes one-hot rows of length {pairing.classes}; numbers are an error, or "
            "are broadcast to rows that are no distribution",
            'loss="sparse_categorical_crossentropy", or keras.utils.to_categorical(y)',
        )
    if encoding.get("kind") in ("one-hot", "distribution") or pairing.classes == 1:
        return None
    if encoding.get("kind") == "binary":
        return Mismatch(
            "the rows of the labels do not sum to 1: some examples belong to several classes, or to none",
            "a softmax shares out 1 among the classes, so k labels of 1 cannot cost less than k ln k nats",
            'activation="sigmoid" with loss="binary_crossentropy"',
        )
    return Mismatch(
        f"the rows of the labels are {_kind(encoding)}, no distributions",
        "a cross-entropy against numbers that are no distribution has no minimum at the right answer",
        "keras.utils.to_categorical(y), or a loss of regression",
    )


def _binary(pairing: Pairing, encoding: Mapping[str, Any]) -> Mismatch | None:
    low, high = encoding.get("min"), encoding.get("max")
    if encoding.get("per") == "row":
        return Mismatch(
            f"there is one label for each row of {pairing.classes} units",
            f"the one label is broadcast to all {pairing.classes} units, which then all learn the same",
            f"one label of 0 or 1 for each unit, or Dense({pairing.classes}) with a sparse categorical loss",
        )
    if low is None or high is None or (low >= 0 and high <= 1):
        return None
    signs = encoding.get("kind") == "signs"
    return Mismatch(
        "the labels are -1 and 1" if signs else f"the labels run from {low:g} to {high:g}",
        "outside [0, 1] the binary cross-entropy has no lower bound: it falls below 0 without end",
        "(y + 1) / 2" if signs else "labels of 0 and 1, or a softmax over all classes with a sparse loss",
    )


def _hinge(_: Pairing, encoding: Mapping[str, Any]) -> Mismatch | None:
    if encoding.get("kind") in ("signs", "binary", "one-hot"):
        return None
    return Mismatch(
        f"the labels are {_kind(encoding)} from {encoding.get('min'):g} to {encoding.get('max'):g}",
        "a hinge loss takes -1 and 1 (Keras brings 0 and 1 to that itself); others move the margin",
        "labels of -1 and 1",
    )


def _kind(encoding: Mapping[str, Any]) -> str:
    named = {"one-hot": "one-hot rows", "ids": "whole numbers", "binary": "0 and 1", "real": "real numbers"}
    kind = str(encoding.get("kind"))
    return named.get(kind, kind)


def _answer(pairing: Pairing) -> str:
    return _words((pairing.tensor.shape or (None,))[1:])


def _words(shape: Any) -> str:
    if not isinstance(shape, list | tuple):
        return "?"
    sizes = ["?" if size is None else str(size) for size in shape]
    return f"({', '.join(sizes)}{',' if len(sizes) == 1 else ''})"
