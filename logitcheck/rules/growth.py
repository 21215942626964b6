"""How far gradients were measured growing on their way back, as rules tell it."""

from __future__ import annotations

from logitcheck.rules.case import Case
from logitcheck.rules.inside import held, real, topic
from logitcheck.rules.learning.lc404_exploding_gradient import explodes
from logitcheck.rules.over_time import GROWN, over_time


def growth(case: Case) -> tuple[str, str] | None:
    """Return how far gradients were measured growing and what it does; None where they do not explode."""
    seen = topic(case, "gradients")
    ratio = real(held(seen, "amplification"), "ratio") or 0.0
    gain, norm = real(seen, "gain") or 0.0, real(seen, "global_norm")
    if not explodes(ratio, gain):
        return _over_time(case)
    whole = f", to a norm of {norm:.3g} in all" if norm is not None else ""
    subject = f"the gradient was measured growing {max(ratio, gain):.3g}-fold on its way back{whole}"
    return subject, "one step of the usual size throws the weights far beyond where the loss was measured"


def _over_time(case: Case) -> tuple[str, str] | None:
    """Return how far gradients were measured growing over the steps of a recurrent layer."""
    for seen in over_time(case):
        if seen.gradient >= GROWN:
            subject = f"in layer {seen.layer!r} the gradient was measured growing {seen.gradient:.3g}-fold"
            return (
                f"{subject} over {seen.steps} steps",
                "one step of the usual size throws the weights far off",
            )
    return None
