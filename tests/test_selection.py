from __future__ import annotations

import pytest

from logitcheck.errors import UsageError
from logitcheck.rules.catalogue import catalogue
from logitcheck.selection import Selection, check_words, find_rule
from tests.report.samples import FINDING

RULES = catalogue()


def test_rules_are_found_by_code_and_by_name() -> None:
    assert find_rule("lc101", RULES) is find_rule("double-softmax", RULES)
    with pytest.raises(UsageError, match="did you mean"):
        find_rule("duoble-softmax", RULES)


@pytest.mark.parametrize("word", ["LC9", "", "softmax"])
def test_a_word_that_no_rule_answers_to_is_refused(word: str) -> None:
    with pytest.raises(UsageError):
        check_words([word], RULES, "--select")
    check_words(["LC1", "LC101", "double-softmax"], RULES, "--ignore")


@pytest.mark.parametrize(
    ("selection", "kept"),
    [
        (Selection(), True),
        (Selection(select=("LC1",)), True),
        (Selection(select=("LC3",)), False),
        (Selection(ignore=("double-softmax",)), False),
        (Selection(select=("LC1",), ignore=("LC101",)), False),
    ],
)
def test_what_is_left_out_is_said(selection: Selection, kept: bool) -> None:
    found, remarks = selection.sift([FINDING], RULES)
    assert (len(found), len(remarks)) == ((1, 0) if kept else (0, 1))


def test_a_rule_that_is_off_runs_when_selected() -> None:
    off = [rule for rule in RULES if not rule.default]
    assert off
    for rule in off:
        assert not Selection().runs(rule) and not Selection().shows(rule)
        chosen = Selection(select=(rule.code,))
        assert chosen.runs(rule) and chosen.shows(rule)
