"""What the auditor makes of the worker's answers, whatever they are."""

from __future__ import annotations

import json
import signal

import numpy as np
import pytest

from logitcheck.probe.codec import (
    measurements_from_json,
    measurements_to_json,
    request_from_json,
    request_to_json,
)
from logitcheck.probe.measure import measure
from logitcheck.probe.outcome import report_of
from logitcheck.probe.protocol import InputPlan, Measurements, OutputPlan, ProbeRequest
from logitcheck.probe.runtimes.keras_file import load_problem
from logitcheck.probe.runtimes.runtime import RuntimeProblemError, shortened

REQUEST = ProbeRequest(
    "/m.h5",
    "keras-hdf5",
    ("tf_keras", "own"),
    (InputPlan("x", (None, 3), "float32"), InputPlan("ids", None, "int32", "ids", 9, "node")),
    (OutputPlan("out", "node", 1, "serving_default"),),
)
SEEN = Measurements("own", (measure("out", np.ones((2, 3)), 2),), {"numpy": "2"}, {"rows": 2})


def through_json(data):
    return json.loads(json.dumps(data))


def test_requests_and_measurements_survive_the_pipe():
    assert request_from_json(through_json(request_to_json(REQUEST))) == REQUEST
    assert measurements_from_json(through_json(measurements_to_json(SEEN))) == SEEN


@pytest.mark.parametrize(
    ("frame", "kind"),
    [
        ({"kind": "timeout"}, "timeout"),
        ({"kind": "hung"}, "timeout"),
        ({"kind": "ended", "signal": signal.SIGKILL}, "memory"),
        ({"kind": "ended", "signal": signal.SIGSEGV}, "crash"),
        ({"kind": "ended", "signal": signal.SIGABRT, "output": "std::bad_alloc"}, "memory"),
        ({"kind": "ended", "signal": signal.SIGXCPU}, "timeout"),
        ({"kind": "ended", "status": 1}, "ended"),
        ({"kind": "missing-tensorflow", "reason": "No module"}, "missing-tensorflow"),
        ({"kind": "lost"}, "no-worker"),
        ({}, "garbage"),
        ({"kind": ["x"]}, "garbage"),
        ({"kind": "reply", "reply": None}, "garbage"),
        ({"kind": "reply", "reply": {"attempts": [], "isolation": {}, "measurements": None}}, "garbage"),
    ],
)
def test_every_answer_gets_its_kind(frame, kind):
    measurements, report = report_of(frame, REQUEST)
    assert measurements is None
    assert (report.status, report.details["kind"]) == ("failed", kind)
    assert report.reason


def test_the_first_runtime_that_failed_gives_the_reason():
    attempts = [
        {"runtime": "tf_keras", "kind": "missing-classes", "reason": "Unknown layer: Mine"},
        {"runtime": "own", "kind": "missing-classes", "reason": "not understood: Mine"},
    ]
    reply = {"attempts": attempts, "isolation": {"network": "none"}, "measurements": None}
    _, report = report_of({"kind": "reply", "reply": reply}, REQUEST)
    assert (report.runtime, report.reason) == ("tf_keras", "Unknown layer: Mine")
    assert report.details["attempts"] == attempts
    assert report.details["isolation"] == {"network": "none"}


def test_measurements_of_the_wrong_types_are_rubbish():
    good = measurements_to_json(SEEN)
    for change in ({"min": "0"}, {"nan": 0.5}, {"name": 3}, {"shape": "x"}):
        bad = through_json(good)
        bad["outputs"][0].update(change)
        frame = {"kind": "reply", "reply": {"attempts": [], "isolation": {}, "measurements": bad}}
        assert report_of(frame, REQUEST)[1].details["kind"] == "garbage"


def test_a_runtime_that_failed_has_its_name_in_reports():
    tried = {"runtime": "keras3", "kind": "missing-classes", "reason": "no Gate"}
    reply = {"attempts": [tried], "isolation": {}, "measurements": None}
    _, report = report_of({"kind": "reply", "reply": reply}, REQUEST)
    assert report.runtime == "keras 3" and report.details["attempts"][0]["runtime"] == "keras 3"


@pytest.mark.parametrize(
    ("said", "kind", "told"),
    [
        ("x" * 400 + " Could not locate class 'Gate'. Make sure", "missing-classes", "know 'Gate'; --custom"),
        ("Could not locate function 'my_act'.", "missing-classes", "know 'my_act'; --custom"),
        ("Unknown layer: 'Gate'. Please ensure", "missing-classes", "know 'Gate'; --custom"),
        ("Unknown activation function: swosh", "missing-classes", "know 'swosh'; --custom"),
        ("use `custom_object_scope`", "missing-classes", "TypeError: use"),
        ("no such file", "load-failure", "TypeError: no such file"),
    ],
)
def test_a_class_that_keras_does_not_know_is_named_with_the_way_out(said, kind, told):
    problem = load_problem(TypeError(said))
    assert problem.kind == kind and told in problem.reason


def test_a_problem_that_has_its_words_keeps_them():
    problem = RuntimeProblemError("missing-classes", "mine:nothing gave no custom objects")
    assert load_problem(problem) is problem
    assert shortened(problem) == "mine:nothing gave no custom objects"
    assert shortened(ValueError("a\nb")) == "ValueError: a b"
