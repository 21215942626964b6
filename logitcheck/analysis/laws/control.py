"""Sources, ops that hand on what they get, branches and loops."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from logitcheck.analysis.context import Context
from logitcheck.analysis.interval import REALS, UNIT, Interval, point
from logitcheck.analysis.laws.base import Law, join_shapes, result, sums_of
from logitcheck.analysis.loops import join, stable, widen
from logitcheck.analysis.tensor import Tensor, unknown
from logitcheck.graph import Graph, Node, Ref

if TYPE_CHECKING:
    import numpy as np

ROUNDS = 8
SMALL = 4096
"""Entries up to which a constant's numbers are kept."""


def placeholder(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """The model's input: what was declared of it, else anything."""
    dtype = node.attrs.get("dtype")
    return ctx.given.get(node.name) or unknown("Placeholder", node.attrs.get("shape"), dtype)


def const(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """A constant: its bounds, its numbers where they are few, and the axis along which it is a distribution."""
    value = node.attrs.get("value")
    dtype = node.attrs.get("dtype")
    if value is None or not hasattr(value, "dtype"):
        return unknown(None, node.attrs.get("shape"), dtype)
    if value.dtype.kind not in "iufb" and str(value.dtype) != "bfloat16":
        return result((), tuple(value.shape), dtype or "string")
    if not value.size:
        return Tensor(
            tuple(value.shape),
            dtype or str(value.dtype),
            point(0.0),
            None,
            None,
            False,
            False,
            None,
            value,
            () if value.ndim == 1 else None,
        )
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
    low, high, nan, inf = facts or (REALS[0], REALS[1], False, False)
    return Tensor(shape, dtype, Interval(low, high), None, None, nan, inf)


def same(node: Node, inputs: list[Tensor], ctx: Context) -> tuple[Tensor, ...]:
    """y = x."""
    return tuple(inputs)


def first(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = the first input: what is trained, printed or checked beside it does not matter."""
    return inputs[0]


def checked(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = x, which is an error where x has a NaN or Inf (CheckNumerics)."""
    x = inputs[0]
    return x.with_(may_nan=False, may_inf=False)


def ensured(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = x, which is an error where x has another shape than said (EnsureShape)."""
    x, said = inputs[0], node.attrs.get("shape")
    if said is None or (x.shape is not None and len(x.shape) != len(said)):
        return x
    shape = (
        said if x.shape is None else tuple(m if n is None else n for m, n in zip(x.shape, said, strict=True))
    )
    return x.with_(shape=shape)


def default(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = what is fed, else the default (a learning phase, a keep probability): the default holds in serving."""
    x = inputs[0]
    given = ctx.given.get(node.name)
    if given is not None:
        return given
    shape = node.attrs.get("shape")
    return x if shape is None or x.shape is not None else x.with_(shape=shape)


def nothing(node: Node, inputs: list[Tensor], ctx: Context) -> tuple[Tensor, ...]:
    """No output: NoOp, Assert, assignments and steps of optimizers."""
    return ()


def switch(node: Node, inputs: list[Tensor], ctx: Context) -> tuple[Tensor, Tensor]:
    """y = x on the side of the predicate (false, true); the other side is dead where the predicate is constant."""
    taken = _taken(inputs[1], 2)
    if taken is not None:
        ctx.dead.add(Ref(node.name, 1 - taken))
    return inputs[0], inputs[0]


def merge(node: Node, inputs: list[Tensor], ctx: Context) -> tuple[Tensor, Tensor]:
    """y = any of the inputs; the second output is its number."""
    out = inputs[0]
    for other in inputs[1:]:
        out = join(out, other)
    index = Tensor(
        (), "int32", Interval(0.0, float(max(len(node.inputs) - 1, 0))), may_nan=False, may_inf=False
    )
    return out, index


def _taken(predicate: Tensor, count: int) -> int | None:
    """Return the number of the branch a constant predicate takes."""
    if predicate.value is None or predicate.value.size != 1:
        return None
    return min(max(int(predicate.value.item()), 0), count - 1)


def branch(node: Node, inputs: list[Tensor], ctx: Context) -> tuple[Tensor, ...]:
    """y = what the taken branch answers, or any of them where the predicate is not constant (If, Case)."""
    graphs = [node.attrs.get("else_branch"), node.attrs.get("then_branch")]
    if node.op.endswith("Case"):
        graphs = list(node.attrs.get("branches") or ())
    graphs = [graph for graph in graphs if isinstance(graph, Graph)]
    taken = _taken(inputs[0], len(graphs))
    if taken is not None:
        graphs = graphs[taken : taken + 1]
    answers = [ctx.nested(graph, inputs[1:]) for graph in graphs]
    outs = answers[0]
    for other in answers[1:]:
        outs = tuple(join(a, b) for a, b in zip(outs, other, strict=True))
    return outs


def loop(node: Node, inputs: list[Tensor], ctx: Context) -> tuple[Tensor, ...]:
    """y = the loop variables after any number of rounds: the fixpoint of joining what the body answers."""
    body, condition = node.attrs["body"], node.attrs.get("cond")
    state = tuple(inputs)
    for _ in range(ROUNDS):
        answer = ctx.nested(body, state)
        met = tuple(join(a, b) for a, b in zip(state, answer, strict=True))
        settled = all(map(stable, state, met))
        if settled:
            break
        state = tuple(map(widen, state, met))
    else:
        state = tuple(unknown(node.op, old.shape, old.dtype) for old in met)
    if isinstance(condition, Graph):
        ctx.nested(condition, state)
    return state


def call(node: Node, inputs: list[Tensor], ctx: Context) -> tuple[Tensor, ...]:
    """y = what the called function answers."""
    body = node.attrs.get("f")
    if not isinstance(body, Graph):
        return (unknown(str(body or node.op)),)
    return ctx.nested(body, inputs)


def truth(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = a truth value about a variable or a resource."""
    return Tensor((), "bool", UNIT, may_nan=False, may_inf=False)


def handle(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = a handle: iterators, readers, queues, savers; no numbers."""
    return Tensor((), "resource", may_nan=False, may_inf=False)


def read(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = the numbers behind a variable's handle."""
    return inputs[0]


def select(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = a where the condition holds, else b; a distribution where both are and whole rows are taken."""
    condition, a, b = inputs
    taken = _taken(condition, 2)
    if taken is not None:
        return inputs[1] if taken else inputs[2]
    sums, log = sums_of(a), a.log_probabilities
    axis = sums[0] if sums else log
    rows = axis is not None and (
        condition.rank == 0 or condition.size(axis) == 1 or _vector_rows(node, condition, a, axis)
    )
    out = result(
        inputs[1:],
        _selected_shape(condition, a, b),
        a.dtype or b.dtype,
        a.interval.join(b.interval),
        sums=sums if rows and sums == sums_of(b) else None,
        log=log if rows and log == b.log_probabilities else None,
    )
    return out


def _vector_rows(node: Node, condition: Tensor, a: Tensor, axis: int) -> bool:
    """Select of TensorFlow 1 takes whole rows by a vector condition."""
    return node.op == "Select" and condition.rank == 1 and a.rank is not None and 1 < a.rank != -axis


def _selected_shape(condition: Tensor, a: Tensor, b: Tensor) -> Any:
    from logitcheck.analysis.laws.base import broadcast

    shape = broadcast(a.shape, b.shape)
    if condition.rank == 1 and shape is not None and len(shape) > 1:
        return shape
    return broadcast(shape, condition.shape)


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
    "Identity": first,
    "StopGradient": first,
    "PreventGradient": first,
    "Snapshot": first,
    "DeepCopy": first,
    "RefIdentity": first,
    "Enter": first,
    "RefEnter": first,
    "Exit": first,
    "RefExit": first,
    "NextIteration": first,
    "RefNextIteration": first,
    "LoopCond": first,
    "Print": first,
    "IdentityN": same,
    "CheckNumerics": checked,
    "CheckNumericsV2": checked,
    "EnsureShape": ensured,
    "PlaceholderWithDefault": default,
    "Switch": switch,
    "RefSwitch": switch,
    "Merge": merge,
    "RefMerge": merge,
    "If": branch,
    "StatelessIf": branch,
    "Case": branch,
    "StatelessCase": branch,
    "While": loop,
    "StatelessWhile": loop,
    "PartitionedCall": call,
    "StatefulPartitionedCall": call,
    "Select": select,
    "SelectV2": select,
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
            "ApplyAdam",
            "ApplyGradientDescent",
            "ApplyMomentum",
            "ApplyRMSProp",
            "ApplyAdagrad",
            "ApplyAdadelta",
            "ApplyFtrl",
            "ScatterAdd",
            "ScatterUpdate",
            "ScatterSub",
        ],
        first,
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
