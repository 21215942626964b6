"""LC2xx: are the measured values what the output promises?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from logitcheck.analysis.randomness import draws_at_all

if TYPE_CHECKING:
    from logitcheck.rules.case import Case


def concerns(case: Case) -> bool:
    """Tell whether anything was measured, or an op draws random numbers."""
    return case.measured is not None or draws_at_all(case.model.graph)
