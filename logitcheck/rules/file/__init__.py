"""LC5xx: what is wrong with the file itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from logitcheck.rules.case import Case


def concerns(case: Case) -> bool:
    """Tell whether the reader saw anything, or the container is one that old versions wrote otherwise."""
    model = case.model
    return (
        bool(model.sightings)
        or model.format == "keras-zip"
        or (model.writer.version or "").startswith(("0.", "1."))
    )
