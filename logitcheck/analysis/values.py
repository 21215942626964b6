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
    ones. Signed values without a bound on both sides are logits, if they are known: an op without a law
    leaves unknown, and so do values that are never positive and no log-probabilities. Integers and
    truth values are neither, but for the quantised form of a softmax.
    """
    low, high = tensor.interval[:2]
    if tensor.sums_to_one is not None:
        return "probabilities"
    if not is_float(tensor.dtype):
        return "bounded" if tensor.interval.bounded and tensor.dtype != "string" else "unknown"
    if tensor.log_probabilities is not None:
        return "log-probabilities"
    if low >= 0 and high <= 1:
        return "independent-probabilities"
    if tensor.interval.bounded:
        return "bounded"
    if low >= 0:
        return "nonnegative"
    return "logits" if tensor.known and high > 0 else "unknown"
