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

    float16 ends at 65,504: 64 squares of numbers up to 50 are 160,000 and come out as Inf. In float32 ten
    exponentials of 87 do, although each is finite.

    Fix: sum in float32 (``tf.cast(x, tf.float32)``), or clip the terms so that their sum stays finite.
    """

    code = "LC312"
    name = "sum-overflow"
    severity = Severity.WARNING
    bad: ClassVar = (
        Example("exponentials in float16", lambda: graph(lambda ops: {"y": _summed(ops, "float16")}), "sum"),
    )
    good: ClassVar = (
        Example("exponentials in float32", lambda: graph(lambda ops: {"y": _summed(ops, "float32")})),
    )


def _summed(ops: Ops, dtype: str) -> Ref:
    x = ops.op("Cast", ops.scores(), DstT=dtype)
    clipped = ops.op("Minimum", x, ops.const(10.0, dtype))
    return ops.op("Sum", ops.op("Exp", clipped), ops.const(-1, "int32"), keep_dims=True, name="sum")
