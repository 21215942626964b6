"""LC604: a model that names a file, a folder or an address to load from."""

from __future__ import annotations

from collections.abc import Iterator

from logitcheck.analysis.safety.names import is_outside
from logitcheck.finding import Finding, Location, Severity
from logitcheck.model import Sighting
from logitcheck.rules.case import Case
from logitcheck.rules.rule import Example, Rule
from logitcheck.rules.sighted import sighted

KINDS = {
    "tfsm-layer": "loads another SavedModel",
    "vocabulary-path": "reads its vocabulary",
    "asset": "keeps an asset",
    "table-file": "fills a lookup table",
}
ALWAYS = ("tfsm-layer",)


class OutsideReference(Rule):
    """The model names a path or address outside itself that is read when it is loaded.

    A `TFSMLayer` runs the SavedModel it names (CVE-2026-1462); a lookup layer with a path as its
    vocabulary reads that file, or fetches that address, on the machine that loads it (CVE-2025-12058), and
    its lines come out as tokens. 1 path is enough to leak a key file.

    Fix: store the vocabulary in the layer (`vocabulary=[...]`) and the other model as layers of this one.
    """

    code = "LC604"
    name = "outside-reference"
    severity = Severity.ERROR
    bad = (
        Example(
            "a vocabulary read from the system",
            lambda: sighted(Sighting("vocabulary-path", "config/layers/1", "/etc/passwd")),
            at="config/layers/1",
        ),
        Example(
            "another SavedModel",
            lambda: sighted(Sighting("tfsm-layer", "config/layers/1", "other_model")),
            at="config/layers/1",
        ),
        Example(
            "an asset above the model's folder",
            lambda: sighted(Sighting("asset", "asset_file_def/0", "../../secret.txt"), format="saved-model"),
            at="asset_file_def/0",
        ),
    )
    good = (
        Example(
            "an asset of its own",
            lambda: sighted(Sighting("asset", "asset_file_def/0", "vocabulary.txt"), format="saved-model"),
        ),
    )

    def check(self, case: Case) -> Iterator[Finding]:
        """Report every reference that leaves the model; a vocabulary beside it is only a warning."""
        for seen in case.model.sightings:
            if seen.kind not in KINDS:
                continue
            outside = seen.kind in ALWAYS or is_outside(seen.what)
            if outside or seen.kind == "vocabulary-path":
                yield self.finding(
                    f"{seen.where!r} {KINDS[seen.kind]} from {seen.what!r}.",
                    why="Loading the model reads that place with the loader's rights.",
                    fix="Put the data into the model: vocabulary=[...], layers inline.",
                    at=Location(node=seen.where),
                    severity=Severity.ERROR if outside else Severity.WARNING,
                    evidence={"path": seen.what},
                )
