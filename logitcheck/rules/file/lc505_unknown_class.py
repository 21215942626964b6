"""LC505: a layer that this version cannot interpret."""

from __future__ import annotations

from collections.abc import Iterator

from logitcheck.finding import Finding, Location, Severity
from logitcheck.model import Sighting
from logitcheck.rules.case import Case
from logitcheck.rules.rule import Example, Rule
from logitcheck.rules.sighted import sighted


class UnknownClass(Rule):
    """The model uses a layer or function that is not known here, so what it computes cannot be told.

    Every fact behind it is unknown and the verdict on such outputs is undecided; the probe needs the class
    as well: 1 unknown layer before the head is enough.

    Fix: give the probe your classes, or rebuild the layer from built-in ones or keras.ops.
    """

    code = "LC505"
    name = "unknown-class"
    severity = Severity.INFO
    bad = (
        Example(
            "a layer of the author's",
            lambda: sighted(Sighting("unknown-layer", "gate", "MyGate")),
            at="gate",
        ),
    )
    good = (Example("built-in layers", lambda: sighted()),)

    def check(self, case: Case) -> Iterator[Finding]:
        """Report every layer without a lowering."""
        for seen in case.model.sightings:
            if seen.kind == "unknown-layer":
                yield self.finding(
                    f"Layer {seen.where!r} is a {seen.what!r}, which is not known here (your own, or rare).",
                    why="Outputs that depend on it are undecided unless a later op settles their range.",
                    fix="Use built-in layers or keras.ops, or supply the class to the probe: "
                    "--custom-objects MODULE:FUNCTION.",
                    at=Location(layer=seen.where),
                    evidence={"class": seen.what},
                )
