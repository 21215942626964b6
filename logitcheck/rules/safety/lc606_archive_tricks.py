"""LC606: archive members that are not what they seem."""

from __future__ import annotations

from collections.abc import Iterator

from logitcheck.finding import Finding, Location, Severity
from logitcheck.model import Sighting
from logitcheck.rules.case import Case
from logitcheck.rules.refused import refused
from logitcheck.rules.rule import Example, Rule
from logitcheck.rules.sighted import sighted

KINDS = {
    "zip-slip": "has a name that leads out of the folder it is unpacked to",
    "duplicate-member": "stands in the archive twice, so that two readers see two models",
    "zip-symlink": "is a symbolic link",
    "encrypted-member": "is encrypted, so that nobody can look at it",
}


class ArchiveTricks(Rule):
    """A member of the archive has a name or kind by which unpacking writes elsewhere or reads something else.

    Extracting such an archive overwrites files outside the target folder (CVE-2025-12060 for Keras up to
    3.11), and a name stored twice shows a scanner one model and the loader another. Keras writes 3
    members, each once.

    Fix: do not unpack the file; save the model again with `model.save(path)`.
    """

    code = "LC606"
    name = "archive-tricks"
    severity = Severity.ERROR
    bad = (
        Example(
            "a path with two dots",
            lambda: sighted(Sighting("zip-slip", "../../evil.py", "../../evil.py"), format="keras-zip"),
            at="../../evil.py",
        ),
        Example(
            "two configurations",
            lambda: sighted(Sighting("duplicate-member", "config.json", "config.json"), format="keras-zip"),
            at="config.json",
        ),
    )
    good = (Example("members as Keras writes them", lambda: sighted(format="keras-zip")),)

    def check(self, case: Case) -> Iterator[Finding]:
        """Report every such member."""
        yield from refused(self, case)
        for seen in case.model.sightings:
            if seen.kind in KINDS:
                yield self.finding(
                    f"Archive member {seen.where!r} {KINDS[seen.kind]}.",
                    why="One program checks what another never loads, or unpacking writes elsewhere.",
                    fix="Save the model again from its source: model.save(path).",
                    at=Location(node=seen.where),
                )
