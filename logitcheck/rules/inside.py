"""What the rules on gradients and inner layers share: the probe's topics, with every type checked.

The figures come from a process that a model may control, so nothing about their form is taken for granted.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from logitcheck.finding import Location
from logitcheck.rules.case import Case

if TYPE_CHECKING:
    from logitcheck.probe.protocol import Measurements

Entry = Mapping[str, Any]


def topic(case: Case, name: str) -> Entry:
    """Return what the probe told of a topic; empty where it did not measure it."""
    return held(case.measured.extra, name) if case.measured else {}


def held(entry: Entry, key: str) -> Entry:
    """Return the mapping under a key; empty where there is none."""
    value = entry.get(key)
    return value if isinstance(value, Mapping) else {}


def entries(entry: Entry, key: str) -> Iterator[Entry]:
    """Yield the mappings of a list that name a layer."""
    value = entry.get(key)
    for item in value if isinstance(value, list | tuple) else ():
        if isinstance(item, Mapping) and isinstance(item.get("layer"), str):
            yield item


def real(entry: Entry, key: str) -> float | None:
    """Return a finite number, None for anything else."""
    value = entry.get(key)
    ok = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    return float(value) if ok and value is not None else None


def words(entry: Entry, key: str) -> list[str]:
    """Return a list of names."""
    value = entry.get(key)
    return [item for item in value if isinstance(item, str)] if isinstance(value, list | tuple) else []


def at(case: Case, layer: str) -> Location:
    """Return a layer's place; that of an op in a graph without layers."""
    return Location(layer=layer) if case.model.layers else Location(node=layer)


def told(**topics: Entry) -> Measurements:
    """Return a probe's reply with these topics, for the examples of rules."""
    from logitcheck.probe.protocol import Measurements

    return Measurements("own", extra=topics)
