"""Which hypothesis a measured loss is. NumPy only."""

from __future__ import annotations

from typing import Any

import numpy as np

from logitcheck.probe.array import Array
from logitcheck.probe.loss.hypotheses import Variants
from logitcheck.probe.measure import figure

DECLARED = "as-declared"
UNKNOWN = "unknown"

TOLERANCES = {"float16": 3e-2, "bfloat16": 1e-1}
"""Share by which a loss on such values may be off; of wider ones see :data:`TOLERANCE`."""

TOLERANCE = 2e-4


def judged(measured: Array, variants: Variants, dtype: str) -> dict[str, Any]:
    """Return the mean ``value``, what it ``is``, the means of all ``hypotheses``, and of how many ``rows``.

    ``measured``: the loss of every place; those that are not finite are left out and counted as
    ``not_finite``. A hypothesis fits where it agrees at every place. Where several fit it is the declared one
    if that is among them, else *unknown*.
    """
    finite = np.isfinite(measured)
    kept = {name: [form[finite] for form in forms] for name, forms in variants.items() if forms}
    counted = {"rows": int(finite.sum()), "not_finite": int((~finite).sum())}
    if not finite.any():
        return {"value": None, "is": UNKNOWN, "hypotheses": {}, **counted}
    share = TOLERANCES.get(dtype, TOLERANCE)
    seen = measured[finite]
    fits = [name for name, forms in kept.items() if any(_fits(seen, form, share) for form in forms)]
    found = DECLARED if DECLARED in fits else fits[0] if len(fits) == 1 else UNKNOWN
    nearest = {name: [_nearest(seen, forms)] for name, forms in kept.items()}
    return {"value": figure(seen.mean()), "is": found, "hypotheses": means(nearest), **counted}


def means(variants: Variants) -> dict[str, float]:
    """Return the mean of each hypothesis' first form, where it is finite."""
    return {
        name: figure(forms[0].mean())
        for name, forms in variants.items()
        if forms and forms[0].size and np.isfinite(forms[0]).all()
    }


def _fits(measured: Array, form: Array, share: float) -> bool:
    """Tell whether a hypothesis agrees everywhere; where it is infinite it cannot be told by a float32."""
    known = np.isfinite(form)
    gap = np.abs(measured - form)[known] / np.maximum(1.0, np.abs(form[known]))
    return bool(known.any() and gap.max() <= share)


def _nearest(measured: Array, forms: list[Array]) -> Array:
    return min(forms, key=lambda form: float(np.nan_to_num(np.abs(measured - form), nan=np.inf).max()))
