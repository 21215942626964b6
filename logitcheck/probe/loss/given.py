"""The user's labels in the shape of the answers, as the losses are computed with them. NumPy only."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from logitcheck.probe.array import Array
    from logitcheck.probe.observation import Observation
    from logitcheck.probe.protocol import LossPlan

CHOOSING = frozenset(
    (
        "categorical_crossentropy",
        "categorical_focal_crossentropy",
        "categorical_generalized_cross_entropy",
        "categorical_hinge",
        "kl_divergence",
        "sparse_categorical_crossentropy",
    )
)
"""Losses whose labels name one class of each place."""

SIGNED = frozenset(("hinge", "squared_hinge"))


def own_labels(seen: Observation, rows: int) -> dict[str, Array]:
    """Return the user's labels of the first rows, by output, in the shape of its answers."""
    found = {}
    for plan in seen.request.outputs:
        if plan.loss is not None and plan.name in seen.labels and plan.name in seen.answers:
            shape = seen.answers[plan.name][:rows].shape
            dense = fitted(plan.loss, seen.labels[plan.name][:rows], shape)
            if dense is not None:
                found[plan.name] = dense
    return found


def fitted(loss: LossPlan, labels: Array, shape: tuple[int, ...]) -> Array | None:
    """Return labels as float32 of an output's shape, numbers of classes as one-hot vectors.

    None where they do not fit: another number of them, NaN, a class that the output has not.
    """
    if labels.dtype.kind not in "biuf" or not np.isfinite(labels).all():
        return None
    if loss.name in CHOOSING and shape and shape[loss.axis] > 1:
        return _classes(loss, labels, shape)
    if labels.size != int(np.prod(shape)):
        return None
    dense = labels.reshape(shape).astype(np.float32)
    if loss.name in SIGNED and bool(((dense == 0) | (dense == 1)).all()):
        dense = 2 * dense - 1
    return dense


def _classes(loss: LossPlan, labels: Array, shape: tuple[int, ...]) -> Array | None:
    """Return labels of classes: one-hot ones as they are, numbers turned into such."""
    axis = loss.axis % len(shape)
    places = shape[:axis] + shape[axis + 1 :]
    if labels.shape == shape:
        return None if loss.name.startswith("sparse") else labels.astype(np.float32)
    if labels.size != int(np.prod(places)) or labels.shape[:1] != shape[:1]:
        return None
    ids = labels.reshape(places).astype(np.int64)
    if bool((ids != labels.reshape(places)).any()) or ids.min() < 0 or ids.max() >= shape[axis]:
        return None
    return np.moveaxis(np.eye(shape[axis], dtype=np.float32)[ids], -1, axis)
