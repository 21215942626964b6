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


def under(activation: str, normaliser: str) -> Case:
    return graph(lambda ops: {"p": ops.op(normaliser, ops.op(activation, ops.scores()))})


@pytest.mark.parametrize(
    ("activation", "normaliser", "loss", "says"),
    [
        ("Tanh", "Softmax", "categorical_crossentropy", "probabilities that are never sure"),
        ("Tanh", "Sigmoid", "binary_crossentropy", "probabilities that are never sure"),
        ("Relu", "Sigmoid", "binary_crossentropy", "probabilities that are never sure"),
        ("Relu", "Softmax", "categorical_crossentropy", "fits"),
        ("LeakyRelu", "Sigmoid", "binary_crossentropy", "fits"),
        ("Tanh", "Softmax", "kl_divergence", "fits"),
        ("Sigmoid", "Softmax", "categorical_crossentropy", "fits"),  # one on the other: a rule of its own
    ],
)
def test_squashed_scores_keep_probabilities_from_their_labels(
    activation: str, normaliser: str, loss: str, says: str
) -> None:
    assert judged(under(activation, normaliser), loss, False) == says


def test_a_softmax_written_by_hand_over_squashed_scores_is_never_sure() -> None:
    def shares(ops: Ops) -> dict[str, Ref]:
        exps = ops.op("Exp", ops.op("Tanh", ops.scores()))
        total = ops.op("Sum", exps, ops.const(-1, "int32"), keep_dims=True)
        return {"p": ops.op("RealDiv", exps, total)}

    assert judged(graph(shares), "categorical_crossentropy", False) == "probabilities that are never sure"


def test_label_smoothing_asks_for_no_more_than_its_own_labels() -> None:
    def capped(ops: Ops) -> dict[str, Ref]:
        return {"p": ops.op("Sigmoid", ops.op("Mul", ops.op("Tanh", ops.scores()), ops.const(2.2)))}

    (pairing,) = graph(capped).pairings  # at most 0.9002
    from dataclasses import replace

    facts = _facts("binary_crossentropy")
    says = [
        mismatch(replace(pairing, loss=loss, facts=facts))  # type: ignore[arg-type]
        for loss in (
            Loss("binary_crossentropy", False),
            Loss("binary_crossentropy", False, label_smoothing=0.2),
        )
    ]
    assert [found is None for found in says] == [False, True]


def test_stretched_softmaxes_are_bounded_scores() -> None:
    case = graph(lambda ops: {"s": ops.op("Mul", ops.op("Softmax", ops.scores()), ops.const(-1.0))})
    assert judged(case, "categorical_crossentropy", True) == "bounded scores"


@pytest.mark.parametrize(("op", "says"), [("Relu", "values that are never negative"), ("Elu", "fits")])
def test_a_hinge_wants_values_below_0(op: str, says: str) -> None:
    assert judged(graph(lambda ops: {"s": ops.op(op, ops.scores())}), "hinge", False) == says


@pytest.mark.parametrize(
    ("ops_", "loss", "says"),
    [
        (("Log", "Sigmoid"), "binary_crossentropy", "scores that are never positive"),
        (("LogSoftmax",), "binary_crossentropy", "scores that are never positive"),
        (("LogSoftmax",), "sparse_categorical_crossentropy", "fits"),
        (("Log", "Sigmoid"), "sparse_categorical_crossentropy", "fits"),
    ],
)
def test_a_sigmoid_wants_scores_of_both_signs(ops_: tuple[str, ...], loss: str, says: str) -> None:
    def scores(ops: Ops) -> dict[str, Ref]:
        made = ops.scores()
        for op in reversed(ops_):
            made = ops.op(op, made)
        return {"s": made}

    assert judged(graph(scores), loss, True) == says


def test_a_softmax_in_other_rows_is_still_a_distribution_to_a_binary_loss() -> None:
    def moved(op: str, *more: object) -> Case:
        def made(ops: Ops) -> dict[str, Ref]:
            return {"p": ops.op(op, ops.op("Softmax", ops.scores()), *(ops.const(x, "int32") for x in more))}

        return graph(made)

    assert judged(moved("Reshape", [-1]), "binary_crossentropy", False) == "a distribution over classes"
    assert judged(moved("ExpandDims", -1), "binary_crossentropy", False) == "a distribution over classes"
    chosen = moved("GatherV2", 1, -1)  # one class of two: a probability like any other
    assert judged(chosen, "binary_crossentropy", False) == "fits"


@pytest.mark.parametrize(
    ("op", "attrs", "says"),
    [
        ("Round", {}, "values without a gradient"),
        ("StopGradient", {}, "values without a gradient"),
        ("Cast", {"DstT": "int32"}, "values without a gradient"),
        ("Cast", {"DstT": "float16"}, "fits"),
        ("Softplus", {}, "fits"),
    ],
)
def test_a_loss_moves_nothing_behind_an_end_of_the_gradient(
    op: str, attrs: dict[str, str], says: str
) -> None:
    assert (
        judged(graph(lambda ops: {"s": ops.op(op, ops.scores(), **attrs)}), "mean_squared_error", False)
        == says
    )


def test_a_log_softmax_of_a_softmax_is_bounded_scores() -> None:
    case = graph(lambda ops: {"s": ops.op("LogSoftmax", ops.op("Softmax", ops.scores()))})
    assert judged(case, "categorical_crossentropy", True) == "bounded scores"


def test_scores_over_a_softmax_of_themselves_are_never_negative() -> None:
    def larger(ops: Ops) -> dict[str, Ref]:
        scores = ops.scores()
        return {"s": ops.op("Maximum", scores, ops.op("Softmax", scores))}

    assert judged(graph(larger), "binary_crossentropy", True) == "scores that are never negative"


def test_a_part_without_a_gradient_says_nothing_of_the_others() -> None:
    def stacked(ops: Ops) -> dict[str, Ref]:
        scores = ops.scores()
        return {"s": ops.op("Pack", ops.op("Round", scores), scores)}

    assert judged(graph(stacked), "mean_squared_error", False) == "fits"
