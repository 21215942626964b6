"""Which tensors sum to one along which axis: hand-worked cases, sound and broken."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from logitcheck.graph import Ref
from tests.analysis.sums import Sheet

Case = Callable[[Sheet], Ref]


def stable(s: Sheet, *shape: int | None, axis: int = -1, guard: str = "") -> Ref:
    """exp(x - max x) / sum, by hand."""
    x = s.x(*shape)
    e = s.op("Exp", s.op("Sub", x, s.reduce("Max", x, axis)))
    total = s.reduce("Sum", e, axis)
    return s.op("RealDiv", e, s.op(guard, total, s.const(1e-7)) if guard else total)


def plain(s: Sheet, divide: str = "RealDiv") -> Ref:
    e = s.op("Exp", s.x(None, 10))
    return s.op(divide, e, s.reduce("Sum", e, 1))


def first_axis(s: Sheet) -> Ref:
    e = s.op("Exp", s.x(5, 10))
    return s.op("RealDiv", e, s.reduce("Sum", e, 0, keep=False))


def restored(s: Sheet) -> Ref:
    e = s.op("Exp", s.x(None, 10))
    return s.op("RealDiv", e, s.op("ExpandDims", s.reduce("Sum", e, 1, keep=False), s.const(-1, "int32")))


def reciprocal(s: Sheet) -> Ref:
    e = s.op("Exp", s.x(None, 10))
    return s.op("Mul", e, s.op("Reciprocal", s.reduce("Sum", e, 1)))


def relu_normalised(s: Sheet) -> Ref:
    r = s.op("Softplus", s.x(None, 10))
    return s.op("DivNoNan", r, s.reduce("Sum", r, -1))


def absolute(s: Sheet) -> Ref:
    a = s.op("Abs", s.x(None, 10))
    return s.op("RealDiv", a, s.reduce("Sum", a, -1))


def average(s: Sheet) -> Ref:
    return s.op("RealDiv", s.op("AddV2", s.softmax(None, 4), s.softmax(None, 4)), s.const(2.0))


def average_of_three(s: Sheet) -> Ref:
    total = s.op("AddN", s.softmax(None, 4), s.softmax(None, 4), s.softmax(None, 4))
    return s.op("Mul", total, s.const(1 / 3))


def weighted(s: Sheet) -> Ref:
    left = s.op("Mul", s.const(0.3), s.softmax(None, 4))
    return s.op("AddV2", left, s.op("Mul", s.softmax(None, 4), s.const(0.7)))


def stacked_mean(s: Sheet) -> Ref:
    return s.reduce("Mean", s.op("Pack", s.softmax(None, 4), s.softmax(None, 4), axis=0), 0, keep=False)


def weighted_stack(s: Sheet) -> Ref:
    stack = s.op("Pack", s.softmax(None, 4), s.softmax(None, 4), axis=1)
    return s.reduce("Sum", s.op("Mul", stack, s.const([[0.25], [0.75]])), 1, keep=False)


def experts(s: Sheet) -> Ref:
    gates = s.op("ExpandDims", s.softmax(None, 3), s.const(-1, "int32"))
    return s.reduce("Sum", s.op("Mul", gates, s.softmax(None, 3, 4)), 1, keep=False)


def smoothed(s: Sheet) -> Ref:
    return s.op("AddV2", s.op("Mul", s.softmax(None, 4), s.const(0.9)), s.const(0.025))


def pair(s: Sheet) -> Ref:
    p = s.op("Sigmoid", s.x(None, 1))
    return s.op("ConcatV2", s.op("Sub", s.const(1.0), p), p, s.const(-1, "int32"))


def stacked_pair(s: Sheet) -> Ref:
    p = s.op("Sigmoid", s.x(None))
    return s.op("Pack", p, s.op("Sub", s.const(1.0), p), axis=-1)


def exp_of_log(s: Sheet) -> Ref:
    return s.op("Exp", s.op("LogSoftmax", s.x(None, 4)))


def cast(s: Sheet) -> Ref:
    return s.op("Cast", s.softmax(None, 4), SrcT="float32", DstT="float16")


def round_trip(s: Sheet) -> Ref:
    flat = s.op("Reshape", s.softmax(None, 3, 5), s.const([-1, 15], "int32"))
    return s.op("Reshape", flat, s.const([-1, 3, 5], "int32"))


def summed_then_halved(s: Sheet) -> Ref:
    return s.op("Mul", s.reduce("Sum", s.softmax(None, 2, 4), 1, keep=False), s.const(0.5))


def by_shape(s: Sheet) -> Ref:
    x = s.x(None, 3, 5)
    flat = s.op("Softmax", s.op("Reshape", x, s.const([-1, 5], "int32")))
    return s.op("Reshape", flat, s.op("Shape", x))


def both(s: Sheet) -> Ref:
    return s.op("SelectV2", s.x(None, 1, dtype="bool"), s.softmax(None, 4), s.softmax(None, 4))


def attention(s: Sheet) -> Ref:
    return s.op("BatchMatMulV2", s.softmax(None, 6, 6), s.softmax(None, 6, 4))


def mixed_by_einsum(s: Sheet) -> Ref:
    return s.op("Einsum", s.softmax(None, 3), s.softmax(None, 3, 4), equation="be,bec->bc")


def manual_log_softmax(s: Sheet) -> Ref:
    x = s.x(None, 4)
    return s.op("Exp", s.op("Sub", x, s.op("Log", s.reduce("Sum", s.op("Exp", x), -1))))


def shifted_logsumexp(s: Sheet) -> Ref:
    x = s.x(None, 4)
    top = s.op("StopGradient", s.reduce("Max", x, -1))
    shift = s.op("SelectV2", s.op("IsFinite", top), top, s.op("ZerosLike", top))
    inner = s.op("Log", s.reduce("Sum", s.op("Exp", s.op("Sub", x, shift)), -1))
    return s.op("Exp", s.op("Sub", x, s.op("AddV2", inner, shift)))


def shifted_by_hand(s: Sheet) -> Ref:
    x = s.x(None, 4)
    moved = s.op("Sub", x, s.reduce("Max", x, -1))
    return s.op("Exp", s.op("Sub", moved, s.op("Log", s.reduce("Sum", s.op("Exp", moved), -1))))


def blended(s: Sheet) -> Ref:
    gate = s.op("Sigmoid", s.x(None, 1))
    rest = s.op("Sub", s.const(1.0), gate)
    return s.op("AddV2", s.op("Mul", gate, s.softmax(None, 4)), s.op("Mul", rest, s.softmax(None, 4)))


def clamped(s: Sheet) -> Ref:
    return s.op("ClipByValue", s.softmax(None, 4), s.const(1e-7), s.const(1 - 1e-7))


SOUND: list[tuple[Case, int]] = [
    (lambda s: stable(s, None, 10), -1),
    (lambda s: stable(s, None, 7, 10, axis=1), -2),
    (lambda s: stable(s, None, 10, guard="AddV2"), -1),
    (lambda s: stable(s, None, 10, guard="Maximum"), -1),
    (plain, -1),
    (lambda s: plain(s, "DivNoNan"), -1),
    *[
        (case, -1)
        for case in (restored, reciprocal, relu_normalised, absolute, average, average_of_three, weighted)
    ],
    *[
        (case, -1)
        for case in (stacked_mean, weighted_stack, experts, smoothed, pair, stacked_pair, exp_of_log)
    ],
    *[
        (case, -1)
        for case in (
            cast,
            round_trip,
            summed_then_halved,
            by_shape,
            both,
            attention,
            mixed_by_einsum,
            manual_log_softmax,
        )
    ],
    *[(case, -1) for case in (shifted_logsumexp, shifted_by_hand, blended, clamped)],
    (lambda s: s.op("Relu", s.softmax(None, 4)), -1),
    (first_axis, -2),
    (lambda s: s.op("KerasSparsemax", s.x(None, 4), axis=-1), -1),
    (lambda s: s.op("Transpose", s.softmax(None, 3, 4), s.axis(0, 2, 1)), -2),
    (lambda s: s.reduce("Mean", s.softmax(None, 3, 4), 1, keep=False), -1),
    (lambda s: s.op("Identity", s.op("StopGradient", s.softmax(None, 4))), -1),
]


@pytest.mark.parametrize("case", range(len(SOUND)))
def test_a_distribution_is_seen(case: int) -> None:
    sheet = Sheet()
    build, axis = SOUND[case]
    tensor = sheet.tensor(build(sheet))
    assert tensor.sums_to_one == axis
    assert tensor.known
    assert tensor.interval.low >= 0 and tensor.interval.high <= 1
