"""The stored losses as Keras itself computes them, on the very tensors that the model gives.

Keras looks through a softmax by an attribute of the output tensor, or by the op that made it. So the loss
must be computed where the model is called: in the same traced function, or at once in eager mode.
"""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from logitcheck.probe.array import Array
from logitcheck.probe.loss.kinds import WITHOUT_SWITCH, computed, label_family
from logitcheck.probe.protocol import LossPlan, OutputPlan
from logitcheck.probe.runtimes.runtime import shortened

CARRIERS = frozenset(("Identity", "IdentityN", "Cast", "Reshape", "StopGradient", "EnsureShape"))
"""Ops that leave the values in their order."""

SPELT = {"ctc": "CTC", "kl_divergence": "KLDivergence"}
"""Classes that are not named by the rule."""

ACTIVATIONS = frozenset(("Softmax", "Sigmoid"))


class KerasLosses:
    """The losses of a model's outputs; ``library`` is the ``losses`` module of Keras 3 or tf_keras."""

    def __init__(self, library: Any, outputs: Sequence[OutputPlan]):
        self.problems: dict[str, str] = {}
        """Output → what Keras said against its loss."""

        self.warned: set[str] = set()
        """Outputs at which Keras warned of ``from_logits``."""

        self.heads: dict[str, str] = {}
        """Output → the op that makes its values, empty where it is not seen."""

        self._outputs = tuple(outputs)
        self._losses: dict[int, Any] = {}
        for index, plan in enumerate(outputs):
            if plan.loss is not None and computed(plan.loss):
                self._add(library, index, plan.loss)

    def _add(self, library: Any, index: int, loss: LossPlan) -> None:
        try:
            self._losses[index] = loss_object(library, loss)
        except Exception as problem:  # whatever Keras has against stored arguments
            self.problems[self._outputs[index].name] = shortened(problem)

    def of(
        self, answers: Sequence[Any], given: Mapping[str, Array] = MappingProxyType({})
    ) -> dict[str, dict[str, Any]]:
        """Return for every output with a built-in loss ``output``, ``loss`` and, where seen, ``scores``.

        ``answers``: the model's output tensors, symbolic or eager. ``given``: the user's labels by output, in
        the shape of its answers; others are made. ``loss`` is not reduced over places.
        """
        if len(answers) != len(self._outputs):
            return {}
        told = {}
        for index, loss in self._losses.items():
            plan = self._outputs[index]
            try:
                told[plan.name] = self._one(plan, loss, answers[index], given.get(plan.name))
            except Exception as problem:  # shapes that the loss refuses, unknown ones included
                self.problems[plan.name] = shortened(problem)
        return told

    def _one(self, plan: OutputPlan, loss: Any, output: Any, given: Array | None) -> dict[str, Any]:
        import tensorflow as tf

        assert plan.loss is not None
        output = getattr(output, "flat_values", output)
        made = given is None
        wanted = made_labels(tf, plan.loss, output) if made else own_labels(tf, plan.loss, given)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            told = {"loss": loss(wanted, output)}
        if any("from_logits" in str(item.message) for item in caught):
            self.warned.add(plan.name)
        op, scores = behind(output)
        self.heads.setdefault(plan.name, op)
        if scores is not None:
            told["scores"] = tf.reshape(scores, tf.shape(output))
        return {**told, "output": tf.identity(output)}


def loss_object(library: Any, loss: LossPlan) -> Any:
    """Return Keras's own loss with the stored arguments, unreduced."""
    words = "".join(word.capitalize() for word in loss.name.split("_"))
    kind = getattr(library, SPELT.get(loss.name, words))
    known = inspect.signature(kind).parameters
    told = {
        **{key: value for key, value in loss.config.items() if key not in ("name", "dtype", "ignore_class")},
        "from_logits": loss.from_logits,
        "label_smoothing": loss.label_smoothing,
        "reduction": "none",
    }
    if loss.name not in WITHOUT_SWITCH:
        told["axis"] = loss.axis
    return kind(**{key: value for key, value in told.items() if key in known})


def own_labels(tf: Any, loss: LossPlan, given: Any) -> Any:
    """Return the user's labels as a loss takes them; they come in the shape of the output."""
    if label_family(loss) == "sparse":
        return tf.constant(given.argmax(axis=loss.axis), tf.int32)
    return tf.constant(given, tf.float32)


def made_labels(tf: Any, loss: LossPlan, output: Any) -> Any:
    """Return labels for an output, as :func:`logitcheck.probe.loss.kinds.labels` makes them."""
    family = label_family(loss)
    if family == "binary":
        return tf.cast(tf.reshape(tf.range(tf.size(output)) % 2, tf.shape(output)), tf.float32)
    classes, rank = output.shape[loss.axis], output.shape.rank
    axis = loss.axis % rank
    outer = [length for index, length in enumerate(tf.unstack(tf.shape(output))) if index != axis]
    numbers = tf.reshape(tf.range(tf.reduce_prod(outer)) % classes, outer)
    numbers.set_shape([length for index, length in enumerate(output.shape) if index != axis])
    return numbers if family == "sparse" else tf.one_hot(numbers, classes, axis=axis)


def behind(output: Any) -> tuple[str, Any]:
    """Return the op that made an output's values, and the scores it was given if it is an activation.

    An eager tensor does not know its op: of it only what Keras noted itself is seen.
    """
    noted = getattr(output, "_keras_logits", None)
    for _ in range(8):
        try:
            op = output.op
        except AttributeError:
            return "", noted
        if op.type in ACTIVATIONS:
            return str(op.type), op.inputs[0]
        if op.type not in CARRIERS:
            return str(op.type), noted
        output = op.inputs[0]
    return "", noted
