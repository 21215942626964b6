"""Blocks of pixels that become channels, and the other way round: the shape is followed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.analysis.sums import Sheet

LENGTHS = st.integers(1, 5)


def shape(op: str, *of: int | None, **attrs: object) -> tuple[int | None, ...] | None:
    sheet = Sheet()
    return sheet.tensor(sheet.op(op, sheet.x(*of), **attrs)).shape


@given(LENGTHS, LENGTHS, LENGTHS, st.integers(1, 3))
def test_there_and_back(high: int, wide: int, channels: int, size: int) -> None:
    image = (None, high * size, wide * size, channels)
    blocks = (None, high, wide, channels * size * size)
    assert shape("SpaceToDepth", *image, block_size=size) == blocks
    assert shape("DepthToSpace", *blocks, block_size=size) == image


def test_an_unknown_length_stays_unknown() -> None:
    assert shape("DepthToSpace", None, None, 4, None, block_size=2) == (None, None, 8, None)


@pytest.mark.parametrize("size", [0, -2, None, "2"])
@pytest.mark.parametrize("op", ["SpaceToDepth", "DepthToSpace"])
def test_a_size_without_sense_is_not_followed(op: str, size: object) -> None:
    assert shape(op, 1, 4, 4, 8, block_size=size) == (1, None, None, None)


def test_channels_first_are_not_followed() -> None:
    assert shape("DepthToSpace", 1, 8, 4, 4, block_size=2, data_format="NCHW") == (1, None, None, None)
