"""The gradient of an argument inside loops and branches: the graph is run node by node under a tape.

Of a loop's rounds the one that comes nearest to the danger is followed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from logitcheck.graph import Node
from logitcheck.probe.array import Array
from logitcheck.probe.hunt.climb import goal
from logitcheck.probe.hunt.slices import SEED, Slice, numbers
from logitcheck.probe.hunt.stepwise import DEAD, Stepper
from logitcheck.probe.protocol import Suspect


class StepClimber:
    """The slope of one suspect's argument towards its danger, through all that is run."""

    def __init__(self, cut: Slice, suspect: Suspect):
        self._cut, self._suspect = cut, suspect
        self._stepper = Stepper(cut.weights, self._watch)
        self._goals: list[Any] = []

    def slope(self, arrays: Sequence[Array], seed: int) -> list[Array | None]:
        """Return, for every input, the gradient that leads towards the danger; None where there is none."""
        import tensorflow as tf

        tensors = self._cut.tensors(arrays)
        real = [item for item in tensors if item.dtype.is_floating]
        given: dict[str, Any] = {SEED: tf.constant(seed, tf.int32)}
        fed = zip(self._cut.fed, tensors, strict=True)
        given.update({node.name: item for node, item in fed})
        self._goals = []
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(real)
            self._stepper.run(self._cut.graph, given)
            nearest = tf.reduce_max(tf.stack(self._goals)) if self._goals else tf.constant(0.0)
        found = iter(tape.gradient(nearest, real))
        slopes = [next(found) if item.dtype.is_floating else None for item in tensors]
        return [None if item is None else numbers(tf.convert_to_tensor(item)) for item in slopes]

    def _watch(self, node: Node, inputs: list[Any], outputs: list[Any]) -> None:
        if node.name != self._suspect.node:
            return
        feared = outputs[0] if self._suspect.aim == "large" else inputs[self._suspect.argument]
        if feared is not DEAD:
            self._goals.append(goal(feared, self._suspect.aim))
