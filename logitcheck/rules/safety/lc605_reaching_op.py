"""LC605: a graph op that reaches out of the graph."""

from __future__ import annotations

from collections.abc import Iterator

from logitcheck.analysis.safety import ops
from logitcheck.analysis.safety.names import is_outside
from logitcheck.finding import Finding, Location, Severity
from logitcheck.model import Sighting
from logitcheck.rules.case import Case
from logitcheck.rules.rule import Example, Rule
from logitcheck.rules.sighted import sighted


class ReachingOp(Rule):
    """The graph holds an op that touches files, the network, Python or other processes.

    TensorFlow runs it without asking, some of them while loading: `WriteFile` alone is enough to plant a
    start-up script, and no flag of `tf.saved_model.load` turns it off. Of about 1,900 op types some 90 can
    do this.

    Fix: keep input and output out of the exported function; export only the computation.
    """

    code = "LC605"
    name = "reaching-op"
    severity = Severity.ERROR
    bad = (
        Example(
            "a file written while serving",
            lambda: sighted(Sighting("op", "serving/WriteFile", "WriteFile"), format="saved-model"),
            at="serving/WriteFile",
        ),
        Example(
            "a checkpoint written to a fixed place",
            lambda: sighted(
                Sighting("op", "SaveV2", "SaveV2", {"path": "/etc/cron.d/x"}), format="graph-def"
            ),
            at="SaveV2",
        ),
        Example(
            "Python called from the graph",
            lambda: sighted(Sighting("op", "PyFunc", "PyFunc"), format="graph-def"),
            at="PyFunc",
        ),
    )
    good = (
        Example("arithmetic", lambda: sighted(Sighting("op", "MatMul", "MatMul"), format="graph-def")),
        Example(
            "a default name beside the model",
            lambda: sighted(
                Sighting("op", "RestoreV2", "RestoreV2", {"path": "model"}), format="saved-model"
            ),
        ),
        Example("the saver", lambda: sighted(Sighting("op", "save/SaveV2", "SaveV2"), format="saved-model")),
    )

    def check(self, case: Case) -> Iterator[Finding]:
        """Report every op that can reach out; savers, tables and prints only with a place outside."""
        for seen in case.model.sightings:
            if seen.kind == "op" and (what := self._reach(seen)):
                yield self.finding(
                    f"Op {seen.where!r} ({seen.what}) {what}.",
                    why="It runs with the rights of whoever loads or serves the model.",
                    fix="Export the function without it, and do such work in the calling program.",
                    at=Location(node=seen.where),
                    evidence=dict(seen.detail),
                )

    def _reach(self, seen: Sighting) -> str | None:
        place = seen.detail.get("path")
        place = place if place and is_outside(place) else None
        if seen.what in ops.SAVER or seen.what in ops.TABLES:
            return f"uses the file {place!r}, which the graph names itself" if place else None
        if seen.what in ops.PRINTS:
            return f"prints into {place!r}" if place else None
        return ops.reaches(seen.what)
