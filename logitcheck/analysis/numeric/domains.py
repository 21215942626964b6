"""Danger zones of functions whose domain ends: inverse functions, lgamma, quantiles."""

from __future__ import annotations

from logitcheck.analysis.numeric.danger import Danger, Place, Zone


def arc(place: Place) -> Danger | None:
    """NaN outside of [-1, 1], and an infinite derivative at both ends: acos and asin."""
    x, inside = place.arguments[0], 1 - 2 * place.limits.step
    if x.low > -1 and x.high < 1:
        return None
    fix = f"tf.clip_by_value({{x}}, {-inside:.7g}, {inside:.7g})"
    if x.low < -1 or x.high > 1:
        return Danger("LC309", False, 0, "within [-1, 1]", "NaN outside of [-1, 1]", fix)
    return Danger("LC309", True, 0, "within (-1, 1)", "the derivative at -1 and 1 is Inf", fix)


def angle(place: Place) -> Danger | None:
    """The angle of the point (0, 0) has no derivative: x / (x² + y²) is 0 / 0.

    Two numbers of either sign are hardly ever both 0; two that end there, as ReLU's, often are.
    """
    if len(place.arguments) < 2 or any(0 not in (x.low, x.high) for x in place.arguments[:2]):
        return None
    effect = "the derivative of atan2 at (0, 0) is NaN"
    return Danger("LC309", True, 1, "!= 0 where the first argument is 0", effect, "{x} + 1e-12")


def atanh(place: Place) -> Danger | None:
    """Inf at -1 and 1."""
    x, inside = place.arguments[0], 1 - 2 * place.limits.step
    if x.low > -1 and x.high < 1:
        return None
    effect = "Inf at -1 and 1" + (", NaN outside" if x.low < -1 or x.high > 1 else "")
    return Danger(
        "LC309", False, 0, "within (-1, 1)", effect, f"tf.clip_by_value({{x}}, {-inside:.7g}, {inside:.7g})"
    )


def acosh(place: Place) -> Danger | None:
    """NaN below 1, and an infinite derivative at 1."""
    x = place.arguments[0]
    if x.low > 1:
        return None
    edge = f"tf.maximum({{x}}, {1 + 2 * place.limits.step:.9g})"
    if x.low < 1:
        return Danger("LC309", False, 0, ">= 1", "NaN below 1", edge)
    return Danger("LC309", True, 0, "> 1", "the derivative at 1 is Inf", edge)


def gamma(place: Place) -> Danger | None:
    """Poles at 0 and at the negative integers: lgamma and digamma."""
    if place.arguments[0].low > 0:
        return None
    return Danger("LC311", False, 0, "> 0", "Inf at 0 and at every negative integer", "{x} + 1e-3")


def quantile(low: float) -> Zone:
    """Inf at both ends of the domain: erfinv from -1, a normal quantile from 0."""

    def zone(place: Place) -> Danger | None:
        x = place.arguments[0]
        if low < x.low and x.high < 1:
            return None
        bound = f"within ({low:.0f}, 1)"
        edge = 2 * place.limits.step
        return Danger(
            "LC311",
            False,
            0,
            bound,
            f"Inf at {low:.0f} and 1, NaN outside",
            f"tf.clip_by_value({{x}}, {low + edge:.7g}, {1 - edge:.7g})",
        )

    return zone
