"""LC3xx: ops that can yield NaN or Inf, and outputs that were seen to."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from logitcheck.rules.case import Case


def concerns(case: Case) -> bool:
    """Tell whether anything was measured, or an op is at risk."""
    return case.measured is not None or bool(case.risks)
