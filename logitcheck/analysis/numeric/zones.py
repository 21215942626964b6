"""Where each op is dangerous: the arguments for which its value or its gradient is not a finite number.

One function for each family; each gets the intervals of the op's arguments as floats reach them, and returns
what can happen there, or None. Fused ops (softmax, log-softmax, softplus, cross-entropy from logits,
DivNoNan) have no entry: they are safe by construction.
"""

from __future__ import annotations

import math

from logitcheck.analysis.interval import Interval
from logitcheck.analysis.numeric.danger import Danger, Place, Zone
from logitcheck.analysis.numeric.domains import acosh, angle, arc, atanh, gamma, quantile
from logitcheck.analysis.numeric.floats import Limits


def _log(place: Place) -> Danger | None:
    x, tiny = place.arguments[0], place.limits.smallest
    if x.low > 0:
        return None
    effect = "log(0) is -Inf" + (", of a negative number NaN" if x.low < 0 else "") + "; 0 * -Inf is NaN"
    return Danger("LC303", False, 0, "> 0", effect, f"tf.math.log(tf.maximum({{x}}, {_guard(tiny)}))")


def _log1p(place: Place) -> Danger | None:
    x = place.arguments[0]
    if x.low > -1:
        return None
    effect = "log1p(-1) is -Inf" + (", below -1 it is NaN" if x.low < -1 else "")
    edge = -1 + 2 * place.limits.step
    return Danger("LC303", False, 0, "> -1", effect, f"tf.math.log1p(tf.maximum({{x}}, {edge:.9g}))")


def _xlogy(place: Place) -> Danger | None:
    x, y = place.arguments[0], place.arguments[1]
    if y.low > 0 or (y.low == 0 and (place.same or x == Interval(0.0, 0.0))):
        return None
    guard = _guard(place.limits.smallest)
    return Danger(
        "LC303",
        False,
        1,
        "> 0",
        "x * log(0) is -Inf for x > 0",
        f"tf.math.xlogy(x, tf.maximum({{x}}, {guard}))",
    )


def _xlog1py(place: Place) -> Danger | None:
    if place.arguments[1].low > -1:
        return None
    edge = -1 + 2 * place.limits.step
    return Danger(
        "LC303",
        False,
        1,
        "> -1",
        "x * log1p(-1) is -Inf",
        f"tf.math.xlog1py(x, tf.maximum({{x}}, {edge:.9g}))",
    )


def _holds_zero(x: Interval) -> bool:
    return x.low <= 0 <= x.high


def _divide(place: Place) -> Danger | None:
    if not _holds_zero(place.arguments[1]):
        return None
    effect = "x / 0 is Inf, 0 / 0 is NaN"
    return Danger(
        "LC304",
        False,
        1,
        "!= 0",
        effect,
        "tf.math.divide_no_nan(a, {x})  # or add an epsilon to a divisor >= 0",
    )


def _xdivy(place: Place) -> Danger | None:
    if not _holds_zero(place.arguments[1]) or place.arguments[0] == Interval(0.0, 0.0):
        return None
    return Danger("LC304", False, 1, "!= 0", "x / 0 is Inf", "tf.math.divide_no_nan(a, {x})")


def _reciprocal(place: Place) -> Danger | None:
    if not _holds_zero(place.arguments[0]):
        return None
    return Danger("LC304", False, 0, "!= 0", "1 / 0 is Inf", "tf.math.divide_no_nan(1.0, {x})")


def _exp(place: Place) -> Danger | None:
    x, limit = place.arguments[0], place.limits.exp_limit
    if x.high <= limit:
        return None
    bounded = f"tf.exp(tf.minimum({{x}}, {math.floor(limit) - 1:d}.0))"
    fix = bounded + "  # in a softmax: subtract the maximum first, or use tf.nn.softmax"
    return Danger("LC305", False, 0, f"<= {limit:.2f}", f"exp overflows {place.limits.name} to Inf", fix)


def _hyperbolic(place: Place) -> Danger | None:
    x, limit = place.arguments[0], place.limits.exp_limit
    if max(x.high, -x.low) <= limit:
        return None
    edge = f"{math.floor(limit) - 1:d}.0"
    return Danger(
        "LC305",
        False,
        0,
        f"within +-{limit:.2f}",
        f"overflows {place.limits.name}",
        f"tf.clip_by_value({{x}}, -{edge}, {edge})",
    )


def _sqrt(place: Place) -> Danger | None:
    x = place.arguments[0]
    if x.low > 0:
        return None
    if x.low < 0:
        return Danger(
            "LC306",
            False,
            0,
            ">= 0",
            "the square root of a negative number is NaN",
            "tf.sqrt(tf.maximum({x}, 1e-12))",
        )
    if x.high == 0:
        return None
    return Danger(
        "LC306", True, 0, "> 0", "the derivative of the square root at 0 is Inf", "tf.sqrt({x} + 1e-12)"
    )


def _rsqrt(place: Place) -> Danger | None:
    x = place.arguments[0]
    if x.low > 0:
        return None
    effect = "1 / sqrt(0) is Inf" + (", of a negative number NaN" if x.low < 0 else "")
    return Danger("LC306", False, 0, "> 0", effect, "tf.math.rsqrt(tf.maximum({x}, 1e-12))")


def _batch_norm(place: Place) -> Danger | None:
    if place.attrs.get("is_training", True) or len(place.arguments) < 5:
        return None
    total = place.arguments[4].low + float(place.attrs.get("epsilon", 1e-4))
    if total > 0:
        return None
    effect = "1 / sqrt(variance + epsilon) is " + ("Inf" if total == 0 else "NaN")
    return Danger(
        "LC306", False, 4, "> -epsilon", effect, "epsilon=1e-3, and train on or restore the moving variance"
    )


def _norm(place: Place) -> Danger | None:
    if place.arguments[0].low > 0 or place.arguments[0].high < 0:
        return None
    return Danger(
        "LC306",
        True,
        0,
        "!= 0",
        "the derivative of the norm at 0 is NaN",
        "tf.sqrt(tf.reduce_sum({x} ** 2) + 1e-12)",
    )


def _pow(place: Place) -> Danger | None:
    base, exponent = place.arguments[0], place.arguments[1]
    whole = exponent.low == exponent.high and float(exponent.low).is_integer()
    if base.low == base.high > 1 and exponent.high * math.log(base.low) > place.limits.exp_limit:
        return _power_overflow(base.low, place.limits)
    if base.low < 0 and not whole:
        return Danger(
            "LC308",
            False,
            0,
            ">= 0",
            "a negative base with a fractional exponent is NaN",
            "tf.pow(tf.maximum({x}, 1e-12), p)",
        )
    if _holds_zero(base) and exponent.low < 0:
        return Danger(
            "LC308", False, 0, "> 0", "0 to a negative power is Inf", "tf.pow(tf.maximum({x}, 1e-12), p)"
        )
    if _holds_zero(base) and exponent.low < 1 and exponent.high > 0:
        return Danger(
            "LC308",
            True,
            0,
            "> 0",
            "the derivative of x**p at 0 is Inf for 0 < p < 1",
            "tf.pow(tf.maximum({x}, 1e-12), p)",
        )
    return None


def _power_overflow(base: float, figures: Limits) -> Danger:
    """A constant to the power of x is an exponential: it overflows where x ln(base) does."""
    limit = figures.exp_limit / math.log(base)
    fix = f"tf.pow(b, tf.minimum({{x}}, {math.floor(limit) - 1:d}.0))"
    return Danger("LC308", False, 1, f"<= {limit:.2f}", f"the power overflows {figures.name} to Inf", fix)


def _guard(tiny: float) -> str:
    """Return an epsilon that the dtype holds with a margin."""
    return "1e-7" if tiny < 1e-30 else "1e-4"


ZONES: dict[str, Zone] = {
    "Acos": arc,
    "Acosh": acosh,
    "Asin": arc,
    "Atan2": angle,
    "Atanh": atanh,
    "Cosh": _hyperbolic,
    "Digamma": gamma,
    "Div": _divide,
    "Erfinv": quantile(-1.0),
    "EuclideanNorm": _norm,
    "Exp": _exp,
    "Expm1": _exp,
    "FusedBatchNorm": _batch_norm,
    "FusedBatchNormV2": _batch_norm,
    "FusedBatchNormV3": _batch_norm,
    "FloorDiv": _divide,
    "FloorMod": _divide,
    "Inv": _reciprocal,
    "Lgamma": gamma,
    "Log": _log,
    "Log1p": _log1p,
    "Mod": _divide,
    "Ndtri": quantile(0.0),
    "Pow": _pow,
    "RealDiv": _divide,
    "Reciprocal": _reciprocal,
    "Rsqrt": _rsqrt,
    "Sinh": _hyperbolic,
    "Sqrt": _sqrt,
    "TruncateDiv": _divide,
    "TruncateMod": _divide,
    "Xdivy": _xdivy,
    "Xlog1py": _xlog1py,
    "Xlogy": _xlogy,
}
"""TensorFlow op → the arguments it fears."""
