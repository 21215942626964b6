"""What is said on standard error: one line about trouble, and where a long run is (on a terminal only)."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from types import TracebackType

from logitcheck.report.clean import clean

_WIDTH = 70
"""Columns of the line, at most: one that is wider than its terminal could not be written over."""


def _width() -> int:
    """Return how wide the line may be."""
    try:
        columns = os.get_terminal_size(sys.stderr.fileno()).columns
    except (OSError, ValueError):
        return _WIDTH
    return max(10, min(_WIDTH, columns - 1)) if columns else _WIDTH


def complain(text: str) -> None:
    """Say one line on standard error."""
    sys.stderr.write(f"logitcheck: {clean(text)}\n")


def row_counter() -> Callable[[int, int | None], None] | None:
    """Return what shows how far the user's data are done; None where standard error is no terminal."""
    if not sys.stderr.isatty():
        return None
    width = _width()

    def show(rows: int, of: int | None) -> None:
        bar = f" [{'#' * (20 * rows // max(of, 1)):<20}]" if of else ""
        text = f"probe data{bar} {rows} rows{f' of {of}' if of else ''}"
        sys.stderr.write(f"\r{text[:width]:<{width}}")
        sys.stderr.flush()

    return show


class Progress:
    """A line on standard error that is written over again for every model, and gone at the end."""

    def __init__(self, total: int, *, quiet: bool) -> None:
        """Show nothing where standard error is no terminal, or the user wants quiet."""
        self._total = total
        self._count = 0
        self._shown = not quiet and sys.stderr.isatty()
        self._width = _width() if self._shown else _WIDTH

    def __enter__(self) -> Progress:
        """Begin."""
        return self

    def begin(self, path: str) -> None:
        """Say which model comes next."""
        self._count += 1
        if self._shown:
            count = f"[{self._count}/{self._total}] "
            text = count + clean(path, max(10, self._width - len(count)))
            sys.stderr.write(f"\r{text[: self._width]:<{self._width}}")
            sys.stderr.flush()

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Wipe the line."""
        if self._shown:
            sys.stderr.write("\r" + " " * self._width + "\r")
            sys.stderr.flush()
