"""Laws against TensorFlow's kernels: what a law says holds of numbers sampled from the arguments' ranges."""

from __future__ import annotations

import inspect
import warnings
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from tests.analysis.laws.bench import derive, holds
from tests.analysis.laws.calls import CALLS
from tests.analysis.laws.detector_calls import DETECTORS
from tests.analysis.laws.rarer_calls import RARER

ALL = CALLS + RARER + DETECTORS
ROUNDS = 2
NEW = {"squeeze_dims": "axis"}
DTYPES = ("Tout", "DstT", "SrcT", "T", "U", "dtype", "output_type", "out_type")


def run(tensorflow: ModuleType, op: str, values: list[np.ndarray], attrs: dict[str, Any]) -> list[np.ndarray]:
    """The answer of a raw op, its inputs given in order."""
    from tensorflow.python.framework import op_def_registry

    left, named = list(values), {}
    names = list(inspect.signature(getattr(tensorflow.raw_ops, op)).parameters)
    arguments = op_def_registry.get(op).input_arg
    lists = sum(1 for argument in arguments if argument.number_attr)
    single = len(arguments) - lists
    for name, argument in zip(names, arguments, strict=False):
        if argument.number_attr:
            count = (len(values) - single) // lists
            named[name], left = left[:count], left[count:]
        else:
            named[name] = left.pop(0)
    typed = {name: tensorflow.as_dtype(value) if name in DTYPES else value for name, value in attrs.items()}
    typed = {NEW.get(name, name): value for name, value in typed.items() if name not in ("SrcT", "T", "U")}
    answer = getattr(tensorflow.raw_ops, op)(**named, **typed)
    outs = answer if isinstance(answer, (list, tuple)) and not hasattr(answer, "numpy") else [answer]
    return [out.numpy() for out in outs]


@pytest.mark.tensorflow
@pytest.mark.parametrize("op", sorted({call[0] for call in ALL}))
def test_what_a_law_says_holds_of_the_kernel(op: str, tensorflow: ModuleType) -> None:
    random = np.random.default_rng(sum(map(ord, op)))
    for _, arguments, attrs in (call for call in ALL if call[0] == op):
        for _round in range(ROUNDS):
            values = [a if isinstance(a, np.ndarray) else a.sample(random) for a in arguments]
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                actual = run(tensorflow, op, values, attrs)
            told = {name: tuple(value) if isinstance(value, list) else value for name, value in attrs.items()}
            for tensor, numbers in zip(derive(op, arguments, told, len(actual)), actual, strict=True):
                try:
                    holds(tensor, numbers)
                except AssertionError as wrong:
                    raise AssertionError(f"{op} {arguments} {attrs}: {wrong} in {tensor}") from wrong
