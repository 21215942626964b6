"""SavedModels whose variables only the object graph can restore, as ``tf.saved_model.save`` of Keras 3.

Their restore op fills copies that the signature does not read, so the whole object has to be loaded: slow,
but right.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from logitcheck.probe.array import Array
from logitcheck.probe.protocol import InputPlan, ProbeRequest
from logitcheck.probe.runtimes.keras_model import as_array, merged, tensor
from logitcheck.probe.runtimes.runtime import Runtime, RuntimeProblemError, shortened
from logitcheck.probe.runtimes.saved_calls import DEFAULT


def load(request: ProbeRequest) -> Runtime:
    """Load the object and pick the signature of the audited outputs. Raises RuntimeProblemError."""
    import tensorflow as tf

    folder = Path(request.path) if Path(request.path).is_dir() else Path(request.path).parent
    try:
        loaded = tf.saved_model.load(str(folder))
    except Exception as problem:
        raise RuntimeProblemError("load-failure", shortened(problem)) from problem
    names = [output.signature for output in request.outputs] + ["serving_default", *sorted(loaded.signatures)]
    name = next((name for name in names if name in loaded.signatures), None)
    if name is None:
        raise RuntimeProblemError("load-failure", "the SavedModel has no signature that answers anything")
    return SavedObject(loaded, loaded.signatures[name], request)


class SavedObject:
    """One signature of a loaded object; see :class:`Runtime`."""

    label = "saved-model"

    def __init__(self, loaded: Any, signature: Any, request: ProbeRequest):
        import numpy as np
        import tensorflow as tf

        self.versions: Mapping[str, str] = {"tensorflow": tf.__version__, "numpy": np.__version__}
        self._loaded = loaded  # owns the variables
        self._signature = signature
        specs = sorted(signature.structured_input_signature[1].items())
        self._keys = [key for key, _ in specs]
        self.inputs = merged(request.inputs, tuple(plan_of(key, spec) for key, spec in specs))
        self._asked = {output.name for output in request.outputs}

    def run(self, arrays: Sequence[Array]) -> dict[str, Array]:
        """Return the outputs under the signature's keys; see :class:`Runtime`."""
        import tensorflow as tf

        tensors = [tensor(tf, plan, array) for plan, array in zip(self.inputs, arrays, strict=True)]
        answers = self._signature(**dict(zip(self._keys, tensors, strict=True)))
        wanted = [key for key in sorted(answers) if key in self._asked] or sorted(answers)
        return {key: as_array(answers[key]) for key in wanted}

    def model_answers(self, arrays: Sequence[Array], *, training: bool) -> list[Array] | None:
        """Return what the function answers under which Keras 3 saved the model; None where it saved none.

        Keras 3 saves none for training. Raises what the library raises for inputs that do not fit.
        """
        import tensorflow as tf

        function = getattr(self._loaded, DEFAULT, None)
        if function is None or training or len(self.inputs) != 1:
            return None
        answers = function(tensor(tf, self.inputs[0], arrays[0]))
        return [as_array(answer) for answer in tf.nest.flatten(answers)]


def plan_of(key: str, spec: Any) -> InputPlan:
    """Return the plan of an input that a concrete function declares (TensorSpec)."""
    shape = None if spec.shape.rank is None else tuple(spec.shape.as_list())
    return InputPlan(key, shape, spec.dtype.name)
