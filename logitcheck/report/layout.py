"""Lines of a report for people: styled pieces, wrapped to a width, as plain text or painted by rich."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

STYLES = {
    "error": "bold red",
    "warning": "bold yellow",
    "info": "cyan",
    "good": "bold green",
    "strong": "bold",
    "dim": "dim",
    "code": "green",
    "": "",
}
"""Style names of the pieces, and how rich paints them."""


class Piece(NamedTuple):
    """A run of text in one style."""

    text: str
    style: str = ""


class Line(NamedTuple):
    """One line before wrapping."""

    pieces: tuple[Piece, ...] = ()
    indent: int = 0
    hang: int = 0
    """Further columns by which the second and later lines are moved in."""


def line(*pieces: Piece | str, indent: int = 0, hang: int = 0) -> Line:
    """Return a line of pieces; plain strings are pieces without a style."""
    return Line(tuple(Piece(p) if isinstance(p, str) else p for p in pieces), indent, hang)


def wrap(long: Line, width: int) -> list[Line]:
    """Return the line as lines no wider than the width, broken at blanks or inside long words."""
    rows: list[list[Piece]] = [[]]
    used, room = 0, max(width - long.indent, 10)
    hang = min(long.hang, room // 3)
    narrow = max(room - hang, 10)
    for piece in long.pieces:
        for word in _words(piece.text, narrow):
            if used + len(word.rstrip()) > room and used:
                rows.append([])
                used, room = 0, narrow
                word = word.lstrip()
            if word and rows[-1] and rows[-1][-1].style == piece.style:
                rows[-1][-1] = Piece(rows[-1][-1].text + word, piece.style)
            elif word:
                rows[-1].append(Piece(word, piece.style))
            used += len(word)
    return [Line(tuple(row), long.indent + (hang if number else 0)) for number, row in enumerate(rows)]


def _words(text: str, limit: int) -> Iterable[str]:
    """Yield the words of a text, each with the blanks that follow it, none longer than the limit."""
    start, size = 0, len(text)
    while start < size:
        end = text.find(" ", start)
        end = size if end < 0 else end
        while end < size and text[end] == " ":
            end += 1
        while end - start > limit:
            cut = start + _cut(text[start : start + limit])
            yield text[start:cut]
            start = cut
        yield text[start:end]
        start = end


def _cut(part: str) -> int:
    """Return where to break a word that is too long: behind a mark not near its start, else at its end."""
    for marks in ("(,/.", "=_-"):
        place = max(part.rfind(mark) for mark in marks) + 1
        if place > len(part) // 3:
            return place
    return len(part)


def to_text(lines: Iterable[Line], width: int) -> str:
    """Return the lines as plain text."""
    rows = (row for long in lines for row in wrap(long, width))
    return "".join((" " * row.indent + "".join(p.text for p in row.pieces)).rstrip() + "\n" for row in rows)


def to_ansi(lines: Iterable[Line], width: int) -> str:
    """Return the lines with the colours that this terminal has."""
    from rich.console import Console
    from rich.text import Text

    console = Console(force_terminal=True, width=max(width, 20), highlight=False, emoji=False, markup=False)
    with console.capture() as captured:
        for row in (row for long in lines for row in wrap(long, width)):
            text = Text(" " * row.indent)
            for piece in row.pieces:
                text.append(piece.text, STYLES[piece.style])
            text.rstrip()
            console.print(text, soft_wrap=True)
    return captured.get()
