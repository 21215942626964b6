"""LC4xx, measured: gradients, layers inside and the answers to labelled rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from logitcheck.rules.case import Case


def concerns(case: Case) -> bool:
    """Tell whether anything was measured."""
    return case.measured is not None
