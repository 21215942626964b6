"""JSON from files nobody vouches for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from logitcheck.readers.options import ReadOptions
from logitcheck.readers.refusals import damaged, too_much

CONTAINERS = (dict, list)

PAIRS = bytes.maketrans(b"[]{}", b"()()")
OTHERS = bytes(set(range(256)) - set(b'[]{}"\\'))
"""What says nothing about the nesting of a JSON text."""

ROUNDS = 30
"""Levels of brackets that are taken off a text; models are nested less."""


def parse_json(
    text: str | bytes, what: str, options: ReadOptions, note: Callable[[dict[str, Any]], Any] | None = None
) -> Any:
    """Parse a JSON text. NotAudited where it is too long, too deeply nested or no JSON.

    ``what`` names the text in messages; ``note`` is called with every object and returns what stands in its
    place. Of keys that occur twice the last counts, as in Keras.
    """
    import json

    if len(text) > options.max_config:
        raise too_much(f"{what} is {len(text)} bytes long and at most {options.max_config} are read")
    try:
        value = json.loads(text, object_hook=note)
    except RecursionError as error:
        raise too_much(f"{what} is nested deeper than any model") from error
    except ValueError as error:
        raise damaged(what, error) from error
    limit = options.max_json_depth
    if not _is_shallow(decoded(text), limit) and _depth_exceeds(value, limit):
        raise too_much(f"{what} is nested more than {limit} deep")
    return value


def decoded(text: str | bytes) -> str:
    """Return a JSON text as the parser decodes it."""
    import json

    return text if isinstance(text, str) else text.decode(json.detect_encoding(text), "surrogatepass")


def _is_shallow(text: str, limit: int) -> bool:
    """Say whether a sound JSON text's brackets tell that it is nested less deep than a limit.

    The innermost pairs are taken off, round by round. Quotes that are left show brackets in a string, and a
    backslash may hide a quote: then nothing is told.
    """
    left = text.encode("utf-8", "surrogatepass").translate(PAIRS, OTHERS).replace(b'""', b"")
    for _ in range(min(limit, ROUNDS)):
        left = left.replace(b"()", b"")
    return not left


def _depth_exceeds(value: Any, limit: int) -> bool:
    """Say whether a value is nested deeper than a limit, without recursion."""
    level = [value]
    for _ in range(limit + 1):
        below: list[Any] = []
        for item in level:
            if type(item) is dict:
                below += [inner for inner in item.values() if type(inner) in CONTAINERS]
            elif type(item) is list:
                below += [inner for inner in item if type(inner) in CONTAINERS]
        if not below:
            return False
        level = below
    return True
