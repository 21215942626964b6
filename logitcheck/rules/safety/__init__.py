"""LC6xx: what a file does, or asks its loader to do, beyond computing."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from logitcheck.rules.case import Case


def concerns(case: Case) -> bool:
    """Tell whether the reader saw anything that a loader acts upon."""
    return bool(case.model.sightings)
