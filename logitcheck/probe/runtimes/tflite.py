"""TFLite models in TensorFlow's interpreter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from logitcheck.probe.array import Array
from logitcheck.probe.protocol import InputPlan, ProbeRequest
from logitcheck.probe.runtimes.keras_model import merged
from logitcheck.probe.runtimes.runtime import Runtime


def load(request: ProbeRequest) -> Runtime:
    """Make an interpreter; see :class:`TfliteRuntime`."""
    import numpy as np
    import tensorflow as tf
    from tensorflow.lite.python.interpreter import Interpreter

    interpreter = Interpreter(model_path=request.path)
    interpreter.allocate_tensors()
    versions = {"tensorflow": tf.__version__, "numpy": np.__version__}
    return TfliteRuntime(interpreter, request, versions)


class TfliteRuntime:
    """The first subgraph of a TFLite file; see :class:`Runtime`. Its batch axis is fixed, to 1 as a rule."""

    label = "tflite"

    def __init__(self, interpreter: Any, request: ProbeRequest, versions: Mapping[str, str]):
        self.versions = versions
        self._interpreter = interpreter
        self._inputs = interpreter.get_input_details()
        self._outputs = interpreter.get_output_details()
        self.inputs = merged(request.inputs, tuple(plan_of(detail) for detail in self._inputs))
        names = [output.name for output in request.outputs]
        self._names = names if len(names) == len(self._outputs) else [item["name"] for item in self._outputs]

    def run(self, arrays: Sequence[Array]) -> dict[str, Array]:
        """Return the outputs by position, quantised ones as the real numbers they stand for."""
        for detail, array in zip(self._inputs, arrays, strict=True):
            if tuple(array.shape) != tuple(self._interpreter.tensor(detail["index"])().shape):
                self._interpreter.resize_tensor_input(detail["index"], array.shape)
        self._interpreter.allocate_tensors()
        for detail, array in zip(self._inputs, arrays, strict=True):
            self._interpreter.set_tensor(detail["index"], array.astype(detail["dtype"]))
        self._interpreter.invoke()
        answers = [real(self._interpreter.get_tensor(item["index"]), item) for item in self._outputs]
        return dict(zip(self._names, answers, strict=True))


def plan_of(detail: Any) -> InputPlan:
    """Return the plan of one input of the interpreter."""
    import numpy as np

    signature = [int(length) for length in detail.get("shape_signature", detail["shape"])]
    shape = tuple(None if length < 0 else length for length in signature)
    dtype = np.dtype(detail["dtype"])
    return InputPlan(detail["name"], shape, "string" if dtype.kind in "SO" else dtype.name)


def real(values: Array, detail: Any) -> Array:
    """Return what quantised values stand for: scale times (value minus zero point)."""
    import numpy as np

    scale, zero = detail["quantization"]
    return values if not scale else (values.astype(np.float32) - zero) * np.float32(scale)
