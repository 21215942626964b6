"""Whether a batch loses the gradient: outputs finite, but some derivative not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from logitcheck.graph import Ref
from logitcheck.probe.array import Array
from logitcheck.probe.hunt.slices import Slice, numbers


class Gradients:
    """The derivatives of a graph's outputs, summed, with respect to all its weights and real inputs."""

    def __init__(self, cut: Slice, outputs: Sequence[Ref]):
        self._cut = cut
        self._places = [cut.wanted.index(ref) for ref in dict.fromkeys(outputs)]
        self._traced: Any = None

    def lost(self, arrays: Sequence[Array], seed: int) -> bool:
        """Tell whether all outputs are finite and a derivative is not."""
        import tensorflow as tf

        if self._traced is None:
            self._traced = tf.function(self._derivatives, autograph=False)
        answers, slopes = self._traced(tf.constant(seed, tf.int32), *self._cut.tensors(arrays))
        return _finite(answers) and not _finite(slopes)

    def _derivatives(self, seed: Any, *tensors: Any) -> tuple[list[Any], list[Any]]:
        import tensorflow as tf

        weights = {name: tf.identity(value) for name, value in self._cut.weights.items()}
        values = self._cut.forward(seed, *tensors, weights=weights)
        answers = [values[place] for place in self._places if values[place].dtype.is_floating]
        moved = [item for item in (*weights.values(), *tensors) if item.dtype.is_floating]
        total = tf.add_n([tf.reduce_sum(tf.cast(item, tf.float32)) for item in answers])
        return answers, [item for item in tf.gradients(total, moved) if item is not None]


def _finite(tensors: Sequence[Any]) -> bool:
    import tensorflow as tf

    flat = [item.values if isinstance(item, tf.IndexedSlices) else item for item in tensors]
    return all(bool(np.isfinite(numbers(item)).all()) for item in flat)
