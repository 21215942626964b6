"""Tables as text: CSV with or without a line of names, TSV, one value a line."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import numpy as np

from logitcheck.probe.array import Array
from logitcheck.probe.data.piece import Piece, Source

CELL_CAP = 1 << 20
"""Characters of one cell."""


def open_text(path: str) -> Source:
    """Open a table; its columns go by the names in its first line, else by their numbers from 0.

    Columns of numbers come as float64, others as bytes. Raises ValueError.
    """
    name = Path(path).name
    separator = "\t" if path.endswith(".tsv") else ","
    first = next(_lines(path, separator), None)
    if first is None:
        raise ValueError(f"{name} is empty")
    named = not any(_is_number(cell) for cell in first) and _more_than_words(path, separator, first)
    columns = [cell.strip() for cell in first] if named else [str(number) for number in range(len(first))]
    if len(set(columns)) != len(columns):
        raise ValueError(f"{name}: two columns have the same name")

    def pieces(size: int) -> Iterator[Piece]:
        lines = enumerate(_lines(path, separator), 1)
        if named:
            next(lines)
        for rows in iter(lambda: list(islice(lines, size)), []):
            for number, row in rows:
                if len(row) != len(columns):
                    raise ValueError(f"{name}, line {number}: {len(row)} cells, expected {len(columns)}")
            cells = zip(*(row for _, row in rows), strict=True)
            values = {key: _column(cell) for key, cell in zip(columns, cells, strict=True)}
            yield Piece(values, len(rows))

    return Source(name, pieces, None, {"kind": "text", "header": named})


def _lines(path: str, separator: str) -> Iterator[list[str]]:
    """Yield the rows that are not empty. Raises ValueError for what is no text."""
    csv.field_size_limit(CELL_CAP)
    try:
        with Path(path).open(encoding="utf-8-sig", newline="") as file:
            yield from (row for row in csv.reader(file, delimiter=separator) if row)
    except (OSError, UnicodeDecodeError, csv.Error) as problem:
        raise ValueError(f"{Path(path).name} is no table: {problem}") from problem


def _more_than_words(path: str, separator: str, first: list[str]) -> bool:
    """Tell whether a first line of words names columns: numbers follow it, or there are several columns."""
    second = next(islice(_lines(path, separator), 1, None), None)
    return second is not None and (len(first) > 1 or any(_is_number(cell) for cell in second))


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _column(cells: tuple[str, ...]) -> Array:
    try:
        return np.array(cells, dtype=np.float64)
    except ValueError:
        return np.array([cell.strip().encode() for cell in cells], dtype=object)
