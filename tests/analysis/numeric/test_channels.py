"""Bounds per channel hold of TensorFlow's kernels, are tighter than one for all, and break when mutated."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from logitcheck.analysis.interval import Interval
from logitcheck.analysis.numeric import products
from logitcheck.analysis.numeric.channel_rules import RULES
from logitcheck.analysis.numeric.channels import fitted, hull, parts
from logitcheck.analysis.numeric.dangers import danger_of, is_apart
from logitcheck.analysis.numeric.interpret import RangeInterpreter
from logitcheck.analysis.numeric.products import PRODUCTS
from logitcheck.analysis.numeric.stored import Stored
from logitcheck.analysis.numeric.values import Values
from logitcheck.analysis.tensor import Tensor
from logitcheck.graph import Graph, Node, Ref
from logitcheck.rules.sketch import Ops
from tests.analysis.laws.test_against_tensorflow import run
from tests.analysis.numeric.channel_calls import (
    MUTATIONS,
    Array,
    Boxes,
    Call,
    X,
    calls,
    derived,
    flat,
    inside,
)

ALL = calls()
ROUNDS = 3


def _samples(tensorflow: ModuleType, call: Call) -> list[Array]:
    op, arguments, attrs = call
    random = np.random.default_rng(sum(map(ord, op)))
    found = []
    for _ in range(ROUNDS):
        values = [a.sample(random) if isinstance(a, Boxes) else a for a in flat(arguments)]
        found.append(run(tensorflow, op, values, attrs)[0])
    return found


@pytest.mark.tensorflow
def test_what_channels_are_said_to_hold_is_true_of_the_kernels(tensorflow: ModuleType) -> None:
    for call in ALL:
        tensor = derived(*call)
        assert all(inside(tensor, seen) for seen in _samples(tensorflow, call)), (call, tensor)


@pytest.mark.tensorflow
@pytest.mark.parametrize("change", sorted(MUTATIONS))
def test_a_mutated_rule_is_caught(
    change: str, tensorflow: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    mutate = MUTATIONS[change]
    for op in ("Relu", "Sub", "Mul", "RealDiv", "FusedBatchNormV3", "Softmax", "Pad", "Mean", "Transpose"):
        mine = [call for call in ALL if call[0] == op]
        seen = [_samples(tensorflow, call) for call in mine]
        rule = RULES[op]

        def changed(*arguments: Any, rule: Any = rule) -> Any:
            ends = rule(*arguments)
            return None if ends is None else mutate(ends)

        plain = [derived(*call).channels is None for call in mine]
        monkeypatch.setitem(RULES, op, changed)
        told = [derived(*call) for call in mine]
        sound = all(inside(t, y) for t, ys in zip(told, seen, strict=True) for y in ys)
        lost = [t.channels is None for t in told] != plain  # (so wrong that nothing of it was believed)
        assert lost or not sound, (op, change)


@pytest.mark.tensorflow
@pytest.mark.parametrize("change", sorted(set(MUTATIONS) - {"the channels turned round"}))
def test_a_mutated_product_is_caught(
    change: str, tensorflow: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = [call for call in ALL if call[0] in PRODUCTS]
    seen = [_samples(tensorflow, call) for call in mine]
    ends = products._ends
    monkeypatch.setattr(products, "_ends", lambda *parts: MUTATIONS[change](ends(*parts)))
    wrong = [not all(inside(derived(*call), y) for y in ys) for call, ys in zip(mine, seen, strict=True)]
    assert {call[0] for call, bad in zip(mine, wrong, strict=True) if bad} == {call[0] for call in mine}


def test_an_einsum_is_bounded_like_the_product_it_is() -> None:
    rows = np.random.default_rng(3).normal(size=(4, 6)).astype("float32")
    product = derived("MatMul", [X, rows], {})
    for equation, kernel in (("ab,bc->ac", rows), ("ab,cb->ac", rows.T.copy())):
        told = derived("Einsum", [[X, kernel]], {"equation": equation})
        assert told.channels is not None and product.channels is not None
        np.testing.assert_allclose(told.channels, product.channels)
    heads = derived("Einsum", [[X, rows.reshape(4, 2, 3)]], {"equation": "ab,bcd->acd"})
    assert heads.interval == product.interval
    for equation in ("ab,bb->a", "ab,ab->ab", "ab,bc,cd->ad", "ab->ba"):
        assert derived("Einsum", [[X, rows]], {"equation": equation}).channels is None


def test_channels_are_told_apart_where_it_is_worthwhile() -> None:
    kept = {call[0] for call in ALL if derived(*call).channels is not None}
    assert {"AddV2", "AvgPool", "BiasAdd", "ConcatV2", "Conv2D", "DepthwiseConv2dNative", "MatMul"} <= kept
    assert {"FusedBatchNormV3", "Maximum", "Mul", "Relu", "Reshape", "Softmax", "Conv2DBackpropInput"} <= kept


NUMBERS = st.floats(-4, 4, width=32, allow_subnormal=False)


@settings(max_examples=60, deadline=None)
@given(arrays("float32", (3, 4), elements=NUMBERS), arrays("float32", (2, 3), elements=NUMBERS))
def test_both_ends_of_a_product_are_reached(kernel: Array, ends: Array) -> None:
    low, high = ends.min(axis=0), ends.max(axis=0)
    tensor = derived("MatMul", [Boxes((1, 3), low, high), kernel], {})
    exact = kernel.astype("float64")
    top = np.where(exact > 0, high[:, None], low[:, None]) * exact
    bottom = np.where(exact > 0, low[:, None], high[:, None]) * exact
    assert tensor.channels is not None
    np.testing.assert_allclose(tensor.channels[0], bottom.sum(axis=0), atol=2e-5)
    np.testing.assert_allclose(tensor.channels[1], top.sum(axis=0), atol=2e-5)


@settings(max_examples=60, deadline=None)
@given(arrays("float64", (2, 6), elements=st.floats(-9, 9)))
def test_one_interval_for_all_is_never_tighter(ends: Array) -> None:
    low, high = ends.min(axis=0), ends.max(axis=0)
    kernel = np.linspace(-1, 1, 18).reshape(6, 3).astype("float32")
    apart = derived("MatMul", [Boxes((1, 6), low, high), kernel], {})
    joined = derived("MatMul", [Boxes((1, 6), low.min(), high.max()), kernel], {})
    assert apart.interval.low >= joined.interval.low - 1e-4
    assert apart.interval.high <= joined.interval.high + 1e-4


@settings(max_examples=80, deadline=None)
@given(
    arrays("float64", (2, 4), elements=st.floats(-9, 9)),
    st.sampled_from([0.1, 1.0, 30.0, 1e13]),
    st.integers(0, 3),
)
def test_softmax_stays_inside_where_one_logit_is_high_and_the_others_low(
    ends: Array, scale: float, best: int
) -> None:
    low, high = (ends.min(axis=0) * scale).astype("float32"), (ends.max(axis=0) * scale).astype("float32")
    tensor = derived("Softmax", [Boxes((1, 4), low, high)], {})
    for logits in (np.where(np.arange(4) == best, high, low), np.where(np.arange(4) == best, low, high)):
        shifted = np.exp(logits.astype("float64") - logits.max())
        assert inside(tensor, shifted / shifted.sum())


def test_a_sum_of_numbers_that_are_not_negative_stays_so_in_spite_of_rounding() -> None:
    kernel = np.full((5, 3), 0.3, "float32")
    tensor = derived("MatMul", [Boxes((1, 5), 0.0, [1, 2, 3, 4, 5]), kernel], {})
    assert tensor.interval.low == 0.0


def test_ends_that_do_not_fit_a_tensor_are_dropped() -> None:
    tensor = Tensor((None, 3), "float32", Interval(-1.0, 1.0))
    assert fitted((np.zeros(4), np.ones(4)), tensor) is None
    assert fitted((np.array([np.nan, 0, 0]), np.ones(3)), tensor) is None
    cut = fitted((np.full(3, -5.0), np.full(3, 0.5)), tensor)
    assert cut is not None and hull(cut) == Interval(-1.0, 0.5)


def test_a_divisor_whose_channels_avoid_0_is_no_danger_although_their_hull_holds_it() -> None:
    node = Node("y", "RealDiv", (Ref("x"), Ref("c")), {"T": "float32"})
    apart = Boxes((1, 2), [-2.0, 1.0], [-1.0, 3.0]).tensor()
    across = Boxes((1, 2), [-2.0, -1.0], [-1.0, 3.0]).tensor()
    values = Values(Graph((node,)))
    for divisor, harmless in ((apart, True), (across, False)):
        inputs = [Tensor((1, 2), "float32", Interval(0.0, 1.0)), divisor]
        danger = danger_of(node, inputs, values)
        assert danger is not None
        assert is_apart(node, danger, inputs, values) is harmless
    assert parts(apart) == [Interval(-2.0, -1.0), Interval(1.0, 3.0)]


def test_what_intervals_decide_holds_beside_what_channels_tell() -> None:
    ops = Ops()
    x = ops.input(None, 4)
    terms = ops.op("Relu", ops.op("AddV2", x, ops.const([0.0, 1.0, 2.0, 3.0])))
    share = ops.op("RealDiv", terms, ops.op("Sum", terms, ops.const([-1], "int32"), keep_dims=True))
    given = {"x": Tensor((None, 4), "float32", Interval(1.0, 9.0), may_nan=False, may_inf=False)}
    found = RangeInterpreter(given, lambda _: None, Stored(None), per_channel=True).run(
        Graph(tuple(ops.nodes))
    )
    assert found[terms].channels is not None
    assert found[share].interval.low > 0
    assert found[share].interval.high <= 1


def test_a_kernel_too_large_to_be_read_leaves_the_law_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    arguments = [X, np.ones((4, 5), "float32")]
    assert derived("MatMul", arguments, {}).channels is not None
    monkeypatch.setattr("logitcheck.analysis.numeric.stored.LARGEST", 19)
    assert derived("MatMul", arguments, {}).channels is None
