"""Alarms are tried in the probe; what is found there makes a finding sure, what is not leaves it possible."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from logitcheck import witnesses
from logitcheck.analysis.analyse import analyse
from logitcheck.analysis.interval import Interval
from logitcheck.finding import Confidence, ProbeReport, Severity
from logitcheck.options import AuditOptions
from logitcheck.probe.finds import Find, Hunt
from logitcheck.probe.suspects import suspects_of
from logitcheck.replay import worded
from logitcheck.rules.case import Case
from logitcheck.rules.numerics.lc303_log_of_zero import LogOfZero
from logitcheck.rules.numerics.lc304_division_by_zero import DivisionByZero
from logitcheck.rules.numerics.lc306_root_of_zero import RootOfZero
from logitcheck.rules.risk_rule import _weight
from logitcheck.rules.sketch import graph
from logitcheck.stages import Stages


class Hunter:
    """A prober that finds what it is told to."""

    def __init__(self, found: bool = True, reason: str | None = None):
        self.found, self.reason = found, reason
        self.asked: list = []

    def hunt(self, model, suspects, spans, budget):
        self.asked.append((suspects, spans, budget))
        if self.reason:
            return Hunt(reason=self.reason)
        arrays = {"x": np.zeros((1, 8), "float32")} if self.found else {}
        return Hunt(tuple(Find(s, self.found, 5, 0.0, arrays=arrays) for s in suspects))


def declared(case: Case) -> Case:
    """Return the case with a range for every input."""
    ranges = {"": Interval(-4.0, 4.0)}
    return Case(replace(case.model, path="m.keras"), analyse(case.model, ranges))


@pytest.fixture
def quotient() -> Case:
    return declared(graph(lambda ops: {"y": ops.op("RealDiv", ops.const(1.0), ops.scores(), name="q")}))


@pytest.fixture
def served_norm() -> Case:
    return declared(next(example.build() for example in RootOfZero.bad if "norm" in example.title))


def confirm(case: Case, hunter: Hunter, **options) -> tuple[Case, dict, Stages]:
    stages = Stages()
    case, told = witnesses.confirm(case, hunter, AuditOptions(**options), stages)
    return case, dict(told), stages


def test_without_alarms_nothing_is_asked():
    safe = declared(graph(lambda ops: {"y": ops.op("DivNoNan", ops.scores(), ops.scores())}))
    hunter = Hunter()
    case, told, _ = confirm(safe, hunter)
    assert (hunter.asked, told, case) == ([], {}, safe)


def test_what_is_found_is_an_error_and_measured(quotient):
    case, told, _ = confirm(quotient, Hunter())
    (finding,) = DivisionByZero().check(case)
    assert (finding.severity, finding.confidence) == (Severity.ERROR, Confidence.MEASURED)
    assert finding.evidence["witness"]["tries"] == 5
    assert "--save-witness" in finding.why
    assert told["witnesses"] == {"suspects": 1, "found": 1, "tries": 5}


def test_what_is_not_found_stays_possible_with_its_bound(quotient):
    case, _, _ = confirm(quotient, Hunter(found=False))
    (finding,) = DivisionByZero().check(case)
    assert (finding.severity, finding.confidence) == (Severity.WARNING, Confidence.POSSIBLE)
    assert finding.evidence["search"] == {"tries": 5, "value": 0.0}
    assert finding.evidence["bound"] == "!= 0"


def test_a_search_that_failed_changes_nothing_but_the_report(quotient):
    case, told, _ = confirm(quotient, Hunter(reason="it crashed"))
    assert told["witnesses"]["reason"] == "it crashed"
    (finding,) = DivisionByZero().check(case)
    assert finding.confidence == Confidence.POSSIBLE


def test_a_gradient_lost_in_training_is_an_error(served_norm):
    case, _, _ = confirm(served_norm, Hunter())
    (finding,) = RootOfZero().check(case)
    assert finding.evidence["kind"] == "gradient"
    assert (finding.severity, finding.confidence) == (Severity.ERROR, Confidence.MEASURED)


def test_labels_and_sample_weights_without_a_range_make_no_error(served_norm):
    (risk,) = served_norm.risks
    assert _weight(risk, found=True) == (Severity.ERROR, Confidence.MEASURED)
    assert _weight(replace(risk, undeclared=True), found=True) == (Severity.INFO, Confidence.MEASURED)
    assert _weight(replace(risk, graph=""), found=True) == (Severity.WARNING, Confidence.MEASURED)


def test_a_witness_is_saved_with_the_command_that_replays_it(quotient, tmp_path):
    case, _, stages = confirm(quotient, Hunter(), save_witness=str(tmp_path / "w"))
    (finding,) = DivisionByZero().check(case)
    (file,) = (tmp_path / "w").iterdir()
    assert finding.evidence["witness"]["replay"] == f"logitcheck replay m.keras {file}"
    assert not stages.errors


def test_a_witness_that_cannot_be_saved_is_told_and_counts(quotient, tmp_path):
    Path(tmp_path, "w").write_text("")
    case, _, stages = confirm(quotient, Hunter(), save_witness=str(tmp_path / "w"))
    assert [error.subject for error in stages.errors] == ["--save-witness"]
    (finding,) = DivisionByZero().check(case)
    assert finding.severity == Severity.ERROR


def test_suspects_carry_graph_argument_aim_and_spans():
    case = declared(next(example.build() for example in LogOfZero.bad if "training" in example.title))
    ((suspect,), spans) = suspects_of(case.model, case.risks, {"": Interval(-4.0, 4.0)})
    assert (suspect.node, suspect.argument, suspect.aim, suspect.gradient) == ("log", 0, "down", False)
    assert suspect.graph
    assert {(span.graph, span.low, span.high) for span in spans} == {(suspect.graph, -4.0, 4.0)}


def test_what_undeclared_inputs_are_taken_to_hold_is_told(quotient):
    (sure,) = DivisionByZero().check(quotient)
    assert "undeclared_inputs" not in sure.evidence
    loose = Case(quotient.model, analyse(quotient.model))
    (told,) = DivisionByZero().check(loose)
    assert told.evidence["undeclared_inputs"] == {"rests_on": [0.01, 1.0], "searched": [0.0, 1.0]}
    ops = graph(lambda ops: {"y": ops.op("Log", ops.input(None, 3), name="log")})
    (finding,) = LogOfZero().check(Case(ops.model, analyse(ops.model)))
    assert finding.evidence["undeclared_inputs"]["rests_on"] == [-1000.0, 1000.0]
    assert finding.severity == Severity.INFO
    assert "taken to be in [-1000, 1000]; in [0.01, 1] nothing happens" in finding.why


def test_undeclared_inputs_are_searched_where_every_custom_holds(quotient):
    _, spans = suspects_of(quotient.model, quotient.risks, {})
    assert [(span.low, span.high) for span in spans] == [(0.0, 1.0)]


def test_a_budget_of_0_other_rules_and_a_probe_that_cannot_ask_for_no_search():
    ran, options = ProbeReport("ran"), AuditOptions()
    assert witnesses.wanted([LogOfZero], options, ran)
    assert witnesses.wanted([LogOfZero], options, ProbeReport("failed", details={"kind": "missing-classes"}))
    assert not witnesses.wanted([LogOfZero], AuditOptions(witness_budget=0), ran)
    assert not witnesses.wanted([], options, ran)
    assert not witnesses.wanted([LogOfZero], options, ProbeReport("skipped"))
    assert not witnesses.wanted([LogOfZero], options, ProbeReport("failed", details={"kind": "no-worker"}))


def test_a_replay_says_where_it_begins():
    origin = {"node": "a/log", "op": "Log", "layer": "l", "low": 0.0, "high": 1.0}
    told = {
        "graph": "",
        "outputs": {"y:0": {"nan": 1, "inf": 2, "size": 3}},
        "origins": [origin],
        "gradient": None,
    }
    text, code = worded("m.keras", told)
    assert code == 1
    assert "first at Log 'a/log' of layer 'l', given [0, 1]" in text
    assert "y:0: 1 NaN and 2 Inf of 3 numbers" in text
    text, code = worded("m.keras", {**told, "origins": []})
    assert (code, "all numbers are finite" in text) == (0, True)
    assert worded("m.keras", {**told, "origins": [], "gradient": True})[1] == 1
