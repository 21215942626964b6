"""LC207."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from logitcheck.finding import Confidence, Finding, Severity
from logitcheck.rules.case import Case
from logitcheck.rules.figures import place
from logitcheck.rules.measured import differs, measured_outputs
from logitcheck.rules.rule import Example, Rule
from logitcheck.rules.sketch import dense, measure, sketch


class BatchDependent(Rule):
    """The answer to one row depends on the other rows of its batch.

    Batch normalisation saved in training mode, a softmax or mean over the batch axis: the same example gets
    one answer alone and another among 32, differing by more than the 1e-3 that rounding explains.

    Fix: call the layers with ``training=False`` before saving; ``axis=-1`` in softmax and reductions.
    """

    code = "LC207"
    name = "batch-dependent"
    severity = Severity.WARNING
    bad: ClassVar = (
        Example(
            "alone 0.3 away from the answer in a batch",
            lambda: sketch(
                dense(5, "softmax"),
                measured=measure("dense", extra={"batch": {"dense": {"same": False, "difference": 0.3}}}),
            ),
            at="dense",
        ),
    )
    good: ClassVar = (
        Example(
            "summed in another order",
            lambda: sketch(
                dense(5, "softmax"),
                measured=measure("dense", extra={"batch": {"dense": {"same": False, "difference": 1e-7}}}),
            ),
        ),
    )

    def check(self, case: Case) -> Iterator[Finding]:
        """Yield a finding for every output that answered a row differently on its own."""
        for pairing, seen in measured_outputs(case):
            if differs(case, "repeat", seen, relative=1e-5) is not None:
                continue  # an answer that changes by itself tells nothing of the batch
            gap = differs(case, "batch", seen, relative=1e-3)
            if gap is not None:
                yield self.finding(
                    f"output {pairing.output.name!r} answers a row up to {gap} apart alone and in a batch "
                    f"of {seen.rows}",
                    why=f"what is served for one example moves by {gap} with the others in its batch",
                    fix="model(x, training=False) when exporting; axis=-1 in softmax and reductions",
                    at=place(pairing),
                    confidence=Confidence.MEASURED,
                    evidence={"difference": gap, "rows": seen.rows},
                )
