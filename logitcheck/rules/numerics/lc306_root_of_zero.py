"""LC306."""

from __future__ import annotations

from typing import ClassVar

from logitcheck.finding import Severity
from logitcheck.graph import Ref
from logitcheck.rules.risk_rule import RiskRule
from logitcheck.rules.rule import Example
from logitcheck.rules.sketch import Ops, graph, trained


class RootOfZero(RiskRule):
    """A square root can be given 0 or less, or a reciprocal root 0.

    sqrt of a negative number is NaN, 1 / sqrt(0) is Inf; the derivative of sqrt at 0 is Inf, so that a
    norm or a distance of exactly 0 turns the gradient to NaN although the loss looks sound. A batch
    normalisation whose variance is 0 with epsilon 0 divides by 0 for every input.

    Fix: ``tf.sqrt(tf.maximum(x, 1e-12))``, ``tf.math.rsqrt(variance + 1e-5)``.
    """

    code = "LC306"
    name = "root-of-zero"
    severity = Severity.WARNING
    bad: ClassVar = (
        Example(
            "1 / sqrt(variance) without epsilon",
            lambda: graph(lambda ops: {"y": _normalised(ops, 0.0)}),
            "rsqrt",
        ),
        Example(
            "root of a layer",
            lambda: graph(lambda ops: {"y": ops.op("Sqrt", ops.scores(), name="sqrt")}),
            "sqrt",
        ),
        Example("norm in a training step", lambda: trained(lambda ops: _norm(ops, 0.0)), "sqrt"),
    )
    good: ClassVar = (
        Example("1 / sqrt(variance + epsilon)", lambda: graph(lambda ops: {"y": _normalised(ops, 1e-5)})),
        Example("norm with epsilon", lambda: trained(lambda ops: _norm(ops, 1e-12))),
    )


def _normalised(ops: Ops, epsilon: float) -> Ref:
    x, axis = ops.scores(), ops.const(-1, "int32")
    off = ops.op("Sub", x, ops.op("Mean", x, axis, keep_dims=True))
    variance = ops.op("Mean", ops.op("Square", off), axis, keep_dims=True)
    return ops.op("Mul", off, ops.op("Rsqrt", ops.op("AddV2", variance, ops.const(epsilon)), name="rsqrt"))


def _norm(ops: Ops, epsilon: float) -> Ref:
    total = ops.op("Sum", ops.op("Square", ops.scores()), ops.const(-1, "int32"), keep_dims=True)
    root = ops.op("Sqrt", ops.op("AddV2", total, ops.const(epsilon)), name="sqrt")
    return ops.op("Mean", root, ops.const([0, 1], "int32"))
