"""The contract of every output."""

from __future__ import annotations

import pytest

from logitcheck.finding import Confidence, Contract, Finding, Location, Severity
from logitcheck.rules.case import Case
from logitcheck.rules.catalogue import catalogue
from logitcheck.rules.rule import run
from logitcheck.rules.sketch import dense, heads, layer, measure, sketch
from logitcheck.verdict import judge_outputs, undecided


def judged(case: Case) -> list[str]:
    rules = [rule() for rule in catalogue() if rule.code.startswith(("LC1", "LC2"))]
    return [str(output.contract) for output in judge_outputs(case, list(run(rules, case)))]


@pytest.mark.parametrize(
    ("units", "activation", "loss", "from_logits", "contract"),
    [
        (5, "softmax", "sparse_categorical_crossentropy", False, "ok"),
        (5, "linear", "sparse_categorical_crossentropy", True, "ok"),
        (5, "log_softmax", "categorical_crossentropy", True, "ok"),
        (5, "softmax", "sparse_categorical_crossentropy", True, "violated"),
        (5, "linear", "sparse_categorical_crossentropy", False, "violated"),
        (5, "relu", "sparse_categorical_crossentropy", False, "violated"),
        (5, "tanh", "categorical_crossentropy", False, "violated"),
        (5, "sigmoid", "categorical_crossentropy", False, "violated"),
        (5, "sigmoid", "binary_crossentropy", False, "ok"),
        (5, "sigmoid", "binary_crossentropy", True, "violated"),
        (5, "softmax", "binary_crossentropy", False, "suspicious"),
        (5, "softmax", "mse", False, "suspicious"),
        (5, "linear", "mse", False, "ok"),
        (1, "sigmoid", "sparse_categorical_crossentropy", False, "violated"),
        (1, "linear", "categorical_crossentropy", True, "violated"),
        (1, "softmax", "binary_crossentropy", False, "violated"),
        (1, "relu", "binary_crossentropy", False, "violated"),
        (1, "linear", "binary_focal_crossentropy", True, "ok"),
        (1, "exponential", "poisson", False, "ok"),
        (1, "linear", "poisson", False, "suspicious"),
        (1, "hard_sigmoid", "binary_crossentropy", False, "ok"),
        (1, "tanh", "hinge", False, "ok"),
        (5, "softmax", "kl_divergence", False, "ok"),
        (5, "linear", "my_loss", False, "undecided"),
        (5, "linear", "categorical_crossentropy", None, "undecided"),
    ],
)
def test_contract(units: int, activation: str, loss: str, from_logits: bool | None, contract: str) -> None:
    assert judged(sketch(dense(units, activation), loss=(loss, from_logits))) == [contract]


def test_unknown_values_are_never_ok() -> None:
    case = sketch(dense(5), layer("SomebodysLayer"), loss="categorical_crossentropy")
    assert judged(case) == ["undecided"]
    (remark,) = undecided(case, [])
    assert "SomebodysLayer" in remark.reason


def test_without_a_loss_nothing_is_accused_nor_excused() -> None:
    case = sketch(dense(5))
    assert judged(case) == ["undecided"]
    (remark,) = undecided(case, [])
    assert remark.reason == "no loss is stored"
    assert "--loss" in remark.advice


def test_outputs_are_judged_one_by_one() -> None:
    case = heads(
        {
            "kind": (dense(5, "softmax"), "categorical_crossentropy"),
            "flag": (dense(1), "binary_crossentropy"),
            "extra": (dense(2), None),
        }
    )
    assert judged(case) == ["ok", "violated", "undecided"]


def test_a_finding_on_a_training_graph_speaks_of_outputs_without_loss_only() -> None:
    finding = Finding(
        "LC115",
        "x",
        Severity.ERROR,
        Confidence.PROVED,
        Location(node="loss"),
        "m",
        "w",
        "f",
        contract=Contract.VIOLATED,
    )
    bare, compiled = sketch(dense(5)), sketch(dense(5, "softmax"), loss="categorical_crossentropy")
    assert [o.contract for o in judge_outputs(bare, [finding])] == [Contract.VIOLATED]
    assert [o.contract for o in judge_outputs(compiled, [finding])] == [Contract.OK]


def test_report_of_an_output() -> None:
    case = sketch(
        dense(5, "softmax"),
        loss=("sparse_categorical_crossentropy", True),
        measured=measure("dense", max=0.75),
    )
    (report,) = judge_outputs(case, [])
    assert (report.name, report.shape, report.dtype) == ("dense", (None, 5), "float32")
    assert (report.values, report.loss, report.from_logits) == (
        "probabilities",
        "sparse_categorical_crossentropy",
        True,
    )
    assert report.measured is not None
    assert report.measured["max"] == 0.75
    assert report.interval == (0.0, 1.0)
    assert "rescued" in report.loss_note


def test_measurements_against_proof_leave_it_undecided() -> None:
    case = sketch(
        dense(5, "softmax"),
        loss="categorical_crossentropy",
        measured=measure("dense", sum_min=0.1, sum_max=0.4),
    )
    assert judged(case) == ["undecided"]


@pytest.mark.parametrize(
    ("activation", "loss", "said"),
    [
        ("sigmoid", None, "name it: --loss binary_crossentropy (or another), with --from-logits"),
        ("softmax", None, "name it: --loss sparse_categorical_crossentropy (or another)"),
        ("softmax", "my_loss", "name it: --loss sparse_categorical_crossentropy (or another)"),
        ("softmax", ("categorical_crossentropy", None), "say so: --from-logits or --no-from-logits"),
    ],
)
def test_what_is_undecided_comes_with_the_words_that_decide_it(
    activation: str, loss: object, said: str
) -> None:
    case = sketch(dense(5, activation), loss=loss)  # type: ignore[arg-type]
    (remark,) = undecided(case, [])
    assert remark.advice is not None and remark.advice.startswith(said)
