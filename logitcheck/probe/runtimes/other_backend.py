"""Keras 3 models on JAX or PyTorch, without TensorFlow.

Keras looks through no softmax there, as far as is known; so the loss is computed as on TensorFlow, in one
function with the model, compiled on JAX as ``fit`` does it.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import MappingProxyType
from typing import Any

import numpy as np

from logitcheck.probe.array import Array
from logitcheck.probe.loss.kinds import label_family
from logitcheck.probe.loss.kinds import labels as made
from logitcheck.probe.protocol import LossPlan, OutputPlan, ProbeRequest
from logitcheck.probe.runtimes.keras_loss import KerasLosses
from logitcheck.probe.runtimes.keras_model import merged, model_inputs, own_names
from logitcheck.probe.runtimes.runtime import RuntimeProblemError


class BackendLosses(KerasLosses):
    """The losses of a model's outputs on tensors that do not tell what made them."""

    def _one(self, plan: OutputPlan, loss: Any, output: Any, given: Array | None = None) -> dict[str, Any]:
        assert plan.loss is not None
        wanted = labels_for(plan.loss, tuple(output.shape), given)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            told = {"loss": loss(wanted, output), "output": output}
        if any("from_logits" in str(item.message) for item in caught):
            self.warned.add(plan.name)
        return told


class BackendRuntime:
    """A Keras 3 model on a backend that is not TensorFlow; see :class:`Runtime`."""

    label = "keras 3"

    def __init__(
        self,
        keras: Any,
        model: Any,
        request: ProbeRequest,
        versions: Mapping[str, str],
        flatten: Callable[[Any], list[Any]],
    ):
        self.versions = versions
        self.model = model
        self.losses = BackendLosses(keras.losses, request.outputs)
        self.first_effects: dict[str, dict[str, Array]] | None = None
        """Of the first batch: what the losses come to; None before it."""

        self.inputs = merged(request.inputs, model_inputs(model))
        if any(plan.dtype == "string" for plan in self.inputs):
            raise RuntimeProblemError("run-failure", f"Keras on {keras.backend.backend()} takes no text")
        self._keras = keras
        self._flatten = flatten
        self._names = [output.name for output in request.outputs]

    def run(self, arrays: Sequence[Array]) -> dict[str, Array]:
        """Return the outputs under the audited model's names, by position; see :class:`Runtime`."""
        if self.first_effects is None:
            self.first_effects = self.effects(arrays)
        with self._without_gradients():
            answers = self._flatten(self.model(self._given(arrays), training=False))
        return self._named([self._array(answer) for answer in answers])

    def bare(self, arrays: Sequence[Array]) -> dict[str, Array]:
        """Return what a plain ``model(x)`` answers; statistics that it moves are put back."""
        with self._put_back(), self._without_gradients():
            answers = self._flatten(self.model(self._given(arrays)))
            return self._named([self._array(answer) for answer in answers])

    def effects(
        self,
        arrays: Sequence[Array],
        labels: Mapping[str, Array] = MappingProxyType({}),
        *,
        eager: bool = False,
        training: bool = False,
    ) -> dict[str, dict[str, Array]]:
        """Return what the losses come to: compiled where the backend compiles, unless ``eager``.

        ``labels``: the user's, by output, in the shape of its answers; others are made.
        """
        given = self._given(arrays)
        with self._put_back(), self._without_gradients():
            if eager or self._keras.backend.backend() != "jax":
                told = self.losses.of(self._flatten(self.model(given, training=training)), labels)
            else:
                told = self._compiled(given, labels, training)
            return {name: {key: self._array(item) for key, item in one.items()} for name, one in told.items()}

    def _compiled(self, given: Any, labels: Mapping[str, Array], training: bool) -> Any:
        import jax

        def compute(trained: Any, other: Any, x: Any) -> Any:
            answers, _ = self.model.stateless_call(trained, other, x, training=training)
            return self.losses.of(self._flatten(answers), labels)

        stored = ([item.value for item in kind] for kind in (self._trained(), self._others()))
        return jax.jit(compute)(*stored, given)

    def _trained(self) -> list[Any]:
        return list(self.model.trainable_variables)

    def _others(self) -> list[Any]:
        return list(self.model.non_trainable_variables)

    def _given(self, arrays: Sequence[Array]) -> Any:
        convert = self._keras.ops.convert_to_tensor
        tensors = [convert(array, dtype=plan.dtype) for plan, array in zip(self.inputs, arrays, strict=True)]
        return tensors if len(tensors) != 1 else tensors[0]

    def _array(self, answer: Any) -> Array:
        """Return a tensor as an array, bfloat16 as float32."""
        array = np.asarray(self._keras.ops.convert_to_numpy(answer))
        return array if array.dtype.kind in "biufc" else np.asarray(array, np.float32)

    def _named(self, answers: list[Array]) -> dict[str, Array]:
        names = self._names if len(self._names) == len(answers) else own_names(self.model, len(answers))
        return dict(zip(names, answers, strict=True))

    @contextmanager
    def _put_back(self) -> Iterator[None]:
        """Give statistics that move in training, and the state of random numbers, their values back."""
        before = [self._array(variable.value) for variable in self._others()]
        try:
            yield
        finally:
            for variable, value in zip(self._others(), before, strict=True):
                variable.assign(value)

    @contextmanager
    def _without_gradients(self) -> Iterator[None]:
        """Keep PyTorch from noting what gradients need."""
        if self._keras.backend.backend() != "torch":
            yield
            return
        import torch

        with torch.no_grad():
            yield


def labels_for(loss: LossPlan, shape: tuple[int, ...], given: Array | None) -> Array:
    """Return labels for an output of that shape: the user's own, which are shaped like it, or made ones."""
    axis, family = loss.axis % len(shape), label_family(loss)
    outer = tuple(length for index, length in enumerate(shape) if index != axis)
    if given is None and family == "binary":
        given = made(family, 1, int(np.prod(shape))).reshape(shape)
    elif given is None:
        rows = made("categorical", int(np.prod(outer)), shape[axis])
        given = np.moveaxis(rows.reshape(*outer, shape[axis]), -1, axis)
    if family == "sparse":
        return np.asarray(given.argmax(axis=axis), np.int32)
    return np.asarray(given, np.float32)
