"""LC502: a file that is cut short or damaged."""

from __future__ import annotations

from collections.abc import Iterator

from logitcheck.errors import NotAudited
from logitcheck.finding import Finding, Severity
from logitcheck.rules.case import Case
from logitcheck.rules.refused import refusal, refused
from logitcheck.rules.rule import Example, Rule
from logitcheck.rules.sighted import sighted


class DamagedFile(Rule):
    """The file begins like a model and does not go on like one: it is cut short, or its structure is broken.

    As a rule a copy or download stopped early: the loader fails, or reads 0 for weights that were never
    written.

    Fix: fetch or copy the file again and compare its size and checksum with the source.
    """

    code = "LC502"
    name = "damaged-file"
    severity = Severity.INFO
    bad = (
        Example(
            "half an HDF5 file", lambda: sighted(refusal(NotAudited("The file is truncated.", code="LC502")))
        ),
    )
    good = (Example("a whole file", lambda: sighted()),)

    def check(self, case: Case) -> Iterator[Finding]:
        """Report what the reader refused as damaged."""
        yield from refused(self, case)
