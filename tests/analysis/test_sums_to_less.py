"""Tensors that look like distributions and are none."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from logitcheck.graph import Ref
from tests.analysis.sums import Sheet

Case = Callable[[Sheet], Ref]


def blended_each_on_its_own(s: Sheet) -> Ref:
    gate = s.op("Sigmoid", s.x(None, 4))
    rest = s.op("Sub", s.const(1.0), gate)
    return s.op("AddV2", s.op("Mul", gate, s.softmax(None, 4)), s.op("Mul", rest, s.softmax(None, 4)))


def cut(s: Sheet) -> Ref:
    return s.op("ClipByValue", s.softmax(None, 4), s.const(0.05), s.const(0.95))


def other_numerator(s: Sheet) -> Ref:
    e = s.op("Exp", s.x(None, 10))
    return s.op("RealDiv", s.op("Exp", s.x(None, 10)), s.reduce("Sum", e, 1))


def signed(s: Sheet) -> Ref:
    x = s.x(None, 10)
    return s.op("RealDiv", x, s.reduce("Sum", x, 1))


def lost_axis(s: Sheet) -> Ref:
    e = s.op("Exp", s.x(10, 10))
    return s.op("RealDiv", e, s.reduce("Sum", e, 1, keep=False))


def large_guard(s: Sheet) -> Ref:
    e = s.op("Exp", s.x(None, 10))
    return s.op("RealDiv", e, s.op("AddV2", s.reduce("Sum", e, 1), s.const(0.1)))


def guarded_relu(s: Sheet) -> Ref:
    r = s.op("Relu", s.x(None, 10))
    return s.op("RealDiv", r, s.op("AddV2", s.reduce("Sum", r, 1), s.const(1e-7)))


def two_axes(s: Sheet) -> Ref:
    e = s.op("Exp", s.x(None, 3, 4))
    return s.op("RealDiv", e, s.reduce("Sum", e, 1, 2))


def mixed(s: Sheet) -> Ref:
    x = s.op("Softmax", s.op("Transpose", s.x(None, 4, 4), s.axis(0, 2, 1)))
    return s.op("AddV2", s.op("Transpose", x, s.axis(0, 2, 1)), s.softmax(None, 4, 4))


def half(s: Sheet) -> Ref:
    return s.op("Mul", s.softmax(None, 4), s.const([0.5, 0.5, 0.5, 1.5]))


def scaled_pair(s: Sheet) -> Ref:
    return s.op(
        "ConcatV2", s.op("Sigmoid", s.x(None, 1)), s.op("Sigmoid", s.x(None, 1)), s.const(-1, "int32")
    )


BROKEN: list[Case] = [
    other_numerator,
    signed,
    lost_axis,
    large_guard,
    guarded_relu,
    two_axes,
    mixed,
    half,
    scaled_pair,
    blended_each_on_its_own,
    cut,
    lambda s: s.op("Sigmoid", s.x(None, 4)),
    lambda s: s.op("AddV2", s.softmax(None, 4), s.softmax(None, 4)),
    lambda s: s.reduce("Sum", s.softmax(None, 2, 4), 1, keep=False),
    lambda s: s.op("StridedSlice", s.softmax(None, 4), s.axis(0, 0), s.axis(0, 0), s.axis(1, 2), end_mask=3),
    lambda s: s.op("Square", s.softmax(None, 4)),
    lambda s: s.op("Reshape", s.softmax(None, 4, 6), s.const([-1, 6, 4], "int32")),
    lambda s: s.op("Slice", s.softmax(None, 4), s.axis(0, 0), s.axis(-1, 3)),
    lambda s: s.op("GatherV2", s.softmax(None, 4), s.axis(0, 2), s.const(1, "int32")),
    lambda s: s.op("ConcatV2", s.softmax(None, 4), s.softmax(None, 4), s.const(1, "int32")),
    lambda s: s.reduce("Max", s.softmax(None, 3, 4), 1),
    lambda s: s.op("Cast", s.softmax(None, 4), SrcT="float32", DstT="int32"),
    lambda s: s.op("Relu", s.op("MatMul", s.softmax(None, 4), s.weight(4, 3))),
    lambda s: s.op("Unknown", s.softmax(None, 4), what="MyLayer"),
]


@pytest.mark.parametrize("case", range(len(BROKEN)))
def test_what_does_not_sum_to_one_is_not_said_to(case: int) -> None:
    sheet = Sheet()
    assert sheet.tensor(BROKEN[case](sheet)).sums_to_one is None


def weighed(s: Sheet, shares: tuple[int | None, ...]) -> Ref:
    gate = s.op("Transpose", s.op("Softmax", s.x(shares[0], 1, shares[1])), s.axis(0, 2, 1))
    return s.reduce("Sum", s.op("Mul", gate, s.op("Sigmoid", s.x(None, 7, 2))), -2, keep=False)


def test_what_shares_weigh_keeps_its_range() -> None:
    sheet = Sheet()
    pooled, alone = weighed(sheet, (None, 7)), weighed(sheet, (None, 1))
    assert sheet.tensor(pooled).interval[:2] == (0.0, 1.0)
    assert sheet.tensor(alone).interval[:2] == (0.0, 7.0)  # one share of 1 for seven values is no mixture
