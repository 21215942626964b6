"""LC607: HDF5 links and storage that lead out of the file."""

from __future__ import annotations

from collections.abc import Iterator

from logitcheck.finding import Finding, Location, Severity
from logitcheck.model import Sighting
from logitcheck.rules.case import Case
from logitcheck.rules.refused import refused
from logitcheck.rules.rule import Example, Rule
from logitcheck.rules.sighted import sighted

KINDS = {
    "external-link": "an external link",
    "soft-link": "a soft link",
    "external-storage": "a dataset whose bytes lie in another file",
    "virtual-dataset": "a virtual dataset made of other datasets",
    "user-link": "a link of a user-defined kind",
}


class StorageOutsideTheFile(Rule):
    """An HDF5 entry does not hold its data but points to it, out of the file or elsewhere in it.

    Keras never writes such entries. A loader that follows one reads whatever file the attacker named
    (CVE-2026-1669: loading a model copied ``/etc/hostname`` into a weight); 1 such link is enough, and
    nothing is shown.

    Fix: do not load the file; write the model again from its source with ``model.save(path)``.
    """

    code = "LC607"
    name = "storage-outside-the-file"
    severity = Severity.ERROR
    bad = (
        Example(
            "a weight in another file",
            lambda: sighted(Sighting("external-storage", "/model_weights/dense/kernel", "/etc/hostname")),
            at="/model_weights/dense/kernel",
        ),
        Example(
            "a group behind an external link",
            lambda: sighted(Sighting("external-link", "/model_weights/dense", "other.h5:/dense")),
            at="/model_weights/dense",
        ),
    )
    good = (Example("plain datasets", lambda: sighted()),)

    def check(self, case: Case) -> Iterator[Finding]:
        """Report every entry that is not plain."""
        yield from refused(self, case)
        for seen in case.model.sightings:
            if seen.kind in KINDS:
                yield self.finding(
                    f"{seen.where!r} is {KINDS[seen.kind]}, to {seen.what!r}.",
                    why="Whoever loads this file reads what the link names, with the loader's rights.",
                    fix="Save the model again from its source: model.save(path). Do not load this file.",
                    at=Location(weight=seen.where),
                    evidence={"target": seen.what},
                )
