"""Activations written out read their argument more than once; before a product they are bounded in pieces."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from logitcheck.analysis.interval import Interval
from logitcheck.analysis.numeric.channels import pieced
from logitcheck.analysis.numeric.interpret import RangeInterpreter
from logitcheck.analysis.numeric.stored import Stored
from logitcheck.analysis.tensor import Tensor
from logitcheck.graph import Graph, Ref
from logitcheck.rules.sketch import Ops
from tests.analysis.numeric.channel_calls import Array, Boxes

Write = Callable[[Ops, Ref], Ref]
Compute = Callable[[Array], Array]


def _swish(ops: Ops, x: Ref) -> Ref:
    return ops.op("Mul", x, ops.op("Sigmoid", x))


def _mish(ops: Ops, x: Ref) -> Ref:
    softplus = ops.op("Log", ops.op("AddV2", ops.op("Exp", x), ops.const(1.0)))
    return ops.op("Mul", x, ops.op("Tanh", softplus))


def _gelu(ops: Ops, x: Ref) -> Ref:
    inner = ops.op("AddV2", x, ops.op("Mul", ops.const(0.044715), ops.op("Pow", x, ops.const(3.0))))
    gate = ops.op("Tanh", ops.op("Mul", inner, ops.const(0.7978846)))
    return ops.op("Mul", ops.op("Mul", ops.const(0.5), x), ops.op("AddV2", gate, ops.const(1.0)))


def _sigmoid(x: Array) -> Array:
    return 1 / (1 + np.exp(-x))


CURVES: dict[str, tuple[Write, Compute, float]] = {
    "swish": (_swish, lambda x: x * _sigmoid(x), -0.279),
    "mish": (_mish, lambda x: x * np.tanh(np.logaddexp(0, x)), -0.309),
    "gelu": (_gelu, lambda x: x / 2 * (1 + np.tanh(0.7978846 * (x + 0.044715 * x**3))), -0.171),
}


def _derived(write: Write, boxes: Boxes, *, per_channel: bool = True) -> Tensor:
    """What is known of the activation once a product has read it."""
    ops = Ops()
    x = ops.input(None, 3)
    made = write(ops, x)
    ops.op("MatMul", made, ops.const(np.ones((3, 2))))
    interpreter = RangeInterpreter({"x": boxes.tensor()}, lambda _: None, Stored(None), per_channel)
    return interpreter.run(Graph(tuple(ops.nodes)))[made]


@pytest.mark.parametrize("name", sorted(CURVES))
def test_the_least_value_of_an_activation_is_found_nearly(name: str) -> None:
    write, _, least = CURVES[name]
    boxes = Boxes((1, 3), -30.0, 20.0)
    assert _derived(write, boxes, per_channel=False).interval.low == pytest.approx(-30, rel=1e-3)
    told = _derived(write, boxes).interval
    assert least - 4 < told.low <= least
    assert told.high == pytest.approx(20, rel=1e-3)


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from(sorted(CURVES)),
    arrays("float32", (2, 3), elements=st.floats(-40, 40, width=32, allow_subnormal=False)),
)
def test_sampled_activations_stay_inside(name: str, ends: Array) -> None:
    write, compute, _ = CURVES[name]
    low, high = ends.min(axis=0), ends.max(axis=0)
    tensor = _derived(write, Boxes((1, 3), low, high))
    seen = compute(np.linspace(low.astype("float64"), high.astype("float64"), 101))
    bottom, top = tensor.channels or (tensor.interval.low, tensor.interval.high)
    slack = 1e-5 * np.maximum(1, np.abs(seen))
    assert ((seen >= bottom - slack) & (seen <= top + slack)).all()


def test_a_channel_takes_the_pieces_that_it_meets() -> None:
    pieces = [
        (Interval(-2, 0), Interval(5, 6)),
        (Interval(0, 1), Interval(-1, 0)),
        (Interval(1, 9), Interval(7, 8)),
    ]
    low, high = pieced(Boxes((1, 3), [-1, 0.5, 2], [-0.5, 3, 4]).tensor(), pieces)
    assert low.tolist() == [5, -1, 7]
    assert high.tolist() == [6, 8, 8]
