from __future__ import annotations

import json
from dataclasses import replace

import numpy as np

from logitcheck.finding import Report
from logitcheck.journal import entry_of
from logitcheck.report.json_v1 import dumps, render
from logitcheck.report.plain import DEPTH, ITEMS, plain
from logitcheck.revive import model_report
from tests.report.samples import BROKEN, FINDING, REPORT


def refuse(word: str) -> None:
    raise AssertionError(f"{word} is no JSON")


def test_the_fixed_fields_are_there_and_the_text_is_strict_ascii_json() -> None:
    text = render(REPORT)
    assert text.isascii()
    found = json.loads(text, parse_constant=refuse)
    assert found["schema_version"] == 1
    assert found["tool"]["name"] == "logitcheck"
    assert found["summary"] == {
        "models": 3,
        "errors": 1,
        "warnings": 0,
        "infos": 0,
        "undecided": 1,
        "not_audited": 1,
        "exit_code": 1,
    }
    broken, sound, refused = found["models"]
    assert [m["verdict"] for m in found["models"]] == ["fail", "undecided", "not-audited"]
    assert [m["status"] for m in found["models"]] == ["audited", "audited", "not-audited"]
    assert broken["writer"] == {"framework": "keras", "version": "3.15.1", "backend": "tensorflow"}
    assert broken["probe"]["status"] == "ran" and broken["probe"]["runtime"] == "keras 3"
    (output,) = broken["outputs"]
    assert output["shape"] == [None, 10] and output["contract"] == "violated"
    loss = {"name": "sparse_categorical_crossentropy", "from_logits": True, "source": "file"}
    assert output["loss"] == loss
    assert output["measured"]["rows"] == 32 and output["effective_loss"]["is"] == "logits"
    (finding,) = broken["findings"]
    assert finding["location"] == {"output": "scores", "layer": "scores", "node": None, "weight": None}
    assert finding["evidence"]["bound"] == "Infinity"
    assert sound["outputs"][0]["measured"] is None
    assert sound["outputs"][0]["interval"] == ["-Infinity", 1.0]
    assert refused["reason"].startswith("the file holds weights only")


def test_the_same_report_gives_the_same_bytes() -> None:
    assert render(REPORT) == render(replace(REPORT))


def test_fingerprints_depend_on_rule_and_place_alone() -> None:
    def marks(report: Report) -> list[str]:
        return [f["fingerprint"] for f in json.loads(render(report))["models"][0]["findings"]]

    moved = replace(BROKEN, path="elsewhere/x.keras", findings=(replace(FINDING, message="other words"),))
    other = replace(FINDING, location=replace(FINDING.location, output="other"))
    twice = replace(BROKEN, findings=(FINDING, FINDING, other, replace(FINDING, rule="LC102")))
    (first,) = marks(REPORT)
    assert marks(Report((moved,))) == [first]
    assert marks(Report((twice,)))[0] == first
    assert len(set(marks(Report((twice,))))) == 4


def test_numpy_values_and_strange_floats_become_json() -> None:
    value = {"a": np.float32(np.nan), "b": np.int64(3), "c": np.array([1.0, np.inf]), "d": {1}, "e": -np.inf}
    assert plain(value) == {"a": "NaN", "b": 3, "c": [1.0, "Infinity"], "d": [1], "e": "-Infinity"}


def test_a_report_comes_back_from_the_journal_as_it_was() -> None:
    for report in (*REPORT.models, replace(BROKEN, findings=(FINDING,) * (ITEMS + 5))):
        again = model_report(json.loads(dumps(entry_of(report))))
        assert render(Report((again,))) == render(Report((report,)))


def test_what_is_too_deep_or_too_long_is_cut() -> None:
    deep: list[object] = []
    for _ in range(5000):
        deep = [deep]
    assert len(dumps(plain(deep))) < 100
    assert len(plain({"a": list(range(ITEMS + 7))})["a"]) == ITEMS + 1
    assert plain({str(i): i for i in range(ITEMS + 7)})["..."] == "7 more"
    assert len(plain(np.zeros((100, 100)))) == ITEMS + 1
    nested: dict[str, object] = {}
    for _ in range(DEPTH - 1):
        nested = {"x": nested}
    assert "deeper" not in str(plain(nested))


def test_a_name_that_is_no_utf8_is_json_for_strict_readers() -> None:
    report = Report((replace(REPORT.models[0], path="m\udcff.h5"),))
    text = render(report)
    assert json.loads(text)["models"][0]["path"] == "m\\udcff.h5"
