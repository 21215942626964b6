"""LC406."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from logitcheck.finding import Confidence, Finding, Location, Severity
from logitcheck.rules.case import Case
from logitcheck.rules.inside import held, told, topic, words
from logitcheck.rules.rule import Example, Rule
from logitcheck.rules.sketch import dense, sketch

CURES = {
    "Sqrt": "take the root of tf.maximum(x, 1e-12): the derivative of a root is infinite at 0",
    "Log": "take the logarithm of tf.maximum(x, 1e-7)",
    "RealDiv": "use tf.math.divide_no_nan, or add an epsilon to the divisor",
    "Pow": "keep the base away from 0: tf.maximum(x, 1e-12)",
    "Rsqrt": "add an epsilon before the root",
}
"""Op → what keeps its derivative finite."""

GUARD = "keep the op's input away from the pole before it is applied; a where() behind it is too late"


class NanGradient(Rule):
    """The loss is finite, its gradient is NaN or infinite.

    The derivative of a root, a logarithm or a quotient has a pole where the value itself is fine or is masked
    out by a ``where``; 0 times infinity is NaN, and 1 NaN in a batch makes every weight before it NaN.

    Fix: keep the input of that op away from the pole (``tf.maximum(x, 1e-12)``) before it is applied; a
    ``where`` behind it hides the value but not the gradient.
    """

    code = "LC406"
    name = "nan-gradient"
    severity = Severity.ERROR
    bad: ClassVar = (
        Example(
            "the root of a ReLU",
            lambda: sketch(
                dense(8, "relu"),
                dense(5, "softmax"),
                measured=told(
                    gradients={
                        "loss": 1.6,
                        "nonfinite": {
                            "node": "sqrt/Sqrt",
                            "op": "Sqrt",
                            "layer": "sqrt",
                            "families": ["normal"],
                        },
                    }
                ),
            ),
            at="sqrt/Sqrt",
        ),
    )
    good: ClassVar = (
        Example(
            "a finite gradient",
            lambda: sketch(
                dense(8, "relu"), dense(5, "softmax"), measured=told(gradients={"global_norm": 0.4})
            ),
        ),
    )

    def check(self, case: Case) -> Iterator[Finding]:
        """Yield a finding where the pass back met NaN or infinity."""
        seen = topic(case, "gradients")
        bad = held(seen, "nonfinite")
        if not bad:
            return
        node, layer, op = (
            bad.get(key) if isinstance(bad.get(key), str) else None for key in ("node", "layer", "op")
        )
        place = f"at {op} ({node})" if node else "in the loss itself"
        rows = ", ".join(words(bad, "families"))
        yield self.finding(
            f"the loss is finite ({seen.get('loss')}), but its gradient becomes NaN or infinite {place}, on "
            f"inputs of the kind {rows or 'unknown'}",
            why="1 such row in a batch makes the step, and with it every weight before this op, NaN",
            fix=CURES.get(op or "", GUARD),
            at=Location(layer=layer if case.model.layers else None, node=node),
            confidence=Confidence.MEASURED,
            evidence={"op": op, "families": words(bad, "families")},
        )
