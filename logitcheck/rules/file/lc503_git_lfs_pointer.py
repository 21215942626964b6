"""LC503: a git-lfs pointer in place of a model."""

from __future__ import annotations

from collections.abc import Iterator

from logitcheck.errors import NotAudited
from logitcheck.finding import Finding, Severity
from logitcheck.rules.case import Case
from logitcheck.rules.refused import refusal, refused
from logitcheck.rules.rule import Example, Rule
from logitcheck.rules.sighted import sighted


class GitLfsPointer(Rule):
    """The file is the text that git-lfs leaves in place of a large file that was not fetched.

    It has about 130 bytes; every loader fails on it, most with "file signature not found", and a scanner that
    skips what it does not know passes it.

    Fix: `git lfs install && git lfs pull`, then audit again.
    """

    code = "LC503"
    name = "git-lfs-pointer"
    severity = Severity.INFO
    bad = (
        Example(
            "a pointer", lambda: sighted(refusal(NotAudited("The file is a git-lfs pointer.", code="LC503")))
        ),
    )
    good = (Example("the file itself", lambda: sighted()),)

    def check(self, case: Case) -> Iterator[Finding]:
        """Report what the reader refused as a pointer."""
        yield from refused(self, case)
