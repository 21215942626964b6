"""Where an activation and its loss agree though its values have bounds."""

from __future__ import annotations

import pytest

from logitcheck.graph import Ref
from logitcheck.model import Loss
from logitcheck.rules.case import Case
from logitcheck.rules.mismatch import mismatch
from logitcheck.rules.sketch import Ops, graph


def cosine(ops: Ops) -> Ref:
    """Return the product of two computed vectors of length 1, and so a cosine."""
    parts = []
    for name in "ab":
        x = ops.op("MatMul", ops.input(None, 4, name=name), ops.weight(4, 3))
        squares = ops.op("Sum", ops.op("Square", x), ops.const(-1, "int32"), keep_dims=True)
        parts.append(ops.op("Mul", x, ops.op("Rsqrt", squares)))
    return ops.op("Einsum", *parts, equation="bi,ki->bk")


def judged(values: Case, loss: str, from_logits: bool) -> str:
    from dataclasses import replace

    (pairing,) = values.pairings
    found = mismatch(
        replace(pairing, loss=Loss(loss, from_logits), facts=_facts(loss))  # type: ignore[arg-type]
    )
    return found.what if found else "fits"


def _facts(loss: str) -> object:
    from logitcheck.analysis.losses import loss_facts

    return loss_facts(loss)


@pytest.mark.parametrize(("cap", "says"), [(1.0, "bounded scores"), (10.0, "fits"), (30.0, "fits")])
def test_scores_capped_far_from_zero_let_the_loss_reach_it(cap: float, says: str) -> None:
    case = graph(lambda ops: {"s": ops.op("Mul", ops.op("Tanh", ops.scores()), ops.const(cap))})
    assert judged(case, "sparse_categorical_crossentropy", True) == says
    assert judged(case, "binary_crossentropy", True) == says


def test_what_a_bound_of_a_cosine_says() -> None:
    scaled = graph(lambda ops: {"s": ops.op("Mul", cosine(ops), ops.const(16.0))})
    assert judged(scaled, "sparse_categorical_crossentropy", True) == "fits"

    def shifted(ops: Ops) -> dict[str, Ref]:
        return {"s": ops.op("Mul", ops.op("AddV2", cosine(ops), ops.const(1.0)), ops.const(0.5))}

    assert judged(graph(shifted), "binary_crossentropy", False) == "fits"
    assert (
        judged(graph(lambda ops: {"s": cosine(ops)}), "binary_crossentropy", False) == "values outside [0, 1]"
    )


def test_a_choice_between_two_values_need_not_reach_the_ends_of_either() -> None:
    def hard_sigmoid(ops: Ops) -> dict[str, Ref]:
        scores = ops.scores()
        line = ops.op("AddV2", ops.op("Mul", scores, ops.const(0.5)), ops.const(0.5))
        below = ops.op("LessEqual", scores, ops.const(-1.0))
        above = ops.op("GreaterEqual", scores, ops.const(1.0))
        inner = ops.op("SelectV2", above, ops.const(1.0), line)
        return {"s": ops.op("SelectV2", below, ops.const(0.0), inner)}

    assert judged(graph(hard_sigmoid), "binary_crossentropy", False) == "fits"


def test_bounds_that_come_of_stored_numbers_say_nothing_of_training() -> None:
    def product(ops: Ops) -> dict[str, Ref]:
        tables = [ops.const([[0.01, -0.02], [0.03, 0.01]]) for _ in range(2)]
        ids = [ops.input(None, dtype="int32", name=name) for name in "ab"]
        parts = [ops.op("GatherV2", t, i, ops.const(0, "int32")) for t, i in zip(tables, ids, strict=True)]
        return {"s": ops.op("Einsum", *parts, equation="bi,ki->bk")}

    assert judged(graph(product), "binary_crossentropy", True) == "fits"
    assert judged(graph(product), "binary_crossentropy", False) == "values outside [0, 1]"
