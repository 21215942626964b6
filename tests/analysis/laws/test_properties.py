"""Property tests of elementwise laws against NumPy: sampled points never leave the bound, and reach it."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from logitcheck.analysis import ranges
from logitcheck.analysis.interval import Interval
from tests.analysis.laws.bench import Box, derive

POINTS = 201


def erf(x: np.ndarray) -> np.ndarray:
    return np.vectorize(math.erf, otypes=[float])(x)


UNARY: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "Abs": np.abs,
    "Acos": np.arccos,
    "Acosh": np.arccosh,
    "Asin": np.arcsin,
    "Asinh": np.arcsinh,
    "Atan": np.arctan,
    "Atanh": np.arctanh,
    "Ceil": np.ceil,
    "Cosh": np.cosh,
    "Elu": lambda x: np.where(x > 0, x, np.expm1(x)),
    "Erf": erf,
    "Erfc": lambda x: 1 - erf(x),
    "Exp": np.exp,
    "Expm1": np.expm1,
    "Floor": np.floor,
    "HardSwish": lambda x: x * np.clip(x + 3, 0, 6) / 6,
    "LeakyRelu": lambda x: np.where(x > 0, x, 0.2 * x),
    "Log": np.log,
    "Log1p": np.log1p,
    "Neg": np.negative,
    "Reciprocal": lambda x: 1 / x,
    "Relu": lambda x: np.maximum(x, 0),
    "Relu6": lambda x: np.clip(x, 0, 6),
    "Rint": np.rint,
    "Rsqrt": lambda x: 1 / np.sqrt(x),
    "Sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "Sign": np.sign,
    "Sinh": np.sinh,
    "Softplus": lambda x: np.log1p(np.exp(x)),
    "Softsign": lambda x: x / (1 + np.abs(x)),
    "Sqrt": np.sqrt,
    "Square": np.square,
    "Tanh": np.tanh,
}
WIDER = {"Reciprocal"}
"""Ops whose bound over 0 is everything, which no sample reaches."""

ends = st.floats(-12, 12, allow_subnormal=False).map(lambda x: round(x, 3))


@pytest.mark.parametrize("op", sorted(UNARY))
@settings(max_examples=25, deadline=None)
@given(ends, ends)
def test_a_function_stays_within_its_bound_and_reaches_it(op: str, a: float, b: float) -> None:
    low, high = min(a, b), max(a, b)
    x = np.union1d(np.linspace(low, high, POINTS), [v for v in (-1.5, -1.0, 0.0, 1.0) if low <= v <= high])
    with np.errstate(all="ignore"):
        y = UNARY[op](x)
    (out,) = derive(op, [Box((POINTS,), low, high, "float64")], {})
    assert out.may_nan or not np.isnan(y).any()
    assert out.may_inf or not np.isinf(y).any()
    finite = y[np.isfinite(y)]
    if not finite.size:
        return
    slack = 1e-9 + 1e-9 * np.abs(finite).max()
    assert out.interval.low - slack <= finite.min() and finite.max() <= out.interval.high + slack
    if op in WIDER or not np.isfinite(y).all():
        return
    step = np.abs(np.diff(y)).max() + slack if y.size > 1 else slack
    assert finite.min() - out.interval.low <= step and out.interval.high - finite.max() <= step


ARITHMETIC = {
    "add": (ranges.add, np.add),
    "subtract": (ranges.subtract, np.subtract),
    "multiply": (ranges.multiply, np.multiply),
    "maximum": (ranges.maximum, np.maximum),
    "minimum": (ranges.minimum, np.minimum),
    "divide": (ranges.divide, np.divide),
}


@pytest.mark.parametrize("name", sorted(ARITHMETIC))
@settings(max_examples=40, deadline=None)
@given(ends, ends, ends, ends)
def test_arithmetic_of_intervals_is_the_hull_of_the_points(
    name: str, a: float, b: float, c: float, d: float
) -> None:
    image, reference = ARITHMETIC[name]
    x, y = Interval(min(a, b), max(a, b)), Interval(min(c, d), max(c, d))
    out = image(x, y)
    grid = np.meshgrid(np.linspace(*x[:2], 21), np.linspace(*y[:2], 21))
    with np.errstate(all="ignore"):
        values = reference(*grid)
    finite = values[np.isfinite(values)]
    slack = 1e-9 * (1 + np.abs(finite).max(initial=0))
    assert (finite >= out.low - slack).all() and (finite <= out.high + slack).all()
    if name != "divide" or not y.low <= 0 <= y.high:
        assert abs(finite.min() - out.low) <= slack and abs(finite.max() - out.high) <= slack


@settings(max_examples=40, deadline=None)
@given(ends, ends, st.sampled_from([0.5, 1.0, 2.0, 3.0, -1.0, -0.5, 0.0]))
def test_a_power_stays_within_its_bound(a: float, b: float, exponent: float) -> None:
    low, high = sorted((abs(a), abs(b)))
    with np.errstate(all="ignore"):
        y = np.linspace(low, high, POINTS) ** exponent
    out = ranges.power(Interval(low, high), exponent)
    finite = y[np.isfinite(y)]
    assert (finite >= out.low - 1e-9).all() and (finite <= out.high * (1 + 1e-9) + 1e-9).all()


def test_open_ends_say_what_is_not_reached() -> None:
    (positive,) = derive("Exp", [Box((2,), -math.inf, math.inf)], {})
    assert positive.interval == Interval(0.0, math.inf, True, False)
    (unit,) = derive("Sigmoid", [Box((2,), -math.inf, math.inf)], {})
    assert unit.interval == Interval(0.0, 1.0, True, True)
    (kept,) = derive("Relu", [Box((2,), -math.inf, math.inf)], {})
    assert kept.interval == Interval(0.0, math.inf)
    assert ranges.add(unit.interval, Interval(1e-7, 1e-7)).low == 1e-7
    assert ranges.multiply(Interval(0, 1, True, True), Interval(0, 2)) == Interval(0, 2, False, True)
