"""Pages about rules."""

from __future__ import annotations

from logitcheck.finding import RuleInfo, Severity
from logitcheck.report.rule_pages import Page, Shown, render_index, render_page

INFO = RuleInfo(
    "LC101", "double-softmax", Severity.ERROR, "Two | of them.", "It costs 1.4612.", "take one off."
)
PAGE = Page(
    INFO,
    since="0.1",
    default=False,
    bad=(Shown("softmax twice", ("Dense(units=5)", "loss = x(from_logits=True)"), "error: output 'a' is"),),
    good=(Shown("once", ()),),
)


def test_page_holds_text_examples_and_message() -> None:
    text = render_page(PAGE)
    assert "# LC101 double-softmax\n\nTwo | of them." in text
    assert "| error | Loss contract | 0.1 | no |" in text
    assert "## What to do\n\nTake one off." in text
    assert "### Softmax twice\n\n```text\nDense(units=5)\nloss = x(from_logits=True)\n```" in text
    assert "> error: output 'a' is" in text
    assert text.endswith("### Once\n")


def test_index_links_every_page_and_escapes_tables() -> None:
    text = render_index([PAGE])
    assert "## LC1xx Loss contract" in text
    assert "LC2xx" not in text
    assert "| [LC101](LC101.md) | double-softmax | error (off by default) | Two \\| of them. |" in text
