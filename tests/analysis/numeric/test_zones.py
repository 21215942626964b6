from __future__ import annotations

import pytest

from logitcheck.analysis.interval import Interval
from logitcheck.analysis.numeric.danger import Place
from logitcheck.analysis.numeric.floats import limits
from logitcheck.analysis.numeric.zones import ZONES

FORWARD, GRADIENT, SAFE = "forward", "gradient", None


@pytest.mark.parametrize(
    ("op", "arguments", "expected"),
    [
        ("Log", [(0.0, 1.0)], FORWARD),
        ("Log", [(1e-7, 1.0)], SAFE),
        ("Log1p", [(-1.0, 1.0)], FORWARD),
        ("Log1p", [(-3.0, -2.0)], FORWARD),
        ("Log1p", [(-0.999, 1.0)], SAFE),
        ("Sqrt", [(-1e-9, 1.0)], FORWARD),
        ("Sqrt", [(0.0, 1.0)], GRADIENT),
        ("Sqrt", [(1e-12, 1.0)], SAFE),
        ("Rsqrt", [(0.0, 1.0)], FORWARD),
        ("RealDiv", [(1.0, 1.0), (-1.0, 1.0)], FORWARD),
        ("RealDiv", [(1.0, 1.0), (0.1, 1.0)], SAFE),
        ("Exp", [(0.0, 88.72)], SAFE),
        ("Exp", [(0.0, 88.73)], FORWARD),
        ("Cosh", [(-89.0, 0.0)], FORWARD),
        ("Pow", [(-1.0, 1.0), (0.5, 0.5)], FORWARD),
        ("Pow", [(-1.0, 1.0), (2.0, 2.0)], SAFE),
        ("Pow", [(0.0, 1.0), (-1.0, -1.0)], FORWARD),
        ("Pow", [(0.0, 1.0), (0.5, 0.5)], GRADIENT),
        ("Pow", [(0.1, 1.0), (0.5, 0.5)], SAFE),
        ("Acos", [(-1.0, 1.0)], GRADIENT),
        ("Acos", [(-1.0, 1.0000001)], FORWARD),
        ("Acos", [(-0.9, 0.9)], SAFE),
        ("Atan2", [(0.0, 1.0), (0.0, 1.0)], GRADIENT),
        ("Atan2", [(0.0, 1.0), (0.1, 1.0)], SAFE),
        ("Atan2", [(-1.0, 1.0), (-1.0, 1.0)], SAFE),
        ("Atanh", [(0.0, 1.0)], FORWARD),
        ("Acosh", [(0.5, 2.0)], FORWARD),
        ("Acosh", [(1.0, 2.0)], GRADIENT),
        ("Xlogy", [(0.0, 1.0), (0.0, 1.0)], FORWARD),
        ("Xdivy", [(0.0, 0.0), (0.0, 1.0)], SAFE),
        ("Lgamma", [(0.0, 1.0)], FORWARD),
        ("Erfinv", [(-0.9, 0.9)], SAFE),
        ("Ndtri", [(0.0, 0.9)], FORWARD),
    ],
)
def test_what_each_op_fears(op: str, arguments: list[tuple[float, float]], expected: str | None) -> None:
    danger = ZONES[op](Place([Interval(*ends) for ends in arguments], limits("float32"), same=False))
    kind = None if danger is None else GRADIENT if danger.gradient else FORWARD
    assert kind == expected
    if danger is not None:
        assert danger.rule.startswith("LC3")
        assert danger.fix and danger.effect and danger.bound


def test_entropy_of_the_same_value_is_harmless() -> None:
    unit = Interval(0.0, 1.0)
    assert ZONES["Xlogy"](Place([unit, unit], limits("float32"), same=True)) is None


def test_float16_overflows_sooner() -> None:
    assert ZONES["Exp"](Place([Interval(0.0, 11.2)], limits("float16"), same=False)) is not None
    assert ZONES["Exp"](Place([Interval(0.0, 11.0)], limits("float16"), same=False)) is None


def test_fused_ops_have_no_zone() -> None:
    for op in ("Softmax", "LogSoftmax", "Softplus", "SoftmaxCrossEntropyWithLogits", "DivNoNan"):
        assert op not in ZONES
