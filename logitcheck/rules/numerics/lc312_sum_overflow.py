"""LC312."""

from __future__ import annotations

from typing import ClassVar

from logitcheck.finding import Severity
from logitcheck.graph import Ref
from logitcheck.rules.risk_rule import RiskRule
from logitcheck.rules.rule import Example
from logitcheck.rules.sketch import Ops, graph


class SumOverflow(RiskRule):
    """A sum, product or power of finite numbers can leave its dtype.

    float16 ends at 65,504: 64 squares of numbers up to 50 are 160,000 and come out as Inf. A layer whose
    inputs go up to 255 needs only weights that sum up to 257. The mean of 300 pixels is Inf, since its sum is
    taken in float16 (by TensorFlow 2 and tf_keras; Keras 3 takes means in float32). In float32 ten
    exponentials of 87 overflow, although each is finite.

    Fix: sum in float32 (``tf.cast(x, tf.float32)``), scale inputs to [0, 1], or clip the terms so that their
    sum stays finite.
    """

    code = "LC312"
    name = "sum-overflow"
    severity = Severity.WARNING
    bad: ClassVar = (
        Example("exponentials in float16", lambda: graph(lambda ops: {"y": _summed(ops, "float16")}), "sum"),
        Example("a layer in float16", lambda: graph(lambda ops: {"y": _layer(ops, 9000.0)}), "product"),
    )
    good: ClassVar = (
        Example("exponentials in float32", lambda: graph(lambda ops: {"y": _summed(ops, "float32")})),
        Example("a layer in float16 of small weights", lambda: graph(lambda ops: {"y": _layer(ops, 1.0)})),
    )


def _layer(ops: Ops, weight: float) -> Ref:
    x = ops.op("Sigmoid", ops.op("Cast", ops.scores(8), DstT="float16"))
    return ops.op("MatMul", x, ops.const([[weight] * 4] * 8, "float16"), name="product")


def _summed(ops: Ops, dtype: str) -> Ref:
    x = ops.op("Cast", ops.scores(), DstT=dtype)
    clipped = ops.op("Minimum", x, ops.const(10.0, dtype))
    return ops.op("Sum", ops.op("Exp", clipped), ops.const(-1, "int32"), keep_dims=True, name="sum")
