"""LC310."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from logitcheck.analysis.head_ops import LOG_SOFTMAX, SIGMOID, SOFTMAX
from logitcheck.analysis.heads import find_head
from logitcheck.finding import Finding, Location, Severity
from logitcheck.graph import Graph, Ref
from logitcheck.rules.case import Case
from logitcheck.rules.rule import Example, Rule
from logitcheck.rules.sketch import Ops, graph

SMALLEST = {"float16": "6e-8 (0 from a gap of 17 between two logits on)", "bfloat16": "2 to 3 digits"}
STEP = {"float16": 0.000977, "bfloat16": 0.00781}
"""Distance from 1 to the next number: how near to 1 a probability can come."""

FUSED = frozenset(("SoftmaxCrossEntropyWithLogits", "SparseSoftmaxCrossEntropyWithLogits"))
HEADS = SOFTMAX | SIGMOID | LOG_SOFTMAX


class LowPrecisionHead(Rule):
    """The probabilities, or the loss, are computed in float16 or bfloat16.

    A float16 softmax is exactly 0 from a gap of 17 between two logits on, and its sum strays from 1 by up to
    0.001 per class; the logarithm of it is -Inf. bfloat16 holds 2 to 3 digits: 0.996 is the largest
    probability below 1.

    Fix: give the last layer ``dtype="float32"``; the layers before it may stay in half precision.
    """

    code = "LC310"
    name = "low-precision-head"
    severity = Severity.WARNING
    bad: ClassVar = (
        Example("softmax in float16", lambda: graph(lambda ops: {"y": _softmax(ops, "float16")}), "softmax"),
        Example(
            "softmax in bfloat16", lambda: graph(lambda ops: {"y": _softmax(ops, "bfloat16")}), "softmax"
        ),
    )
    good: ClassVar = (
        Example("float16 cast to float32 before the softmax", lambda: graph(_wide)),
        Example("softmax in float32", lambda: graph(lambda ops: {"y": _softmax(ops, "float32")})),
    )

    def check(self, case: Case) -> Iterator[Finding]:
        """Yield a finding for every output and every fused loss in half precision."""
        for output in case.model.outputs:
            head = find_head(case.model.graph, output.ref)
            dtype = case.facts.serving.of(head.ref).dtype
            if head.op in HEADS and dtype in STEP:
                at = Location(output.name, head.layer or output.layer, head.node.name if head.node else None)
                yield self._found(f"output {output.name!r}", str(head.op), str(dtype), at)
        for name, facts in case.facts.training.items():
            yield from self._losses(
                name, facts.graph, {ref: str(t.dtype) for ref, t in facts.tensors.items()}
            )

    def _losses(self, name: str, inside: Graph, dtypes: dict[Ref, str]) -> Iterator[Finding]:
        for node in inside.nodes:
            if node.op in FUSED and node.inputs and dtypes.get(node.inputs[0]) in STEP:
                at = Location(layer=node.layer, node=node.name)
                yield self._found(f"the loss in {name!r}", node.op, dtypes[node.inputs[0]], at)

    def _found(self, what: str, op: str, dtype: str, at: Location) -> Finding:
        return self.finding(
            f"{what} is computed by {op} in {dtype}",
            why=f"numbers near 1 are {STEP[dtype]:.3g} apart in {dtype}; the smallest probability: "
            f"{SMALLEST[dtype]}",
            fix='keras.layers.Activation("softmax", dtype="float32")  # as the last layer',
            at=at,
            evidence={"dtype": dtype, "op": op},
        )


def _softmax(ops: Ops, dtype: str) -> Ref:
    return ops.op("Softmax", ops.op("Cast", ops.scores(), DstT=dtype), T=dtype, name="softmax")


def _wide(ops: Ops) -> dict[str, Ref]:
    half = ops.op("Cast", ops.scores(), DstT="float16")
    return {"y": ops.op("Softmax", ops.op("Cast", half, DstT="float32"), T="float32")}
