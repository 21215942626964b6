"""A whole static audit in a limited child process, for files that nobody vouches for.

HDF5's library runs in a child in any case; here everything does: JSON, protobuf and the analysis too.
"""

from __future__ import annotations

import json
from collections.abc import Callable

from logitcheck.errors import NotAudited
from logitcheck.finding import ModelReport
from logitcheck.journal import entry_of
from logitcheck.readers.limited_child import LimitedChild
from logitcheck.revive import model_report

MAX_REPORT = 64 << 20
"""Bytes of one model's report."""

SECONDS = 120.0
"""Processor time for one audit."""


def isolated(audit: Callable[[str], ModelReport], path: str) -> ModelReport:
    """Return the report that ``audit`` gives in the child, or a refusal where the child ends without one."""

    def work() -> list[bytes]:
        return [json.dumps(entry_of(audit(path))).encode()]

    try:
        with LimitedChild(work, "the file", SECONDS) as child:
            return model_report(json.loads(child.answer(MAX_REPORT)))
    except NotAudited as refusal:
        return ModelReport(path, "unknown", reason=refusal.reason)
    except (ValueError, KeyError, TypeError, RecursionError):
        return ModelReport(path, "unknown", reason="the file made its reader answer rubbish")
