"""LC608: data that is far larger than what the file stores."""

from __future__ import annotations

from collections.abc import Iterator

from logitcheck.finding import Finding, Location, Severity
from logitcheck.model import Sighting
from logitcheck.rules.case import Case
from logitcheck.rules.refused import refused
from logitcheck.rules.rule import Example, Rule
from logitcheck.rules.sighted import sighted

KINDS = ("shape-bomb", "zip-bomb", "config-bomb")


class Bomb(Rule):
    """The file declares far more data than it stores, so that loading it exhausts memory.

    A 2 kB `.h5` can declare a weight of 8 TiB (CVE-2026-0897), a zip member can grow a thousandfold: the
    process that loads it is killed, and with it whatever else it served.

    Fix: do not load the file; a sound model stores every byte of its weights.
    """

    code = "LC608"
    name = "bomb"
    severity = Severity.ERROR
    bad = (
        Example(
            "a weight of which nothing is stored",
            lambda: sighted(
                Sighting("shape-bomb", "/dense/kernel", "8 TiB", {"declared": 2**43, "stored": 0})
            ),
            at="/dense/kernel",
        ),
    )
    good = (Example("weights stored whole", lambda: sighted()),)

    def check(self, case: Case) -> Iterator[Finding]:
        """Report every declaration that the stored bytes do not cover."""
        yield from refused(self, case)
        for seen in case.model.sightings:
            if seen.kind in KINDS:
                declared, stored = seen.detail.get("declared"), seen.detail.get("stored")
                figures = f" ({declared} bytes declared, {stored} stored)" if declared is not None else ""
                yield self.finding(
                    f"{seen.where!r} declares far more than the file holds{figures}.",
                    why="A loader that believes it asks for that much memory and is killed.",
                    fix="Do not load this file; save the model again from its source.",
                    at=Location(node=seen.where),
                    evidence={"declared": declared, "stored": stored},
                )
