"""One op run at once, by the way that TensorFlow's own wrappers take.

A pass over a large graph that is made once costs a third so: what is traced is built, planned and only then
run. The way is no public interface; where a TensorFlow has it not, or it cannot take these arguments, the op
is traced.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def run_op(op: str, inputs: list[Any], attributes: Mapping[str, Any]) -> list[Any] | None:
    """Return an op's outputs, None where it cannot be run so; raises what TensorFlow raises of the values.

    ``inputs``: in the op's own order, a list where it takes one. ``attributes``: those that do not follow
    from the inputs.
    """
    try:
        from tensorflow.python import pywrap_tfe
        from tensorflow.python.eager import context, core
    except ImportError:
        return None
    pairs = [part for pair in attributes.items() for part in pair]
    try:
        result = pywrap_tfe.TFE_Py_FastPathExecute(context.context(), op, None, *inputs, *pairs)
    except core._NotOkStatusException as problem:
        raise core._status_to_exception(problem) from None
    except (core._FallbackException, AttributeError, TypeError, ValueError):
        return None
    if result is None:
        return []
    return list(result) if isinstance(result, (list, tuple)) else [result]
