"""LC112."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from logitcheck.finding import Contract, Finding, Location, Severity
from logitcheck.rules.case import Case
from logitcheck.rules.rule import Example, Rule
from logitcheck.rules.sketch import dense, heads, sketch


class LossOutputMismatch(Rule):
    """The stored losses and the outputs do not name each other.

    A loss under a name that no output has trains nothing, and an output without a loss gets gradient 0 from
    its own head: 1 of the model's tasks is not learnt although the file looks complete.

    Fix: give ``compile(loss={...})`` one entry for each output, under the names in ``model.output_names``.
    """

    code = "LC112"
    name = "loss-output-mismatch"
    severity = Severity.WARNING
    bad: ClassVar = (
        Example(
            "a loss for an output that is not there",
            lambda: sketch(dense(5, "softmax"), loss="categorical_crossentropy", stray_losses=("kind",)),
        ),
        Example(
            "one of two outputs has no loss",
            lambda: heads(
                {"kind": (dense(5, "softmax"), "categorical_crossentropy"), "flag": (dense(1), None)}
            ),
            at="flag",
        ),
    )
    good: ClassVar = (
        Example(
            "a loss for each",
            lambda: heads(
                {
                    "kind": (dense(5, "softmax"), "categorical_crossentropy"),
                    "flag": (dense(1), ("binary_crossentropy", True)),
                }
            ),
        ),
        Example("no loss at all", lambda: sketch(dense(5, "softmax"))),
    )

    def check(self, case: Case) -> Iterator[Finding]:
        """Yield a finding for every stray loss and for every output without loss beside one that has some."""
        for name in case.model.stray_losses:
            yield self._stray(name, [output.name for output in case.model.outputs])
        trained = {output.signature for output in case.model.outputs if output.loss}
        for output in case.model.outputs:
            if output.loss is None and output.signature in trained:
                yield self._without(output.name, output.layer)

    def _stray(self, name: str, outputs: list[str]) -> Finding:
        return self.finding(
            f"a loss is stored for {name!r}, which is no output of the model",
            why=f"the model has {len(outputs)} outputs: {', '.join(outputs[:8])}; 0 of them are called "
            f"{name}",
            fix=f"loss={{{', '.join(f'{n!r}: …' for n in outputs[:4])}}}",
            at=Location(),
            evidence={"stray": name},
        )

    def _without(self, name: str, layer: str | None) -> Finding:
        return self.finding(
            f"output {name!r} has no loss, others have one",
            why="its own layers get gradient 0 unless another output shares them",
            fix=f"loss={{{name!r}: …}} in compile, or drop the output",
            at=Location(output=name, layer=layer),
            severity=Severity.INFO,
            contract=Contract.UNDECIDED,
        )
