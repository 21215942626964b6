"""Sums in float16: an alarm where the terms' ends are told, silence where learned layers stand between."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType

import numpy as np
import pytest

from logitcheck.analysis.interval import Interval
from logitcheck.analysis.numeric.risks import Risk, risks
from logitcheck.graph import Graph, Ref
from logitcheck.model import Model
from logitcheck.rules.sketch import Ops

RANGES = {"x": Interval(0.0, 255.0)}
Build = Callable[[Ops], Ref]


def found(build: Build, ranges: dict[str, Interval] = RANGES) -> list[Risk]:
    ops = Ops()
    end = build(ops)
    graph = Graph(tuple(ops.nodes), ("x",), (end,))
    return list(
        risks(Model("m", "saved-model", graph=graph, inputs=tuple(ops.inputs)), ranges, lambda _: None)
    )


def half(ops: Ops, *shape: int) -> Ref:
    return ops.op("Cast", ops.input(None, *shape), DstT="float16")


def times(ops: Ops, x: Ref, weight: float, read: int = 8) -> Ref:
    kernel = np.tile(np.array([[weight], [-weight]]), (read // 2, 3))
    return ops.op("MatMul", x, ops.const(kernel, "float16"), name="product")


def mean(ops: Ops, x: Ref, *axes: int, **attrs: object) -> Ref:
    return ops.op("Mean", x, ops.const(list(axes), "int32"), name="mean", **attrs)


def pooled(ops: Ops, size: int) -> Ref:
    ksize = (1, size, size, 1)
    return ops.op("AvgPool", half(ops, 64, 64, 3), ksize=ksize, strides=ksize, padding="VALID")


def behind(ops: Ops) -> Ref:
    """A layer whose input only learned numbers bound."""
    return times(ops, ops.op("Relu", times(ops, half(ops, 8), 1.0)), 500.0, read=3 + 1)


BAD: dict[str, Build] = {
    "a product": lambda ops: times(ops, half(ops, 8), 70.0),
    "a product of sigmoids": lambda ops: times(ops, ops.op("Sigmoid", half(ops, 8)), 40000.0),
    "a product of what a clip bounds": lambda ops: times(
        ops, ops.op("Minimum", ops.op("Relu", half(ops, 8)), ops.const(6.0, "float16")), 3000.0
    ),
    "a mean": lambda ops: mean(ops, half(ops, 64, 64, 3), 1, 2),
    "a mean over windows": lambda ops: pooled(ops, 32),
    "a sum": lambda ops: ops.op("Sum", half(ops, 300), ops.const([1], "int32")),
}
GOOD: dict[str, Build] = {
    "a product that fits": lambda ops: times(ops, half(ops, 8), 60.0),
    "a product in float32": lambda ops: times(ops, ops.input(None, 8), 70.0),
    "a mean of few": lambda ops: mean(ops, half(ops, 16, 16, 3), 1, 2),
    "a mean in float32": lambda ops: mean(ops, ops.op("Cast", half(ops, 64, 64, 3), DstT="float32"), 1, 2),
    "a small window": lambda ops: pooled(ops, 2),
    "a sum of probabilities": lambda ops: ops.op(
        "Sum", ops.op("Softmax", half(ops, 90000)), ops.const([1], "int32")
    ),
    "what a learned layer stands before": behind,
}


@pytest.mark.parametrize("what", sorted(BAD))
def test_a_sum_that_leaves_float16_is_told(what: str) -> None:
    (risk,) = found(BAD[what])
    assert risk.danger.rule == "LC312"
    assert "the sum lies in" in risk.danger.effect
    assert not risk.undeclared


@pytest.mark.parametrize("what", sorted(GOOD))
def test_a_sum_that_stays_inside_is_not(what: str) -> None:
    assert not found(GOOD[what])


def test_the_exact_range_of_the_sum_is_told() -> None:
    (risk,) = found(BAD["a product"])
    assert "[-71400, 71400]" in risk.danger.effect


def test_without_a_declared_range_it_rests_on_that() -> None:
    (risk,) = found(BAD["a product"], {})
    assert risk.undeclared


@pytest.mark.tensorflow
def test_kernels_add_up_in_the_dtypes_that_are_said(tensorflow: ModuleType) -> None:
    large = tensorflow.fill([1, 4, 4, 1], tensorflow.constant(6e4, "float16"))
    assert np.isinf(tensorflow.reduce_mean(large, [1, 2]).numpy()).all()
    assert np.isinf(tensorflow.nn.avg_pool2d(large, 2, 2, "VALID").numpy()).all()
    row = tensorflow.fill([1, 4], tensorflow.constant(300.0, "float16"))
    column = tensorflow.constant([[200.0], [200.0], [-200.0], [-200.0]], "float16")
    assert tensorflow.matmul(row, column).numpy() == 0
    assert np.isinf(tensorflow.matmul(row, abs(column)).numpy())


@pytest.mark.tensorflow
@pytest.mark.filterwarnings("ignore")
def test_keras_3_takes_means_in_single_precision_and_keras_2_does_not(tensorflow: ModuleType) -> None:
    import keras
    import tf_keras

    large = np.full((1, 4, 4, 1), 6e4, "float16")
    new = keras.layers.GlobalAveragePooling2D(dtype="float16")(large)
    old = tf_keras.layers.GlobalAveragePooling2D(dtype="float16")(large)
    assert np.asarray(new).ravel().tolist() == [60000.0]
    assert np.isinf(old.numpy()).all()
