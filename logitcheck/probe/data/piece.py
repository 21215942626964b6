"""What every reader of data yields: some rows, by name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from logitcheck.probe.array import Array

LABEL_NAMES = ("y", "label", "labels", "target", "class", "image/class/label")
"""Names under which data hold their labels."""


class Piece(NamedTuple):
    """Some rows; the first axis of every array counts them."""

    values: Mapping[str, Array]
    rows: int


@dataclass(frozen=True)
class Source:
    """Data that can be read from the beginning as often as is wanted, in bounded memory."""

    name: str
    """The file's own name, for messages."""

    pieces: Callable[[int], Iterator[Piece]]
    """Yields all rows, at most that many at a time. Raises ValueError with a sentence for the user."""

    rows: int | None = None
    """How many there are; None where only reading tells."""

    note: Mapping[str, Any] = field(default_factory=dict)
    """What the report says of it: ``kind``, ``classes``, ``scale``…"""
