"""LC603: a pickle inside the model."""

from __future__ import annotations

from collections.abc import Iterator

from logitcheck.finding import Finding, Location, Severity
from logitcheck.model import Sighting
from logitcheck.rules.case import Case
from logitcheck.rules.refused import refused
from logitcheck.rules.rule import Example, Rule
from logitcheck.rules.sighted import sighted


class EmbeddedPickle(Rule):
    """The file holds a pickle, or a layer whose weights are one (TorchModuleWrapper).

    Unpickling runs code of the file's choice: 2 opcodes suffice for `os.system`. Keras 3.11.0 to 3.11.2
    unpickled the wrapped module even in safe mode (CVE-2025-49655).

    Fix: export the wrapped module's weights as plain arrays, or convert the module to Keras layers.
    """

    code = "LC603"
    name = "embedded-pickle"
    severity = Severity.ERROR
    bad = (
        Example(
            "a wrapped PyTorch module",
            lambda: sighted(Sighting("torch-module", "config/layers/1", "TorchModuleWrapper")),
            at="config/layers/1",
        ),
    )
    good = (Example("Keras layers only", lambda: sighted()),)

    def check(self, case: Case) -> Iterator[Finding]:
        """Report every pickle seen."""
        yield from refused(self, case)
        for seen in case.model.sightings:
            if seen.kind in ("torch-module", "pickle"):
                yield self.finding(
                    f"{seen.where!r} holds a pickle ({seen.what}).",
                    why="Loading it runs whatever code the pickle names.",
                    fix="Save the weights as plain arrays (.weights.h5) and drop the pickle.",
                    at=Location(node=seen.where),
                )
