"""What Keras 2 and Keras 3 models have in common when they are run."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from logitcheck.probe.array import Array
from logitcheck.probe.inputs import fixed_batch
from logitcheck.probe.protocol import InputPlan, ProbeRequest
from logitcheck.probe.runtimes.keras_head import halves
from logitcheck.probe.runtimes.keras_loss import KerasLosses
from logitcheck.probe.runtimes.runtime import RuntimeProblemError


class KerasRuntime:
    """A Keras model as a graph function in inference mode; see :class:`Runtime`."""

    def __init__(
        self,
        label: str,
        model: Any,
        request: ProbeRequest,
        versions: Mapping[str, str],
        flatten: Callable[[Any], list[Any]],
        library: Any,
    ):
        import tensorflow as tf

        tf.random.set_seed(request.seed)
        self.label = label
        self.versions = versions
        self.model = model
        self.losses = KerasLosses(library.losses, request.outputs)
        self.first_effects: dict[str, dict[str, Array]] | None = None
        """Of the first batch: what :meth:`KerasLosses.of` gave; None before it."""

        self._bare: list[Any] = []
        self._library = library
        self._effects = tf.autograph.experimental.do_not_convert(self.losses.of)
        self.inputs = merged(request.inputs, model_inputs(model))
        self._names = [output.name for output in request.outputs]
        self._flatten = flatten
        self._traced: dict[Any, Any] = {}
        self._fixed = fixed_batch(self.inputs) is not None

    def _forward(self, *tensors: Any) -> Any:
        answers = self.call(tensors, training=False)
        return answers, self._effects(answers)

    def call(self, tensors: Sequence[Any], **how: bool) -> list[Any]:
        """Return the model's outputs for one tensor per input, flat."""
        return self._flatten(called(self.model, tensors, **how))

    def bare(self, arrays: Sequence[Array]) -> dict[str, Array]:
        """Return what a plain ``model(x)`` answers, eagerly."""
        import tensorflow as tf

        with self._put_back():
            self._bare = self.call(self._tensors(tf, arrays))
        return self._named([as_array(answer) for answer in self._bare])

    def bare_effects(self, labels: Mapping[str, Array]) -> dict[str, dict[str, Array]]:
        """Return what the losses make of the last answers of :meth:`bare`; ``labels`` as for effects."""
        return as_arrays(self._effects(self._bare, labels))

    def effects(
        self,
        arrays: Sequence[Array],
        labels: Mapping[str, Array],
        *,
        eager: bool = False,
        training: bool = False,
    ) -> dict[str, dict[str, Array]]:
        """Call the heads anew, eagerly or in a graph of their own, and return what the losses come to.

        ``labels``: the user's, by output, as :meth:`KerasLosses.of` takes them.
        """
        import tensorflow as tf

        with self._put_back():
            part, given = self._head(self._tensors(tf, arrays), training)

            def compute(*tensors: Any) -> Any:
                answers = self._flatten(called(part, tensors, training=training))
                return self._effects(answers, labels)

            return as_arrays((compute if eager else tf.function(compute))(*given))

    def _head(self, tensors: list[Any], training: bool) -> tuple[Any, list[Any]]:
        """Return the model's heads and their features; the model itself where it has no such parts."""
        parts = halves(self.model, self._library.Model, self._flatten)
        if parts is None:
            return self.model, tensors
        features = self._flatten(called(parts.body, tensors, training=training))
        masked = any(getattr(item, "_keras_mask", None) is not None for item in features)
        return (self.model, tensors) if masked else (parts.head, features)

    @contextmanager
    def _put_back(self) -> Iterator[None]:
        """Give statistics that move (of batch normalisation, in training) their values back."""
        import tensorflow as tf

        moving = list(self.model.non_trainable_variables)
        before = [tf.identity(variable) for variable in moving]
        try:
            yield
        finally:
            for variable, value in zip(moving, before, strict=True):
                variable.assign(value)

    def _tensors(self, tf: Any, arrays: Sequence[Array]) -> list[Any]:
        return [tensor(tf, plan, array) for plan, array in zip(self.inputs, arrays, strict=True)]

    def _call(self, tf: Any, tensors: list[Any]) -> Any:
        """Return the model as a graph function; one for all lengths of the batch, since tracing is slow."""
        key = tuple(tuple(item.shape if self._fixed else item.shape[1:]) for item in tensors)
        if key not in self._traced:
            shapes = [
                item.shape if self._fixed or not item.shape.rank else [None, *item.shape[1:]]
                for item in tensors
            ]
            specs = [tf.TensorSpec(shape, item.dtype) for shape, item in zip(shapes, tensors, strict=True)]
            self._traced[key] = tf.function(self._forward, input_signature=specs)
        return self._traced[key]

    def run(self, arrays: Sequence[Array]) -> dict[str, Array]:
        """Return the outputs under the audited model's names, by position; see :class:`Runtime`."""
        import tensorflow as tf

        tensors = self._tensors(tf, arrays)
        tensors_out, effects = self._call(tf, tensors)(*tensors)
        answers = [as_array(answer) for answer in tensors_out]
        if self.first_effects is None:
            self.first_effects = as_arrays(effects)
        return self._named(answers)

    def _named(self, answers: list[Array]) -> dict[str, Array]:
        names = self._names if len(self._names) == len(answers) else own_names(self.model, len(answers))
        return dict(zip(names, answers, strict=True))


def called(model: Any, tensors: Sequence[Any], **how: bool) -> Any:
    """Return what a model answers to one tensor per input."""
    return model(list(tensors) if len(tensors) != 1 else tensors[0], **how)


def tensor(tf: Any, plan: InputPlan, array: Array) -> Any:
    """Return an array as a tensor of the planned dtype."""
    return tf.constant(array) if plan.dtype == "string" else tf.cast(tf.constant(array), plan.dtype)


def as_array(answer: Any) -> Array:
    """Return an eager tensor as an array; of a ragged or sparse one the values, bfloat16 as float32."""
    import numpy as np

    answer = getattr(answer, "flat_values", getattr(answer, "values", answer))
    array = np.asarray(answer.numpy())
    return array if array.dtype.kind in "biufcSUO" else array.astype(np.float32)


def as_arrays(effects: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Array]]:
    """Return the tensors of every output as arrays."""
    return {name: {key: as_array(item) for key, item in one.items()} for name, one in effects.items()}


def own_names(model: Any, count: int) -> list[str]:
    """Return the names the model itself gives its outputs, numbered where it gives none."""
    names = list(getattr(model, "output_names", None) or [])
    return names if len(names) == count else [f"output_{index}" for index in range(count)]


def model_inputs(model: Any) -> tuple[InputPlan, ...]:
    """Return what a loaded model takes; nothing where it was never built."""
    try:
        found = list(model.inputs or ())
    except (AttributeError, ValueError):
        found = []
    return tuple(
        InputPlan(str(item.name).partition(":")[0], _shape(item.shape), dtype_name(item.dtype))
        for item in found
    )


def _shape(shape: Any) -> tuple[int | None, ...] | None:
    if getattr(shape, "rank", 0) is None:
        return None
    return tuple(None if length is None else int(length) for length in shape)


def dtype_name(dtype: Any) -> str:
    """Return the name of a TensorFlow, Keras or NumPy dtype."""
    return str(getattr(dtype, "name", dtype))


def merged(planned: tuple[InputPlan, ...], loaded: tuple[InputPlan, ...]) -> tuple[InputPlan, ...]:
    """Return the loaded model's inputs with what the audit knows of their values.

    Matched by name where the names agree, else by position. Raises RuntimeProblemError if nothing is known.
    """
    if not loaded:
        if not planned:
            raise RuntimeProblemError("run-failure", "the model does not tell what it takes")
        return planned
    by_name = {plan.name: plan for plan in planned}
    if not all(item.name in by_name for item in loaded):
        by_name = {item.name: plan for item, plan in zip(loaded, planned, strict=False)}
    return tuple(_informed(item, by_name.get(item.name)) for item in loaded)


def _informed(item: InputPlan, known: InputPlan | None) -> InputPlan:
    """Return an input with what is known of its values."""
    if known is None:
        return item
    return item._replace(kind=known.kind, high=known.high, low=known.low, top=known.top)
