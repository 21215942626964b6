"""What is said on standard error: one line about trouble, and where a long run is (on a terminal only)."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import TracebackType

from logitcheck.report.clean import clean

_WIDTH = 70


def complain(text: str) -> None:
    """Say one line on standard error."""
    sys.stderr.write(f"logitcheck: {clean(text)}\n")


def row_counter() -> Callable[[int, int | None], None] | None:
    """Return what shows how far the user's data are done; None where standard error is no terminal."""
    if not sys.stderr.isatty():
        return None

    def show(rows: int, of: int | None) -> None:
        bar = f" [{'#' * (20 * rows // max(of, 1)):<20}]" if of else ""
        text = f"probe data{bar} {rows} rows{f' of {of}' if of else ''}"
        sys.stderr.write(f"\r{text[:_WIDTH]:<{_WIDTH}}")
        sys.stderr.flush()

    return show


class Progress:
    """A line on standard error that is written over again for every model, and gone at the end."""

    def __init__(self, total: int, *, quiet: bool) -> None:
        """Show nothing where standard error is no terminal, or the user wants quiet."""
        self._total = total
        self._count = 0
        self._shown = not quiet and sys.stderr.isatty()

    def __enter__(self) -> Progress:
        """Begin."""
        return self

    def begin(self, path: str) -> None:
        """Say which model comes next."""
        self._count += 1
        if self._shown:
            text = f"[{self._count}/{self._total}] {clean(path, _WIDTH - 20)}"
            sys.stderr.write(f"\r{text[:_WIDTH]:<{_WIDTH}}")
            sys.stderr.flush()

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Wipe the line."""
        if self._shown:
            sys.stderr.write("\r" + " " * _WIDTH + "\r")
            sys.stderr.flush()
