"""Moves axes of tensors with what every TensorFlow 2 has: ``tf.experimental.numpy`` begins with 2.4."""

from __future__ import annotations

from typing import Any


def moved(tensor: Any, source: int, target: int) -> Any:
    """Return a tensor of known rank with one axis at another place, the others in their order."""
    import tensorflow as tf

    rank = tensor.shape.rank
    order = [axis for axis in range(rank) if axis != source % rank]
    order.insert(target % rank, source % rank)
    return tf.transpose(tensor, order)
