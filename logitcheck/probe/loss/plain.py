"""Losses without the switch ``from_logits``: they take the outputs as they are, or clip them. NumPy only.

Source of the formulas: ``keras/src/losses/losses.py`` of Keras 3.15.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from logitcheck.probe.loss.kinds import SCORES
from logitcheck.probe.scoring.losses import EPSILON, per_example

if TYPE_CHECKING:
    from logitcheck.probe.array import Array
    from logitcheck.probe.protocol import LossPlan

CLIPPING = frozenset(("kl_divergence",))
"""Those that clip what they take for probabilities to [1e-7, 1]."""


def plain_forms(loss: LossPlan, values: Array, labels: Array, kind: str) -> dict[str, list[Array]]:
    """Return the one meaning of a loss on these values, in the form that hypotheses have.

    ``values`` and ``labels``: (places, classes). Empty for a loss without a definition here.
    """
    with np.errstate(all="ignore"):  # scores below 0 have no logarithm
        form = WHOLE[loss.name](loss, labels, values) if loss.name in WHOLE else None
        form = per_example(loss, labels, values) if form is None else form
    if form is None:
        return {}
    return {"clipped-scores" if loss.name in CLIPPING and kind == SCORES else "as-declared": [form]}


def _dice(loss: LossPlan, y: Array, p: Array) -> Array | None:
    """1 - 2 sum(y p) / (sum y + sum p), over the whole batch."""
    if loss.config.get("axis") is not None:
        return None
    return np.array([1 - 2 * (y * p).sum() / (y.sum() + p.sum() + EPSILON)])


def _tversky(loss: LossPlan, y: Array, p: Array) -> Array | None:
    """1 - sum(y p) / (sum(y p) + alpha sum((1 - p) y) + beta sum(p (1 - y))), over the whole batch."""
    if loss.config.get("axis") is not None:
        return None
    alpha, beta = (_number(loss.config.get(key)) for key in ("alpha", "beta"))
    both = (y * p).sum()
    return np.array([1 - both / (both + alpha * ((1 - p) * y).sum() + beta * (p * (1 - y)).sum() + EPSILON)])


def _number(value: Any) -> float:
    return float(value) if isinstance(value, (int, float)) else 0.5


WHOLE = {"dice": _dice, "tversky": _tversky}
"""Losses of a batch as a whole."""
