"""Text from a file, made harmless and short for a terminal or a page."""

from __future__ import annotations

LIMIT = 500
"""Characters of one text; what is longer is shortened in the middle."""

_PLAIN = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"))
"""Unicode categories shown as escapes: controls, bidi and other format characters, surrogates, unassigned,
line and paragraph separators.
"""


def clean(text: str, limit: int = LIMIT) -> str:
    """Return the text without control characters, and no longer than the limit."""
    text = shorten(text, limit)
    if text.isascii() and text.isprintable():
        return text
    import unicodedata

    return "".join(_escape(c) if unicodedata.category(c) in _PLAIN else c for c in text)


def shorten(text: str, limit: int = LIMIT) -> str:
    """Return the text with its middle left out where it is longer than the limit."""
    if len(text) <= limit:
        return text
    half = (limit - 3) // 2
    return f"{text[: limit - 3 - half]}...{text[len(text) - half :]}"


def _escape(c: str) -> str:
    return {"\n": "\\n", "\r": "\\r", "\t": "\\t"}.get(c) or c.encode("unicode_escape").decode("ascii")
