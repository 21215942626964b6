"""Any value as JSON has it, in bounds: what a rule or the probe hands over may be large, deep or no JSON."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any

from logitcheck.report.clean import shorten

TEXT_LIMIT = 2000
"""Characters of one text."""

ITEMS = 1000
"""Entries of one list or object; what is beyond is left out, and how much is said."""

DEPTH = 12
"""Lists and objects inside one another; what is deeper is left out."""


def plain(value: Any, depth: int = DEPTH) -> Any:
    """Return a value as JSON has it.

    NaN and infinities become ``"NaN"``, ``"Infinity"``, ``"-Infinity"``, NumPy scalars and arrays numbers and
    lists, and whatever else text.
    """
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, str):
        return text(str(value))
    if hasattr(value, "tolist"):
        value = (
            value.tolist() if getattr(value, "size", 0) <= ITEMS else value.reshape(-1)[: ITEMS + 1].tolist()
        )
        return plain(value, depth)
    if isinstance(value, Mapping | list | tuple | set | frozenset):
        return _held(value, depth - 1) if depth else "[deeper than is shown]"
    return text(str(value))


def text(value: str) -> str:
    """Return a text cut to size.

    Lone surrogates, which stand for bytes of a name that are no UTF-8, become escapes: strict readers of JSON
    refuse them.
    """
    return shorten(value, TEXT_LIMIT).encode("utf-8", "backslashreplace").decode("utf-8")


def _number(value: float) -> float | str:
    if math.isnan(value):
        return "NaN"
    return float(value) if math.isfinite(value) else "Infinity" if value > 0 else "-Infinity"


def _held(value: Mapping[Any, Any] | Iterable[Any], depth: int) -> Any:
    if isinstance(value, Mapping):
        held = {text(str(key)): plain(item, depth) for key, item in islice(value.items(), ITEMS)}
        return held if len(value) <= ITEMS else {**held, "...": f"{len(value) - ITEMS} more"}
    items = list(value)
    more = [f"{len(items) - ITEMS} more"] if len(items) > ITEMS else []
    return [plain(item, depth) for item in items[:ITEMS]] + more
