"""LC206."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from logitcheck.analysis.randomness import random_behind
from logitcheck.finding import Confidence, Finding, Severity
from logitcheck.graph import Ref
from logitcheck.rules.case import Case
from logitcheck.rules.figures import place
from logitcheck.rules.measured import differs, measured_outputs
from logitcheck.rules.rule import Example, Rule
from logitcheck.rules.sketch import Ops, dense, graph, measure, sketch


class Nondeterministic(Rule):
    """The model answers differently when asked the same twice.

    Dropout or noise left on at serving, or a random op: two calls differ by more than the 1e-6 that rounding
    explains, and a test that compares answers fails now and then.

    Fix: call the layers with ``training=False`` before saving, or seed the random op where it is meant.
    """

    code = "LC206"
    name = "nondeterministic"
    severity = Severity.WARNING
    bad: ClassVar = (
        Example(
            "two answers 0.2 apart",
            lambda: sketch(
                dense(5, "softmax"),
                measured=measure("dense", extra={"repeat": {"dense": {"same": False, "difference": 0.2}}}),
            ),
            at="dense",
        ),
        Example("a dropout left on in a graph that was not run", lambda: _dropped("RandomUniform"), at="y"),
    )
    good: ClassVar = (
        Example(
            "the same, bit for bit",
            lambda: sketch(
                dense(5, "softmax"),
                measured=measure("dense", extra={"repeat": {"dense": {"same": True, "difference": 0.0}}}),
            ),
        ),
        Example("a random op with a fixed seed", lambda: _dropped("StatelessRandomUniformV2")),
        Example(
            "rounding alone",
            lambda: sketch(
                dense(5, "softmax"),
                measured=measure("dense", extra={"repeat": {"dense": {"same": False, "difference": 1e-8}}}),
            ),
        ),
    )

    def check(self, case: Case) -> Iterator[Finding]:
        """Yield a finding for every output that changed when the same batch was run again.

        Where nothing was run, for every output behind an op that draws random numbers.
        """
        if case.measured is None:
            yield from self._unseen(case)
        for pairing, seen in measured_outputs(case):
            gap = differs(case, "repeat", seen, relative=1e-5)
            if gap is not None:
                yield self.finding(
                    f"output {pairing.output.name!r} changes by up to {gap} when the same batch is run again",
                    why=f"the answer of one call is off by up to {gap} from that of the next",
                    fix="model(x, training=False) when exporting, or a seed for the random op",
                    at=place(pairing),
                    confidence=Confidence.MEASURED,
                    evidence={"difference": gap},
                )

    def _unseen(self, case: Case) -> Iterator[Finding]:
        for pairing in case.pairings:
            node = random_behind(case.model.graph, pairing.output.ref)
            if node is not None:
                yield self.finding(
                    f"output {pairing.output.name!r} depends on {node.op} {node.name!r}, which draws other "
                    "numbers in every call",
                    why="two calls with the same input answer differently",
                    fix="model(x, training=False) when exporting, or a seed for the random op",
                    at=place(pairing),
                    evidence={"op": node.op, "node": node.name},
                )


def _dropped(op: str) -> Case:
    """Return a graph of scores with some values put to 0 by chance."""

    def build(ops: Ops) -> dict[str, Ref]:
        scores = ops.scores()
        sizes = (ops.const([1, 5], "int32"), ops.const([1, 2], "int32"), ops.const(1, "int32"))
        drawn = ops.op(op, *(sizes[:1] if op == "RandomUniform" else sizes), dtype="float32")
        kept = ops.op("Cast", ops.op("GreaterEqual", drawn, ops.const(0.5)), DstT="float32")
        return {"y": ops.op("Mul", scores, kept)}

    return graph(build)
