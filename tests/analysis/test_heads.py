"""Heads of outputs: what makes their values."""

from __future__ import annotations

import pytest

from logitcheck.analysis.contract import values_of
from logitcheck.analysis.heads import find_head, is_activation, is_affine, is_independent, is_stored
from logitcheck.graph import Graph, Ref
from logitcheck.rules.sketch import Ops, dense, graph, layer, sketch


def built(ops: Ops) -> Graph:
    return Graph(tuple(ops.nodes))


def test_head_stands_behind_what_only_moves() -> None:
    ops = Ops()
    softmax = ops.op("Softmax", ops.scores(), name="softmax")
    moved = ops.op("Reshape", ops.op("Cast", ops.op("Identity", softmax)), ops.const((-1, 5), "int32"))
    head = find_head(built(ops), moved)
    assert (head.op, head.ref) == ("Softmax", Ref("softmax"))
    assert [node.op for node in head.behind] == ["Reshape", "Cast", "Identity"]


def test_identity_n_hands_on_the_input_of_the_same_number() -> None:
    ops = Ops()
    first, second = ops.op("Softmax", ops.scores()), ops.op("Sigmoid", ops.scores())
    both = ops.op("IdentityN", first, second)
    assert find_head(built(ops), Ref(both.node, 1)).op == "Sigmoid"


def test_head_of_what_the_graph_lacks_is_empty() -> None:
    head = find_head(Graph(), Ref("nowhere"))
    assert (head.op, head.layer, head.node) == ("", None, None)


def test_a_circle_ends() -> None:
    ops = Ops()
    ops.op("Identity", Ref("b"), name="a")
    ops.op("Identity", Ref("a"), name="b")
    assert find_head(built(ops), Ref("a")).op == "Identity"


@pytest.mark.parametrize("wrap", ["none", "scaled", "shifted", "pooled", "resized", "joined", "offset"])
def test_weighted_sums_are_affine_however_stretched(wrap: str) -> None:
    ops = Ops()
    scores = ops.scores()
    wrapped = {
        "none": lambda: scores,
        "scaled": lambda: ops.op("Mul", ops.const(0.5), scores),
        "shifted": lambda: ops.op("AddV2", scores, ops.weight(5)),
        "pooled": lambda: ops.op("Mean", scores, ops.const(1, "int32")),
        "resized": lambda: ops.op("ResizeBilinear", scores, ops.const((4, 4), "int32")),
        "joined": lambda: ops.op("ConcatV2", scores, ops.scores(), ops.const(1, "int32")),
        "offset": lambda: ops.op("AddV2", ops.op("Softmax", scores), ops.weight(5)),
    }[wrap]()
    assert is_affine(built(ops), wrapped)


def test_scores_beside_other_values_are_not_affine() -> None:
    ops = Ops()
    scores = ops.scores()
    mixed = ops.op("ConcatV2", scores, ops.op("Sigmoid", scores), ops.const(1, "int32"))
    assert not is_affine(built(ops), mixed)


def test_sums_that_share_their_parts_are_asked_once() -> None:
    ops = Ops()
    last = ops.op("Softmax", ops.scores())
    for _ in range(18):
        last = ops.op("AddV2", ops.op("Neg", last), ops.op("Neg", last))
    assert not is_affine(built(ops), last)


def test_scores_over_their_sum_are_not_affine() -> None:
    ops = Ops()
    scores = ops.scores()
    assert not is_affine(built(ops), ops.op("RealDiv", scores, ops.op("Sum", scores, ops.const(-1, "int32"))))


def test_clip_is_an_activation_on_scores_only() -> None:
    ops = Ops()
    scores, small, one = ops.scores(), ops.const(1e-7), ops.const(1.0)
    on_scores = ops.op("ClipByValue", scores, small, one)
    on_softmax = ops.op("ClipByValue", ops.op("Softmax", scores), small, one)
    assert is_activation(built(ops), find_head(built(ops), on_scores))
    assert not is_activation(built(ops), find_head(built(ops), on_softmax))


@pytest.mark.parametrize(
    ("activation", "values"),
    [
        ("softmax", "probabilities"),
        ("sigmoid", "independent-probabilities"),
        ("log_softmax", "log-probabilities"),
        ("linear", "logits"),
        ("elu", "logits"),
        ("relu", "nonnegative"),
        ("softplus", "nonnegative"),
        ("tanh", "bounded"),
    ],
)
def test_values_of_a_dense_layer(activation: str, values: str) -> None:
    (pairing,) = sketch(dense(5, activation)).pairings
    assert pairing.values == values
    (apart,) = sketch(dense(5), layer("Activation", activation=activation)).pairings
    assert apart.values == values


def test_values_written_by_hand_and_values_unknown() -> None:
    def by_hand(ops: Ops) -> dict[str, Ref]:
        exp = ops.op("Exp", ops.scores())
        total = ops.op("Sum", exp, ops.const(-1, "int32"), keep_dims=True)
        return {"p": ops.op("RealDiv", exp, total), "q": ops.op("Unknown", exp, what="MyOp")}

    hand, unknown = graph(by_hand).pairings
    assert hand.values == "probabilities"
    assert unknown.values == "unknown"
    assert values_of(unknown.tensor, unknown.head, unknown.graph) == "unknown"


def test_pointwise_functions_of_scores_are_independent() -> None:
    ops = Ops()
    scores = ops.scores()
    swish = ops.op("Mul", scores, ops.op("Sigmoid", scores))
    hard = ops.op("ClipByValue", ops.op("AddV2", swish, ops.const(0.5)), ops.const(0.0), ops.const(1.0))
    assert is_independent(built(ops), find_head(built(ops), hard))


def test_what_is_divided_by_a_sum_is_not() -> None:
    ops = Ops()
    exp = ops.op("Exp", ops.scores())
    hand = ops.op("RealDiv", exp, ops.op("Sum", exp, ops.const(-1, "int32")))
    clipped = ops.op("Maximum", hand, ops.const(1e-7))
    assert not is_independent(built(ops), find_head(built(ops), hand))
    assert not is_independent(built(ops), find_head(built(ops), clipped))


def test_attention_is_no_plain_weighted_sum() -> None:
    ops = Ops()
    values = ops.input(None, 5, 5)
    weights = ops.op("Softmax", ops.op("BatchMatMulV2", values, values))
    attended, product = ops.op("BatchMatMulV2", weights, values), ops.op("BatchMatMulV2", values, values)
    assert not is_affine(built(ops), attended)
    assert is_affine(built(ops), product)


def test_what_follows_from_stored_numbers_is_stored() -> None:
    ops = Ops()
    scale = ops.op("Rsqrt", ops.op("AddV2", ops.weight(5), ops.const(1e-3)))
    assert is_stored(built(ops), scale)
    normalised = ops.op("Mul", ops.scores(), scale)
    assert not is_stored(built(ops), normalised)
    assert is_affine(built(ops), normalised)


def test_activations_side_by_side_are_independent_where_each_has_its_own_weights() -> None:
    ops = Ops()
    axis = ops.const(1, "int32")
    first, second = ops.scores(1), ops.op("AddV2", ops.scores(1), ops.weight(1))
    apart = ops.op("ConcatV2", ops.op("Sigmoid", first), ops.op("Sigmoid", second), axis)
    opposite = ops.op("ConcatV2", ops.op("Sigmoid", first), ops.op("Sigmoid", ops.op("Neg", first)), axis)
    alike = ops.op("ConcatV2", ops.op("Sigmoid", first), ops.op("Relu", first), axis)
    graph = built(ops)
    assert is_activation(graph, find_head(graph, apart)) and is_independent(graph, find_head(graph, apart))
    assert not is_independent(graph, find_head(graph, opposite))
    assert not is_independent(graph, find_head(graph, alike))


def test_values_that_are_never_positive_are_scores() -> None:
    def distances(ops: Ops) -> dict[str, Ref]:
        squares = ops.op("Square", ops.op("Sub", ops.scores(), ops.weight(5)))
        return {"s": ops.op("Neg", ops.op("Sum", squares, ops.const(-1, "int32")))}

    (pairing,) = graph(distances).pairings
    assert pairing.values == "logits"
