"""Functions of one number that Python's math module lacks or leaves without a limit at infinity."""

from __future__ import annotations

import math
from collections.abc import Callable

INF = math.inf


def exp(x: float) -> float:
    """Return e^x, infinite where it leaves float64."""
    try:
        return math.exp(x)
    except OverflowError:
        return INF


def sigmoid(x: float) -> float:
    """Return 1 / (1 + e^-x)."""
    return 1.0 / (1.0 + exp(-x)) if x >= 0 else exp(x) / (1.0 + exp(x))


def softplus(x: float) -> float:
    """Return ln(1 + e^x)."""
    return max(x, 0.0) + math.log1p(math.exp(-abs(x)))


def elu(x: float) -> float:
    """Return x above 0, e^x - 1 below."""
    return x if x >= 0 else math.expm1(x)


def selu(x: float) -> float:
    """Klambauer et al., Self-normalizing neural networks, 2017: the two constants."""
    return 1.0507009873554805 * (x if x >= 0 else 1.6732632423543772 * math.expm1(x))


def softsign(x: float) -> float:
    """Return x / (1 + |x|)."""
    return math.copysign(1.0, x) if math.isinf(x) else x / (1.0 + abs(x))


def hard_swish(x: float) -> float:
    """Howard et al., Searching for MobileNetV3, 2019: x ReLU6(x + 3) / 6."""
    return 0.0 if x <= -3 else x if x >= 3 else x * (x + 3) / 6


def sign(x: float) -> float:
    """Return -1, 0 or 1."""
    return float((x > 0) - (x < 0))


def sinh(x: float) -> float:
    """Return (e^x - e^-x) / 2, infinite where it leaves float64."""
    return math.sinh(x) if abs(x) < 700 else math.copysign(INF, x)


def atanh(x: float) -> float:
    """Return the inverse of tanh, infinite at -1 and 1."""
    x = min(max(x, -1.0), 1.0)
    return math.copysign(INF, x) if abs(x) == 1.0 else math.atanh(x)


def guarded(f: Callable[[float], float], at_low: float, low: float, high: float) -> Callable[[float], float]:
    """Return f with its argument held in [low, high] and the pole at ``low`` as a limit."""

    def held(x: float) -> float:
        x = min(max(x, low), high)
        if x == low:
            return at_low
        try:
            return f(x)
        except OverflowError:
            return INF

    return held
