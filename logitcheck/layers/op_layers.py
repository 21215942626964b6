"""Ops that stand in a functional model like layers.

Keras 3 stores ``keras.ops`` as entries of their class. Keras 2 stores TensorFlow's functions by name as
``TFOpLambda``, ``SlicingOpLambda``, ``ClassMethod`` and ``InstanceProperty``; and the raw ops of TensorFlow
1.15 to 2.3 as ``TensorFlowOpLayer``: the op's NodeDef as JSON, its constants beside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from typing import Any

from logitcheck.layers.builder import Builder
from logitcheck.layers.op_names import BINARY, COMPARISONS, REDUCTIONS, TESTS, UNARY
from logitcheck.layers.op_table import KEEPS_NAMES, RENAMED, SPECIAL
from logitcheck.layers.op_values import axes_of, dtype_name, floating, pair, tensor
from logitcheck.layers.state import Value
from logitcheck.layers.tensors import reduce

ROOMS = frozenset(("", "math", "nn", "linalg", "__operators__", "image", "dtypes", "bitwise"))
"""Modules of TensorFlow whose functions the tables name."""

LIKES = frozenset(("ZerosLike", "OnesLike", "EmptyLike", "zeros_like", "ones_like"))
"""Functions of one tensor that may be told another dtype."""

EXACT = frozenset(
    ("Abs", "Absolute", "Negative", "Sign", "Square", "StopGradient", "Copy", "BitwiseInvert", "BitwiseNot")
)
"""Functions of ``keras.ops`` that leave integers integers; the others make floating numbers of them."""

REVERSED = frozenset(("radd", "rsub", "rmul", "rtruediv", "rdiv", "rfloordiv", "rmod", "rpow", "rmatmul"))
"""Operators called on the right operand."""

OWN = frozenset(("name", "trainable"))


def keras_op(b: Builder, /, *args: Any, **kwargs: Any) -> Any:
    """An op of ``keras.ops``: settings are the entry's configuration, tensors the call's arguments."""
    settings = {key: value for key, value in b.config.items() if key not in OWN}
    if isinstance(settings.get("dtype"), Mapping):
        settings["dtype"] = dtype_name(settings["dtype"])
    return apply(b, b.layer.class_name, args, {**settings, **kwargs})


def tf_function(b: Builder, /, *args: Any, **kwargs: Any) -> Any:
    """A function of TensorFlow by its public name."""
    full = str(b.config.get("function", b.config.get("name", "")))
    room, _, name = full.removeprefix("tf.").removeprefix("compat.v1.").rpartition(".")
    if room not in ROOMS or (room == "image" and name != "resize"):
        raise ValueError(full)
    if name in REVERSED:
        name, args = name[1:], (kwargs.pop("y", args[-1]), args[0])
    return apply(b, name, args, kwargs)


def slicing(b: Builder, /, *args: Any, **kwargs: Any) -> Any:
    """``x[...]`` as Keras 2 stores it."""
    return apply(b, "getitem", args, kwargs)


def unnamed(b: Builder, /, *_args: Any, **_kwargs: Any) -> Any:
    """A method or property of a TensorFlow class: not understood."""
    config = b.config
    raise ValueError(str(config.get("method_name", config.get("attr_name", config.get("function", "")))))


def apply(b: Builder, name: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
    """Write the function of a name. Raises ValueError for one that no table names."""
    given = {_argument(name, key): value for key, value in kwargs.items() if key != "name"}
    if name in SPECIAL:
        return _special(b, name, args, given)
    if name in UNARY or name in TESTS:
        return _unary(b, name, tensor(b, args[0] if args else given["x"]), given)
    if name in BINARY or name in COMPARISONS:
        x, y = pair(b, args[0] if args else given["x"], args[1] if len(args) > 1 else given["y"])
        if name in COMPARISONS:
            if name.lower().startswith("logical"):
                x, y = b.cast(x, "bool"), b.cast(y, "bool")
            return b.binary(COMPARISONS[name], x, y, dtype="bool")
        return _arithmetic(b, BINARY[name], x, y)
    if name in REDUCTIONS:
        return _reduction(b, REDUCTIONS[name], args, given)
    raise ValueError(f"no such function: {name}")


def _unary(b: Builder, name: str, x: Value, given: Mapping[str, Any]) -> Value:
    if name in TESTS:
        return b.op(TESTS[name], b.cast(x, "bool") if TESTS[name] == "LogicalNot" else x, dtype="bool")
    y = b.op(UNARY[name], x if name in LIKES or name in EXACT or name.islower() else floating(b, x))
    wanted = dtype_name(given.get("dtype")) if name in LIKES else None
    return y if wanted is None else b.cast(y, wanted)


def _argument(function: str, name: str) -> str:
    return name if function in KEEPS_NAMES else RENAMED.get(name, name)


def _arithmetic(b: Builder, op: str, x: Value, y: Value) -> Value:
    if op == "RealDiv":
        x, y = floating(b, x), floating(b, y)
    return b.binary(op, x, y)


def _reduction(b: Builder, op: str, args: tuple[Any, ...], given: Mapping[str, Any]) -> Value:
    x = tensor(b, args[0] if args else given["x"])
    axis = args[1] if len(args) > 1 else given.get("axis")
    keep = args[2] if len(args) > 2 else given.get("keepdims")
    if isinstance(axis, Value):
        return b.op(op, x, axis, shape=None, keep_dims=bool(keep))
    if op in ("All", "Any"):
        x = b.cast(x, "bool")
    elif op == "Mean" and b.keras >= 3:
        x = floating(b, x)
    return reduce(b, op, x, axes_of(axis), bool(keep))


def _special(b: Builder, name: str, args: tuple[Any, ...], given: dict[str, Any]) -> Any:
    function = _function(name)
    first = () if args or "x" not in given or name in KEEPS_NAMES else (given.pop("x"),)
    return function(b, *args, *first, **given)


@cache
def _function(name: str) -> Any:
    module, attribute, *argument = SPECIAL[name]
    function = getattr(import_module(f"logitcheck.layers.{module}"), attribute)
    if not argument:
        return function
    text = argument[0]
    return function(float(text)) if text[0].isdigit() else function(text)


def raw_op(b: Builder, /, *args: Any, **_: Any) -> Any:
    """An op of TensorFlow with its constants put back in their places."""
    from logitcheck.layers.node_def import read

    op, attrs = read(b.config.get("node_def"))
    tensors: list[Any] = []
    for arg in args:
        tensors += [arg] if isinstance(arg, Value) or not isinstance(arg, (list, tuple)) else list(arg)
    constants = b.config.get("constants") or {}
    for place in sorted(int(key) for key in constants):
        value = constants[str(place)] if str(place) in constants else constants[place]
        tensors.insert(place, tensor(b, value, tensors[0] if _same(op, place) and tensors else None))
    inputs = [tensor(b, item) for item in tensors]
    return _known(b, op, inputs, attrs)


def _same(op: str, place: int) -> bool:
    """Whether a constant has the first input's dtype: in elementwise ops it does, as an axis it does not."""
    return op in ELEMENTWISE or (op in ("PadV2", "SelectV2", "ClipByValue") and place > 1)


PRODUCTS = ("BiasAdd", "MatMul", "BatchMatMulV2")
ELEMENTWISE = frozenset(
    (*BINARY.values(), *COMPARISONS.values(), "Add", "BiasAdd", "MatMul", "BatchMatMulV2")
)


def _known(b: Builder, op: str, inputs: list[Value], attrs: dict[str, Any]) -> Value:
    """Write the op; shape and dtype follow where it is elementwise."""
    if op in ELEMENTWISE and len(inputs) == 2 and op not in PRODUCTS:
        dtype = "bool" if op in COMPARISONS.values() else None
        return b.binary(op, inputs[0], inputs[1], dtype, **attrs)
    if op in UNARY.values() or op in ("Softmax", "LogSoftmax", "LeakyRelu", "BiasAdd"):
        return b.op(op, *inputs, **attrs)
    if op == "Transpose":
        return b.op(op, *inputs, shape=_transposed(b, inputs))
    dtype = attrs.get("DstT") or attrs.get("out_type") or attrs.pop("dtype", None)
    attrs.pop("shape", None)
    return b.op(op, *inputs, shape=None, dtype=dtype, **attrs)


def _transposed(b: Builder, inputs: list[Value]) -> Any:
    perm = b.values_of(inputs[1])
    shape = inputs[0].shape
    return None if perm is None or shape is None else tuple([shape[int(i)] for i in perm])
