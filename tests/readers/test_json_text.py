"""How deep a JSON text is nested is told by its brackets, or by a walk where they tell nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from logitcheck.errors import NotAudited
from logitcheck.readers.json_text import _depth_exceeds, _is_shallow, parse_json
from logitcheck.readers.options import DEFAULTS, ReadOptions

TEXTS = st.text('[]{}"\\ab,:ä\n', max_size=6)
VALUES = st.recursive(
    st.none() | st.integers() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=12,
)


def depth(value: Any) -> int:
    """Lists and objects inside one another, none for a plain value."""
    if not isinstance(value, (list, dict)):
        return 0
    inner = value.values() if isinstance(value, dict) else value
    return 1 + max((depth(item) for item in inner), default=0)


def nested(levels: int) -> Any:
    value: Any = 1
    for level in range(levels):
        value = [value] if level % 2 else {"a": value}
    return value


@given(VALUES, st.integers(0, 6), st.booleans())
@example([["]"], ["["]], 1, True)
@example(["]", ["]", ["["], "["], "["], 1, True)
@example(['"]', ['"[', [1]]], 2, True)
def test_brackets_never_call_shallow_what_is_deep(value: Any, limit: int, ascii_only: bool) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only)
    if _is_shallow(text, limit):
        assert depth(value) <= limit
    elif not any(mark in text for mark in ("\\", "[", "]", "{", "}")):
        assert depth(value) > limit
    assert _depth_exceeds(value, limit) == (depth(value) > limit + 1)


@pytest.mark.parametrize("levels", [0, 1, 2, 29, 30])
def test_plain_texts_are_told_by_their_brackets(levels: int) -> None:
    text = json.dumps([nested(levels), {"name": "conv1/conv", "empty": [{}, []]}])
    assert _is_shallow(text, 200) == (levels < 30)


@pytest.mark.parametrize("levels", [5, 40, 202, 900])
@pytest.mark.parametrize("inside", ["", "]]]]", '"\\'])
def test_the_limit_is_the_same_whatever_stands_in_texts(levels: int, inside: str) -> None:
    text = json.dumps({"text": inside, "value": nested(levels - 1)})
    for stored in (text, text.encode(), text.encode("utf-16")):
        if levels <= 201:
            assert parse_json(stored, "it", DEFAULTS) == json.loads(text)
            continue
        with pytest.raises(NotAudited, match="nested"):
            parse_json(stored, "it", DEFAULTS)


def test_a_callers_limit_holds_and_every_object_is_noted() -> None:
    seen: list[Any] = []

    def note(found: dict[str, Any]) -> dict[str, Any]:
        seen.append(found)
        return found

    value = {"a": [{}, {"b": 1}]}
    assert parse_json(json.dumps(value), "it", DEFAULTS, note) == value
    assert seen == [{}, {"b": 1}, value]
    with pytest.raises(NotAudited, match="more than 1 deep"):
        parse_json(json.dumps(value), "it", ReadOptions(max_json_depth=1))
