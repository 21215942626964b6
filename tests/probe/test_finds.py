"""What the child hands back is checked, saved in one piece, and read without pickle."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from logitcheck.errors import UsageError
from logitcheck.probe.finds import Find, hunt_of, save
from logitcheck.probe.hunt.answers import answer, answers, packed
from logitcheck.probe.hunt.candidates import Candidate
from logitcheck.probe.hunt.replay import load
from logitcheck.probe.hunt.search import Trail
from logitcheck.probe.protocol import ProbeRequest, Suspect
from logitcheck.probe.runtimes.runtime import RuntimeProblemError

SUSPECT = Suspect("train", "a/log", 0, "down")
REQUEST = ProbeRequest("m", "saved-model", (), suspects=(SUSPECT,))


def reply(**changes):
    candidate = Candidate("zeros", [np.array([[0.0, -0.0]], "float32")])
    trail = Trail(SUSPECT, tries=3, found=candidate, seed=7, value=0.0, nodes=("x",))
    finds = [{**answer(trail), **changes}]
    return json.loads(json.dumps({"kind": "reply", "reply": {"finds": finds}}))


def test_a_find_comes_back_as_it_was_sent():
    find = hunt_of(reply(), REQUEST).finds[0]
    assert (find.suspect, find.found, find.tries, find.seed, find.value) == (SUSPECT, True, 3, 7, 0.0)
    assert find.arrays["x"].tolist() == [[0.0, -0.0]]
    assert find.arrays["x"].dtype == np.float32


@pytest.mark.parametrize(
    "changes",
    [
        {"node": "another"},
        {"tries": "many"},
        {"arrays": {"x": {"dtype": "object", "shape": [1], "data": ""}}},
        {"arrays": {"x": {**packed(np.zeros(2)), "shape": [3]}}},
        {"arrays": {"x": {**packed(np.zeros(2)), "data": "!"}}},
        {"arrays": 3},
        {"value": [1]},
    ],
)
def test_a_reply_out_of_form_is_no_find(changes):
    hunt = hunt_of(reply(**changes), REQUEST)
    assert not hunt.finds
    assert "agreed form" in hunt.reason


def test_a_large_witness_comes_back_whole_and_what_finds_no_room_is_told_without_numbers(monkeypatch):
    ends = np.where(np.arange(6 << 20) % 3 == 0, 1.0, -1.0).astype("float32")
    trail = Trail(SUSPECT, tries=3, found=Candidate("signs", [ends]), nodes=("x",))
    told = json.loads(json.dumps(answers([trail])))
    (find,) = hunt_of({"kind": "reply", "reply": {"finds": told}}, REQUEST).finds
    assert np.array_equal(find.arrays["x"], ends)
    monkeypatch.setattr("logitcheck.probe.hunt.answers.ROOM", 3000)
    noise = np.random.default_rng(0).random(600).astype("float32")
    trails = [Trail(SUSPECT, found=Candidate("uniform", [noise]), nodes=("x",)) for _ in range(2)]
    assert [bool(item["arrays"]) for item in answers(trails)] == [True, False]


def test_numbers_that_unpack_to_more_than_they_say_are_refused():
    bomb = {**packed(np.zeros(1 << 20)), "shape": [4]}
    assert not hunt_of(reply(arrays={"x": bomb}), REQUEST).finds
    assert not hunt_of(reply(arrays={"x": {**bomb, "shape": [1 << 40]}}), REQUEST).finds


@pytest.mark.parametrize(
    "frame", [{}, {"kind": "reply"}, {"kind": "reply", "reply": []}, {"kind": "timeout"}]
)
def test_no_reply_is_a_reason(frame):
    assert hunt_of(frame, REQUEST).reason


def test_a_witness_is_saved_and_read_back(tmp_path):
    find = Find(SUSPECT, True, seed=7, arrays={"pre_x": np.ones((2, 3), "float32")})
    file = save(str(tmp_path / "new"), "models/m.keras", find, {"pre_x": "x"})
    about, arrays = load(file)
    assert about["node"] == "a/log"
    assert about["seed"] == 7
    assert {name: array.tolist() for name, array in arrays.items()} == {"in/x": [[1.0] * 3] * 2}
    assert [path.suffix for path in (tmp_path / "new").iterdir()] == [".npz"]


def test_a_name_of_a_node_leads_nowhere(tmp_path):
    evil = Find(Suspect("", "../../x\n", 0, "up"), True, arrays={"x": np.zeros(1)})
    assert (tmp_path / "kept") in Path(save(str(tmp_path / "kept"), "..", evil, {})).parents


def test_a_folder_that_cannot_be_is_told(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises((UsageError, OSError)):
        save(str(tmp_path / "file"), "m", Find(SUSPECT, True), {})


def test_pickles_are_not_read(tmp_path):
    np.savez(tmp_path / "w.npz", x=np.array([{}], object))
    with pytest.raises(RuntimeProblemError, match="no witness"):
        load(str(tmp_path / "w.npz"))
    (tmp_path / "n.npz").write_text("no archive")
    with pytest.raises(RuntimeProblemError, match="no witness"):
        load(str(tmp_path / "n.npz"))
