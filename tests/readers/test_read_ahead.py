"""A listing begun early is the one that is used, and one that nobody takes is ended."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from logitcheck.readers import read_ahead
from logitcheck.readers.dispatch import read

SAMPLES = Path(__file__).resolve().parents[2] / "sample_models"
MODEL = str(SAMPLES / "softmax_with_true.h5")


def is_alive(child: int) -> bool:
    """Whether a process is there, waited for or not."""
    try:
        os.kill(child, 0)
    except ProcessLookupError:
        return False
    return True


def begun() -> int:
    """Begin a listing; its process."""
    read_ahead.begin(MODEL)
    return read_ahead._begun[MODEL]._child._child


def test_the_listing_is_taken_once_and_the_model_is_the_same() -> None:
    plain = read(MODEL)
    child = begun()
    ahead = read(MODEL)
    assert read_ahead.take(MODEL) is None
    assert (ahead.outputs, ahead.weights, ahead.graph) == (plain.outputs, plain.weights, plain.graph)
    assert not is_alive(child)


def test_what_nobody_takes_is_ended() -> None:
    child = begun()
    assert is_alive(child)
    read_ahead.drop()
    assert not is_alive(child)


@pytest.mark.parametrize("path", [str(SAMPLES / "softmax.tflite"), str(SAMPLES), "/nowhere/model.h5"])
def test_nothing_begins_for_other_files(path: str) -> None:
    read_ahead.begin(path)
    assert read_ahead.take(path) is None
