"""Cuts what may be secret (passwords in URLs, tokens, home folders, encoded bytes, source) out of texts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from functools import cache
from itertools import pairwise
from typing import Any, TypeVar

CUT = "[cut]"

_HOME = r"(?<![\w.\-\]])(?:/home/|/Users/|[A-Za-z]:\\+Users\\+)[^\s'\"/\\]+|(?<![\w.\-\]])/root(?=/)"
"""Somebody's home folder, whose name is a person's."""

_HOMES = ("home", "users", "root")

_T = TypeVar("_T")


_PATTERNS = (
    (("://",), r"([A-Za-z][A-Za-z0-9+.\-]{1,15}://)[^/\s:@'\"]*(?::[^/\s@'\"]*)?@", rf"\1{CUT}@"),
    (("?", "&"), r"([?&][^=&\s'\"]{0,60}=)[^&\s'\"]+", rf"\1{CUT}"),
    (("-----begin ",), r"-----BEGIN [A-Z ]+-----.*", CUT),
    (("akia", "asia"), r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b", CUT),
    (
        (
            *("ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-", "hf_", "sk-", "k_live_"),
            *("xoxa-", "xoxb-", "xoxp-", "xoxr-", "xoxs-", "npm_", "aiza", "ya29."),
        ),
        r"\b(?:gh[pousr]_|github_pat_|glpat-|hf_|sk-|[sr]k_live_|xox[abprs]-|npm_|AIza|ya29\.)"
        r"(?=[A-Za-z_\-]*[0-9])[A-Za-z0-9_\-]{16,}",
        CUT,
    ),
    (("eyj",), r"\beyJ[A-Za-z0-9_\-]{8,}\.[A-Za-z0-9_\-]{8,}(?:\.[A-Za-z0-9_\-]*)?", CUT),
    (("bearer", "basic"), r"(?i)\b(bearer|basic)\s+[A-Za-z0-9+/=._\-]{12,}", rf"\1 {CUT}"),
    (
        ("password", "passwd", "secret", "token", "apikey", "api_key", "api-key", "access"),
        r"(?i)\b(password|passwd|secret|token|api[_-]?key|access[_-]?key)"
        r"(\s*=\s*['\"]?|['\"]\s*:\s*['\"])[^\s'\",;]{4,}",
        rf"\1\2{CUT}",
    ),
    (_HOMES, rf"(?:{_HOME})(?:[/\\]+[^\s'\"/\\]+)*(?=[/\\])", CUT),
    (_HOMES, _HOME, CUT),
)
"""What is cut and what stands in its place; known token forms are those their issuers document.

Every text that a pattern matches holds one of the pieces before it (in lower case), which tell sooner.
"""

_SUSPECT = r"://|[=:_\-]|/(?:home|Users|root)\b|[A-Za-z0-9+/]{16}|lambda|def |import "
"""Texts without any of these hold nothing that is cut."""

_ENCODED = r"[A-Za-z0-9+/_\-]{40,}={0,2}"
_SOURCE = r"\b(?:lambda\b[^:\n]{0,200}:|def\s+\w+\s*\(|import\s+\w+|exec\s*\(|eval\s*\().*"


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """Return a pattern as it is used; most are never, and each takes some tenths of a millisecond."""
    return re.compile(pattern, re.DOTALL)


def redact(text: str, *, source: bool = False) -> str:
    """Return the text with what may be secret cut out; ``source`` cuts Python source, too."""
    if not _is_suspect(text):
        return text
    small = text.lower() if text.isascii() else ""
    for pieces, pattern, instead in _PATTERNS:
        # Letters outside ASCII may be other cases of those inside: then every pattern is tried.
        if not small or any(piece in small for piece in pieces):
            text = _compiled(pattern).sub(instead, text)
    if _has_run(text, 40):
        text = _compiled(_ENCODED).sub(lambda match: CUT if _is_encoded(match[0]) else match[0], text)
    if source and any(word in text for word in ("lambda", "def", "import", "exec", "eval")):
        text = _compiled(_SOURCE).sub("[source cut]", text)
    return text


def _is_suspect(text: str) -> bool:
    """Tell whether :data:`_SUSPECT` is in a text; it need not be searched in most."""
    if any(sign in text for sign in "=:_-"):
        return True
    words = ("/home", "/Users", "/root", "lambda", "def ", "import ")
    possible = _has_run(text, 16) or any(word in text for word in words)
    return possible and _compiled(_SUSPECT).search(text) is not None


def _has_run(text: str, length: int) -> bool:
    """Tell whether a text has so many characters in a row without space."""
    return len(text) >= length and any(len(word) >= length for word in text.split())


def _is_encoded(run: str) -> bool:
    """Tell encoded bytes from a long path of words: inside a piece, the kind of character keeps changing.

    Of 62 equally likely characters, 26 are upper, 26 lower case and 10 digits: neighbours differ in kind with
    probability 1 - 2 (26/62)^2 - (10/62)^2 = 0.62. In words and op names it is below 0.4.
    """
    return any(_is_random(piece) for piece in re.split(r"[+/_\-]", run) if len(piece) >= 20)


def _is_random(piece: str) -> bool:
    kinds = ["d" if c.isdigit() else "u" if c.isupper() else "l" for c in piece]
    changes = sum(a != b for a, b in pairwise(kinds))
    return changes > 0.5 * (len(piece) - 1) or (
        len(piece) >= 32 and set(piece) <= set("0123456789abcdefABCDEF")
    )


_FREE_TEXT = frozenset({"message", "reason", "what", "evidence", "details"})
"""Fields that may quote source text; other texts are our own and show code on purpose."""


def redact_all(thing: _T, *, source: bool = False) -> _T:
    """Return a report, or any part of one, with every text in it redacted."""
    if isinstance(thing, str):
        done: Any = redact(thing, source=source) if type(thing) is str else thing
    elif isinstance(thing, tuple):
        done = tuple(redact_all(item, source=source) for item in thing)
    elif isinstance(thing, list):
        done = [redact_all(item, source=source) for item in thing]
    elif isinstance(thing, Mapping):
        done = {redact_all(key): redact_all(value, source=source) for key, value in thing.items()}
    elif is_dataclass(thing) and not isinstance(thing, type):
        changes = {}
        for part in fields(thing):
            old = getattr(thing, part.name)
            if (new := redact_all(old, source=source or part.name in _FREE_TEXT)) != old:
                changes[part.name] = new
        done = replace(thing, **changes) if changes else thing
    else:
        done = thing
    return done  # type: ignore[no-any-return]
