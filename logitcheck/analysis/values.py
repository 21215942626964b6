"""What kind of values a tensor holds, in the words of the report."""

from __future__ import annotations

from logitcheck.analysis.laws.base import is_float
from logitcheck.analysis.tensor import Tensor

KINDS = (
    "probabilities",
    "independent-probabilities",
    "log-probabilities",
    "logits",
    "nonnegative",
    "bounded",
    "unknown",
)


def classify(tensor: Tensor) -> str:
    """Return one of :data:`KINDS`.

    Values that sum to 1 along an axis are probabilities; values within [0, 1] that do not are independent
    ones. Anything that may be every number is logits, if it is known to be: an op without a law leaves
    unknown. Integers and truth values are never called probabilities or logits.
    """
    low, high = tensor.interval[:2]
    if not is_float(tensor.dtype) or tensor.dtype is None:
        return _bounds(tensor) if tensor.dtype != "string" else "unknown"
    if tensor.sums_to_one is not None:
        return "probabilities"
    if tensor.log_probabilities is not None:
        return "log-probabilities"
    if low >= 0 and high <= 1:
        return "independent-probabilities"
    return _bounds(tensor) if low > float("-inf") else "logits" if tensor.known else "unknown"


def _bounds(tensor: Tensor) -> str:
    if tensor.interval.bounded:
        return "bounded"
    return "nonnegative" if tensor.interval[0] >= 0 and is_float(tensor.dtype) else "unknown"
