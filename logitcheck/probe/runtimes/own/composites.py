"""Keras layers that the audit keeps as one node, run with TensorFlow's own functions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from logitcheck.graph import Node
from logitcheck.probe.runtimes.axes import moved
from logitcheck.probe.runtimes.own.recurrent import conv_lstm, recurrent
from logitcheck.probe.runtimes.runtime import RuntimeProblemError


def resize(node: Node, inputs: list[Any]) -> list[Any]:
    """Images of another size: inputs are images (channels last) and the size."""
    import tensorflow as tf

    image, size = inputs
    method = node.attrs["method"]
    if node.attrs.get("crop_to_aspect_ratio") or node.attrs.get("pad_to_aspect_ratio"):
        raise RuntimeProblemError("missing-classes", f"{node.name}: resizing that keeps the aspect ratio")
    return [tf.image.resize(image, size, method=method)]


def crop(node: Node, inputs: list[Any]) -> list[Any]:
    """The middle of an image; one that is too small is enlarged first, as little as it needs."""
    import tensorflow as tf

    height, width, first = node.attrs["height"], node.attrs["width"], node.attrs["channels_first"]
    image = tf.transpose(inputs[0], [0, 2, 3, 1]) if first else inputs[0]
    rows, columns = image.shape[-3], image.shape[-2]
    if rows < height or columns < width:
        raise RuntimeProblemError("missing-classes", f"{node.name}: an image smaller than its crop")
    top, left = (rows - height) // 2, (columns - width) // 2
    image = image[..., top : top + height, left : left + width, :]
    return [tf.transpose(image, [0, 3, 1, 2]) if first else image]


def take_along_axis(node: Node, inputs: list[Any]) -> list[Any]:
    """Values at one index each along an axis."""
    import tensorflow as tf

    axis = node.attrs["axis"]
    values, indices = inputs
    if axis is None:
        return [tf.gather(tf.reshape(values, [-1]), tf.reshape(indices, [-1]))]
    return [tf.experimental.numpy.take_along_axis(values, indices, axis)]


def sparsemax(node: Node, inputs: list[Any]) -> list[Any]:
    """Projection onto the simplex (Martins and Astudillo 2016, algorithm 1)."""
    import tensorflow as tf

    axis = node.attrs["axis"]
    scores = moved(inputs[0], axis, -1)
    ordered = tf.sort(scores, direction="DESCENDING")
    sums = tf.cumsum(ordered, axis=-1)
    ranks = tf.range(1, scores.shape[-1] + 1, dtype=scores.dtype)
    support = 1 + ranks * ordered > sums
    count = tf.reduce_sum(tf.cast(support, scores.dtype), axis=-1, keepdims=True)
    total = tf.reduce_sum(tf.where(support, ordered, 0), axis=-1, keepdims=True)
    result = tf.nn.relu(scores - (total - 1) / count)
    return [moved(result, -1, axis)]


def seeded(node: Node, inputs: list[Any]) -> list[Any]:
    """Random numbers of a shape from a seed and the node's own salt: the same for the same seed."""
    import tensorflow as tf

    draw = {
        "KerasSeededNormal": tf.random.stateless_normal,
        "KerasSeededTruncated": tf.random.stateless_truncated_normal,
        "KerasSeededUniform": tf.random.stateless_uniform,
    }[node.op]
    shape, seed = inputs
    return [draw(shape, tf.stack([seed, node.attrs["salt"]]), dtype=node.attrs["dtype"])]


COMPOSITES: dict[str, Callable[[Node, list[Any]], list[Any]]] = {
    "KerasConvLSTM": conv_lstm,
    "KerasCrop": crop,
    "KerasGRU": recurrent,
    "KerasLSTM": recurrent,
    "KerasResize": resize,
    "KerasSeededNormal": seeded,
    "KerasSeededTruncated": seeded,
    "KerasSeededUniform": seeded,
    "KerasSimpleRNN": recurrent,
    "KerasSparsemax": sparsemax,
    "KerasTakeAlongAxis": take_along_axis,
}
"""Op → how it is run: node and inputs in, outputs out."""
