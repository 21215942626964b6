"""Masks that Keras carries along with tensors, unseen in a configuration: which layers hand theirs on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from logitcheck.layers.builder import Builder
from logitcheck.layers.state import Value
from logitcheck.layers.tensors import concat

KEEPERS = frozenset(
    (
        *("Activation", "ActivityRegularization", "AlphaDropout", "Attention", "AdditiveAttention"),
        *(
            "BatchNormalization",
            "Bidirectional",
            "Dense",
            "Dropout",
            "ELU",
            "GaussianDropout",
            "GaussianNoise",
        ),
        *("GroupNormalization", "Identity", "LayerNormalization", "LeakyReLU", "MultiHeadAttention"),
        *("Normalization", "PReLU", "ReLU", "Rescaling", "Softmax", "SpatialDropout1D", "SpatialDropout2D"),
        *("SpatialDropout3D", "ThresholdedReLU", "TimeDistributed", "UnitNormalization"),
    )
)
"""Layers whose result has the mask of their (first) input."""

MERGERS = frozenset(("Add", "Average", "Maximum", "Minimum", "Multiply", "Subtract", "Concatenate"))
"""Layers whose result is masked where all their inputs are masked."""


def hand_on(b: Builder, args: tuple[Any, ...], result: Any) -> None:
    """Give a layer's result the mask that Keras would give it."""
    if not isinstance(result, Value) or result.ref in b.state.masks or not args:
        return
    mask = None
    given = args[0]
    several = type(given) in (list, tuple)
    if b.layer.class_name in MERGERS and several:
        mask = _merged(b, given)
    elif b.layer.class_name in KEEPERS:
        first = given[0] if several and given else given
        mask = b.mask(first)
        if b.layer.class_name == "Bidirectional" and result.rank != (first.rank if mask else None):
            mask = None
    if mask is not None:
        b.state.masks[result.ref] = mask


def _merged(b: Builder, values: Sequence[Any]) -> Value | None:
    """Return the masks of all inputs joined; an input without one is masked nowhere, and so is the result."""
    masks = [b.mask(value) for value in values]
    known = [mask for mask in masks if mask is not None]
    if len(known) < len(masks) or not known:
        return None
    if b.layer.class_name == "Concatenate" and b.config.get("axis", -1) == 1:
        return concat(b, known, 1)
    result = known[0]
    for mask in known[1:]:
        result = b.binary("LogicalOr", result, mask)
    return result
