"""Sources, ops that hand on what they get, branches and loops."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from logitcheck.analysis.context import Context
from logitcheck.analysis.interval import Interval
from logitcheck.analysis.laws.base import Law, join, result, sums_of
from logitcheck.analysis.tensor import Tensor, unknown
from logitcheck.graph import Graph, Node, Ref

if TYPE_CHECKING:
    pass


ROUNDS = 8


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


def switch(node: Node, inputs: list[Tensor], ctx: Context) -> tuple[Tensor, Tensor]:
    """y = x on the side of the predicate (false, true); the other is dead if that is constant."""
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
    named = (node.attrs.get("else_branch"), node.attrs.get("then_branch"))
    found = node.attrs.get("branches") or () if node.op.endswith("Case") else named
    graphs = [graph for graph in found if isinstance(graph, Graph)]
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
    from logitcheck.analysis.loops import stable, widen

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
    return result(
        inputs[1:],
        _selected_shape(condition, a, b),
        a.dtype or b.dtype,
        _selected(node, ctx),
        sums=sums if rows and sums == sums_of(b) else None,
        log=log if rows and log == b.log_probabilities else None,
    )


def _selected(node: Node, ctx: Context) -> Interval:
    """Return the bounds of either branch; one that the condition compares has those of the comparison too."""
    a, b = node.inputs[1:]
    condition = ctx.maker(node.inputs[0])
    if condition is not None and condition.op in COMPARISONS:
        from logitcheck.analysis.laws.guarded import chosen

        return chosen(condition, a, True, ctx).join(chosen(condition, b, False, ctx))
    return ctx.tensor(a).interval.join(ctx.tensor(b).interval)


def _vector_rows(node: Node, condition: Tensor, a: Tensor, axis: int) -> bool:
    """Select of TensorFlow 1 takes whole rows by a vector condition."""
    return node.op == "Select" and condition.rank == 1 and a.rank is not None and 1 < a.rank != -axis


def _selected_shape(condition: Tensor, a: Tensor, b: Tensor) -> Any:
    from logitcheck.analysis.laws.base import broadcast

    shape = broadcast(a.shape, b.shape)
    if condition.rank == 1 and shape is not None and len(shape) > 1:
        return shape
    return broadcast(shape, condition.shape)


COMPARISONS = frozenset(("Greater", "GreaterEqual", "Less", "LessEqual"))

LAWS: dict[str, Law] = {
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
}
