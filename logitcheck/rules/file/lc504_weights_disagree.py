"""LC504: weights that do not fit the configuration."""

from __future__ import annotations

from collections.abc import Iterator

from logitcheck.finding import Finding, Location, Severity
from logitcheck.model import Sighting
from logitcheck.rules.case import Case
from logitcheck.rules.rule import Example, Rule
from logitcheck.rules.sighted import sighted

KINDS = {
    "weights-missing": "has no weights in the file",
    "weights-shape-mismatch": "has weights of another shape",
}


class WeightsDisagree(Rule):
    """The configuration describes one model and the stored weights belong to another.

    The loader fails, or, with `by_name=True` or `skip_mismatch=True`, leaves the layer at its random
    initial values: a head of 10 classes then scores 10 % and nothing says why.

    Fix: save configuration and weights together with `model.save(path)`.
    """

    code = "LC504"
    name = "weights-disagree"
    severity = Severity.WARNING
    bad = (
        Example(
            "a layer without weights",
            lambda: sighted(Sighting("weights-missing", "dense_1/kernel")),
            at="dense_1/kernel",
        ),
        Example(
            "a kernel of another shape",
            lambda: sighted(Sighting("weights-shape-mismatch", "dense/kernel", "(8, 3), not (8, 5)")),
            at="dense/kernel",
        ),
    )
    good = (Example("weights that fit", lambda: sighted()),)

    def check(self, case: Case) -> Iterator[Finding]:
        """Report every weight that is missing or misshapen; a plain graph never holds variables."""
        for seen in case.model.sightings:
            if seen.kind in KINDS:
                yield self.finding(
                    f"{seen.where!r} {KINDS[seen.kind]}{': ' + seen.what if seen.what else ''}.",
                    why="The loader fails, or leaves random values where trained ones belong.",
                    fix="model.save(path) with the model that was trained",
                    at=Location(weight=seen.where),
                    severity=Severity.INFO if case.model.format == "graph-def" else None,
                )
