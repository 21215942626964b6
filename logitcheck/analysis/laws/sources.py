"""Where tensors come from: inputs, constants, stored tensors, and what is done to variables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from logitcheck.analysis.context import Context
from logitcheck.analysis.interval import REALS, UNIT, Interval, point
from logitcheck.analysis.laws.base import Law, join, join_shapes, result
from logitcheck.analysis.tensor import Tensor, unknown
from logitcheck.graph import Node

if TYPE_CHECKING:
    import numpy as np


SMALL = 4096
"""Entries up to which a constant's numbers are kept."""


def placeholder(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """The model's input: what was declared of it, else anything."""
    dtype = node.attrs.get("dtype")
    return ctx.given.get(node.name) or unknown("Placeholder", node.attrs.get("shape"), dtype)


def const(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """A constant: its bounds, its numbers if few, and the axis along which it is a distribution.

    A large one has a key instead of its numbers, as a weight has.
    """
    value = node.attrs.get("value")
    dtype = node.attrs.get("dtype")
    if value is None or not hasattr(value, "dtype"):
        return weight(node, inputs, ctx) if dtype != "string" else result((), node.attrs.get("shape"), dtype)
    if value.dtype.kind not in "iufb" and str(value.dtype) != "bfloat16":
        return result((), tuple(value.shape), dtype or "string")
    if not value.size:
        empty = result((), tuple(value.shape), dtype or str(value.dtype), point(0.0))
        return empty.with_(value=value, shape_value=() if value.ndim == 1 else None)
    if value.size == 1:
        return _number(value, dtype)
    return _table(value, dtype)


def _number(value: np.ndarray[Any, Any], dtype: str | None) -> Tensor:
    number = float(value.item())
    nan, inf = number != number, number in (float("inf"), float("-inf"))
    entries = (int(number),) if value.ndim == 1 and value.dtype.kind in "iu" else None
    interval = REALS if nan else point(number)
    return Tensor(
        tuple(value.shape), dtype or str(value.dtype), interval, None, None, nan, inf, None, value, entries
    )


def _table(value: np.ndarray[Any, Any], dtype: str | None) -> Tensor:
    import numpy as np

    low, high = float(value.min()), float(value.max())
    nan, small = low != low, value.size <= SMALL
    with np.errstate(all="ignore"):
        inf = not nan and not np.isfinite([low, high]).all()
    whole = value.dtype.kind in "iu"
    entries = (
        tuple(int(x) for x in value.tolist()) if whole and value.ndim == 1 and value.size <= 32 else None
    )
    sums = _distribution(value) if small and not whole and low >= 0 and high <= 1 else None
    interval = REALS if nan else Interval(low, high)
    return Tensor(
        tuple(value.shape),
        dtype or str(value.dtype),
        interval,
        sums,
        None,
        nan,
        bool(inf),
        None,
        value if small else None,
        entries,
    )


def _distribution(value: np.ndarray[Any, Any]) -> int | None:
    """Return the axis along which a table of nonnegative numbers sums to 1, the last such one."""
    for axis in range(-1, -value.ndim - 1, -1):
        if value.shape[axis] > 1 and abs(value.sum(axis, dtype=float) - 1).max() <= 1e-6:
            return axis
    return None


def weight(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """A stored tensor: finite numbers, unless somebody read them and knows better."""
    shape, dtype = node.attrs.get("shape"), node.attrs.get("dtype") or "float32"
    key = node.attrs.get("key")
    facts = ctx.weight(key) if key is not None else None
    if facts is None:
        return Tensor(shape, dtype, REALS, None, None, False, False)
    return Tensor(shape, dtype, Interval(facts.low, facts.high), None, None, facts.nan, facts.inf)


def default(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = what is fed, else the default , which holds in serving (a learning phase)."""
    x = inputs[0]
    given = ctx.given.get(node.name)
    if given is not None:
        return given
    shape = node.attrs.get("shape")
    return x if shape is None or x.shape is not None else x.with_(shape=shape)


def nothing(node: Node, inputs: list[Tensor], ctx: Context) -> tuple[Tensor, ...]:
    """No output: NoOp, Assert, assignments and steps of optimizers."""
    return ()


def truth(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = a truth value about a variable or a resource."""
    return Tensor((), "bool", UNIT, may_nan=False, may_inf=False)


def handle(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = a handle: iterators, readers, queues, savers; no numbers."""
    return Tensor((), "resource", may_nan=False, may_inf=False)


def read(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = the numbers behind a variable's handle."""
    return inputs[0]


def shaped_like_state(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = the variable after an assignment: the old or the new numbers (Assign, AssignAdd)."""
    old, new = inputs[0], inputs[1]
    if node.op == "Assign":
        return new
    out = join(old, new)
    return out.with_(interval=REALS, shape=join_shapes(old.shape, old.shape), value=None)


LAWS: dict[str, Law] = {
    "Placeholder": placeholder,
    "Const": const,
    "HostConst": const,
    "Weight": weight,
    "VarHandleOp": weight,
    "VariableV2": weight,
    "Variable": weight,
    "ReadVariableOp": read,
    "DisableCopyOnRead": nothing,
    "PlaceholderWithDefault": default,
    "Assign": shaped_like_state,
    "AssignAdd": shaped_like_state,
    "AssignSub": shaped_like_state,
    "VarIsInitializedOp": truth,
    "IsVariableInitialized": truth,
    **dict.fromkeys(
        [
            "NoOp",
            "ControlTrigger",
            "Assert",
            "PrintV2",
            "AssignVariableOp",
            "AssignAddVariableOp",
            "AssignSubVariableOp",
            "RestoreV2",
            "SaveV2",
            "MergeV2Checkpoints",
            "ResourceApplyAdam",
            "ResourceApplyGradientDescent",
            "ResourceApplyKerasMomentum",
            "ResourceApplyMomentum",
            "ResourceApplyRMSProp",
            "ResourceApplyAdagradV2",
            "ResourceApplyAdadelta",
            "ResourceApplyFtrl",
            "ResourceApplyAdaMax",
            "ResourceScatterAdd",
            "ResourceScatterUpdate",
            "ResourceScatterSub",
            "DestroyResourceOp",
        ],
        nothing,
    ),
    **dict.fromkeys(
        [
            "IteratorV2",
            "Iterator",
            "OneShotIterator",
            "AnonymousIteratorV2",
            "FIFOQueueV2",
            "RandomShuffleQueueV2",
        ],
        handle,
    ),
}
