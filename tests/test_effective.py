"""The measured loss in words, whatever the model's own process claims."""

from __future__ import annotations

from typing import Any

import pytest

from logitcheck.effective import contradictions, effective_loss
from logitcheck.probe.protocol import Measurements
from logitcheck.rules.case import Case
from logitcheck.rules.sketch import dense, sketch
from logitcheck.verdict import judge_outputs, undecided

VERSIONS = {"keras": "3.15.1", "tensorflow": "2.21.0"}


def case_with(activation: str, from_logits: bool, modes: Any = None, **shown: Any) -> Case:
    extra = {"effective_loss": {"dense": shown}, "loss_modes": {"dense": modes}}
    return sketch(
        dense(10, activation),
        loss=("sparse_categorical_crossentropy", from_logits),
        measured=Measurements("keras 3", (), VERSIONS, extra),
    )


def told(case: Case) -> str:
    (report,) = judge_outputs(case, [])
    return "" if report.effective_loss is None else str(report.effective_loss["sentence"])


def test_a_rescue_is_told_with_what_it_hides() -> None:
    case = case_with("softmax", True, value=2.25, kind="softmax", **{"is": "logits"})
    assert told(case) == (
        "the file says from_logits=True on a softmax; Keras 3.15 on TensorFlow 2.21 un-does the softmax "
        "(measured 2.2500 = CE of the logits); on JAX or PyTorch, behind a reshape, or in a custom loop the "
        "floor is 1.4612"
    )
    assert contradictions(case, case.pairings[0]) == ()


@pytest.mark.parametrize(
    ("activation", "from_logits", "meaning", "words"),
    [
        ("softmax", True, "softmax-twice", "a second time (measured 2.2500 = CE(softmax(p))"),
        ("linear", False, "clipped-scores", "raw scores; Keras 3.15 on TensorFlow 2.21 clips them"),
        ("linear", False, "normalised-scores", "divides them by their sum and clips"),
        ("linear", True, "as-declared", "as declared (measured 2.2500"),
        ("linear", True, "unknown", ""),
    ],
)
def test_each_meaning_has_its_words(activation: str, from_logits: bool, meaning: str, words: str) -> None:
    kind = "softmax" if activation == "softmax" else "scores"
    sentence = told(case_with(activation, from_logits, value=2.25, kind=kind, **{"is": meaning}))
    assert words in sentence and bool(words) == bool(sentence)


def test_other_modes_are_told_where_they_differ() -> None:
    modes = {"eager": {"is": "softmax-twice", "value": 1.5}, "training": {"is": "logits", "value": 2.0}}
    case = case_with("softmax", True, modes, value=2.25, kind="softmax", **{"is": "logits"})
    assert "; run eagerly it is softmax-twice" in told(case) and "in training" not in told(case)


def test_a_measurement_that_contradicts_the_table_is_an_open_question() -> None:
    case = case_with("softmax", True, value=1.6, kind="softmax", **{"is": "softmax-twice"})
    (remark,) = undecided(case, judged_findings(case))
    assert "doubled (graph)" in remark.reason and "rescued" in remark.reason


def judged_findings(case: Case) -> list[Any]:
    from logitcheck.rules.loss.lc101_double_softmax import DoubleSoftmax

    return list(DoubleSoftmax().check(case))


@pytest.mark.parametrize(
    "shown",
    [
        {"is": "\x1b[31m", "value": 1.0},
        {"is": ["logits"], "value": 1.0},
        {"value": 1.0},
        {"is": "logits", "value": "x" * 100, "hypotheses": ["a"], "rows": "many", "kind": {}},
        {"is": "logits", "value": True, "hypotheses": {"logits": "2", "evil": 1.0}},
    ],
)
def test_rubbish_from_the_models_process_is_left_out(shown: dict[str, Any]) -> None:
    case = case_with("softmax", True, [1, 2], **shown)
    found = effective_loss(case, case.pairings[0])
    if found is not None:
        assert (found["value"], found["hypotheses"], found["sentence"]) == (None, {}, "")
        assert "rows" not in found


@pytest.mark.parametrize(
    ("activation", "from_logits", "meaning", "rule", "words"),
    [
        ("softmax", True, "logits", "LC101", "2.2500 = the cross-entropy of the logits."),
        ("softmax", True, "softmax-twice", "LC101", "a second softmax; that of the logits is 1.5000."),
        ("linear", False, "clipped-scores", "LC103", "clipped to [1e-7, 1 - 1e-7]"),
    ],
)
def test_the_finding_holds_what_was_measured(
    activation: str, from_logits: bool, meaning: str, rule: str, words: str
) -> None:
    from logitcheck.rules.catalogue import catalogue

    shown = {"value": 2.25, "kind": "softmax", "is": meaning, "hypotheses": {"logits": 1.5}}
    case = case_with(activation, from_logits, **shown)
    (rule_class,) = (one for one in catalogue() if one.code == rule)
    (finding,) = rule_class().check(case)
    assert finding.confidence == "measured" and words in finding.why
    assert "Measured in Keras 3.15 on TensorFlow 2.21" in finding.why
    assert finding.evidence["measured"] == 2.25 and finding.evidence["measured_is"] == meaning
    (static,) = rule_class().check(case.with_(measured=None))
    assert static.confidence == "proved" and "easured" not in static.why
