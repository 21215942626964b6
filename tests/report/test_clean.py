from __future__ import annotations

import pytest

from logitcheck.report.clean import clean, shorten


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("dense_1/kernel:0", "dense_1/kernel:0"),
        ("Größe 模型", "Größe 模型"),
        ("\x1b[31mPASS\x07", "\\x1b[31mPASS\\x07"),
        ("a\nPASS everything", "a\\nPASS everything"),
        ("evil\u202egnp.h5", "evil\\u202egnp.h5"),
        ("zero\u200bwidth", "zero\\u200bwidth"),
        ("line\u2028end", "line\\u2028end"),
        ("half \ud800 pair", "half \\ud800 pair"),
    ],
)
def test_no_text_moves_the_cursor_or_turns_the_line(text: str, shown: str) -> None:
    assert clean(text) == shown


def test_long_text_keeps_both_ends_and_the_limit() -> None:
    short = shorten("a" * 400 + "z" * 400, 100)
    assert len(short) == 100
    assert short.startswith("aaa") and short.endswith("zzz") and "..." in short
    assert shorten("x" * 100, 100) == "x" * 100
