"""JSON from files nobody vouches for."""

from __future__ import annotations

from typing import Any

from logitcheck.readers.options import ReadOptions
from logitcheck.readers.refusals import damaged, too_much

CONTAINERS = (dict, list)


def parse_json(text: str | bytes, what: str, options: ReadOptions) -> Any:
    """Parse a JSON text. NotAudited where it is too long, too deeply nested or no JSON.

    ``what`` names the text in messages. Of keys that occur twice the last counts, as in Keras.
    """
    import json

    if len(text) > options.max_config:
        raise too_much(f"{what} is {len(text)} bytes long and at most {options.max_config} are read")
    try:
        value = json.loads(text)
    except RecursionError as error:
        raise too_much(f"{what} is nested deeper than any model") from error
    except ValueError as error:
        raise damaged(what, error) from error
    if _depth_exceeds(value, options.max_json_depth):
        raise too_much(f"{what} is nested more than {options.max_json_depth} deep")
    return value


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
