"""LC205."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from logitcheck.finding import Confidence, Finding, Severity
from logitcheck.rules.case import Case
from logitcheck.rules.figures import place
from logitcheck.rules.inside import held, topic, words
from logitcheck.rules.measured import measured_outputs, range_words
from logitcheck.rules.rule import Example, Rule
from logitcheck.rules.sketch import dense, measure, sketch
from logitcheck.rules.untrained import normalises_untrained

CUT = ("zero", "waiting", "unconnected")
"""Kinds of layers that get no gradient."""


class ConstantOutput(Rule):
    """The model answers the same to every input of the probe.

    Either the inputs do not reach the output (dead units, saturated layers, weights that are all 0), or the
    head cannot vary: the answer carries 0 bits. Of a deep model whose batch normalisations hold their first
    statistics, mean 0 and variance 1, it says only that training has not begun.

    Fix: look at the first layer whose output does not vary (``logitcheck audit --verbose``); scale the
    inputs as in training.
    """

    code = "LC205"
    name = "constant-output"
    severity = Severity.WARNING
    bad: ClassVar = (
        Example(
            "the same distribution for all rows",
            lambda: sketch(dense(5, "softmax"), measured=measure("dense", constant=True)),
            at="dense",
        ),
    )
    good: ClassVar = (
        Example("answers that differ", lambda: sketch(dense(5, "softmax"), measured=measure("dense"))),
        Example(
            "a softmax over one unit, which LC105 tells",
            lambda: sketch(dense(1, "softmax"), measured=measure("dense", shape=(32, 1), constant=True)),
        ),
    )

    def check(self, case: Case) -> Iterator[Finding]:
        """Yield a finding for every output that was the same on all rows."""
        for pairing, seen in measured_outputs(case):
            axis = pairing.tensor.sums_to_one
            single = axis is not None and pairing.tensor.size(axis) == 1
            if seen.constant and not single:
                fresh = _is_before_training(case)
                yield self.finding(
                    f"output {pairing.output.name!r} is the same for all {seen.rows} rows of the probe "
                    f"({range_words(seen)})",
                    why=f"{seen.rows} inputs that differ got 1 answer: it carries 0 bits"
                    + (", as before training: no batch normalisation has seen a batch yet" if fresh else ""),
                    fix="check weights and input scaling of the first layer whose output does not vary",
                    at=place(pairing),
                    severity=Severity.INFO if fresh else Severity.WARNING,
                    confidence=Confidence.MEASURED,
                    evidence={"rows": seen.rows, "min": seen.min, "max": seen.max},
                )


def _is_before_training(case: Case) -> bool:
    """Tell whether the answers are one because nothing is normalised yet, and not because a path is cut.

    Signals that are only small still carry a gradient; through dead units and a head of zeros comes none.
    """
    cut = held(topic(case, "gradients"), "cut_off")
    return normalises_untrained(case) and not any(words(cut, kind) for kind in CUT)
