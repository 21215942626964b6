"""What an interruption, a full disk or a failure leaves: the program itself, in a process of its own."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from logitcheck.errors import UsageError
from logitcheck.finding import ModelReport
from logitcheck.journal import Journal
from logitcheck.options import AuditOptions
from logitcheck.report.json_v1 import render
from logitcheck.session import Session, Settings
from tests.report.samples import BROKEN, SOUND

SAMPLE = Path(__file__).resolve().parents[1] / "sample_models" / "softmax_with_true.h5"
MANY = 80
PROGRAM = [sys.executable, "-m", "logitcheck", "audit", "--no-probe", "--format", "json"]

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX's")


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """So many models that a run over them can be met in its middle."""
    folder = tmp_path_factory.mktemp("many")
    shutil.copy(SAMPLE, folder / "0000.h5")
    for number in range(1, MANY):
        os.link(folder / "0000.h5", folder / f"{number:04}.h5")
    return folder


def start(models: Path, output: Path, *more: str) -> subprocess.Popen[str]:
    command = [*PROGRAM, "--output", str(output), *more, str(models)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def lines_of(journal: Path) -> list[str]:
    """The whole lines of a journal."""
    return journal.read_text().split("\n")[:-1] if journal.exists() else []


def wait_for(journal: Path, count: int) -> None:
    end = time.monotonic() + 60
    while len(lines_of(journal)) < count:
        assert time.monotonic() < end
        time.sleep(0.02)


def report(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text())  # type: ignore[no-any-return]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL], ids=lambda n: n.name)
def test_a_run_ended_in_its_middle_goes_on_from_there(
    models: Path, tmp_path: Path, number: signal.Signals
) -> None:
    output, journal = tmp_path / "report.json", tmp_path / "report.json.journal"
    process = start(models, output)
    wait_for(journal, 12)
    process.send_signal(number)
    said = process.communicate(timeout=30)[1]
    if number == signal.SIGKILL:
        assert process.returncode == -signal.SIGKILL
    else:
        assert process.returncode == 130 and said.count("\n") == 1 and "--resume goes on from here" in said
        partial = report(output)
        assert partial["interrupted"] is True
        assert 11 <= len(partial["models"]) < MANY
        assert {model["verdict"] for model in partial["models"]} == {"fail"}
    done = lines_of(journal)
    marked = json.loads(done[3])
    marked["report"]["backend"] = "from the journal"
    journal.write_text("\n".join([*done[:3], json.dumps(marked), *done[4:], done[-1][:50]]))

    process = start(models, output, "--resume", "--quiet")
    assert process.communicate(timeout=120) == ("", "") and process.returncode == 1
    whole = report(output)
    assert "interrupted" not in whole and len(whole["models"]) == MANY
    again = [model["path"] for model in whole["models"] if model["writer"]["backend"] == "from the journal"]
    assert again == [marked["path"]]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["report.json"]


def test_a_line_cut_off_costs_one_model_only(tmp_path: Path) -> None:
    options = AuditOptions()
    paths = [str(shutil.copy(SAMPLE, tmp_path / f"{number}.h5")) for number in range(3)]
    journal = Journal(tmp_path / "report.json", options)
    journal.start(keep=False)
    for path in paths[:2]:
        journal.add(ModelReport(path, "keras-hdf5"))
    journal.path.write_text(journal.path.read_text()[:-30])
    journal.start(keep=True)
    journal.add(ModelReport(paths[2], "keras-hdf5"))
    assert list(journal.finished()) == [paths[0], paths[2]]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no /dev/full")
@pytest.mark.parametrize("output", ["/dev/full", None])
def test_a_full_disk_is_one_line_and_2(output: str | None) -> None:
    more = ["--output", output] if output else []
    with Path("/dev/full").open("w") as full:
        out = subprocess.PIPE if output else full
        command = [*PROGRAM, *more, str(SAMPLE)]
        done = subprocess.run(command, stdout=out, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1 and "No space left on device" in done.stderr
    if output:
        assert json.loads(done.stdout)["models"][0]["verdict"] == "fail"


def test_a_folder_that_takes_no_file_is_one_line_and_2(tmp_path: Path) -> None:
    place = "/proc/report.json" if os.geteuid() == 0 else str(tmp_path / "report.json")
    if os.geteuid():
        tmp_path.chmod(0o500)
    done = subprocess.run(
        [*PROGRAM, "--output", place, str(SAMPLE)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1 and "cannot write" in done.stderr


def test_a_disk_that_fills_up_during_a_run_ends_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(*_: object) -> None:
        raise UsageError("cannot write: No space left on device")

    monkeypatch.setattr(Journal, "add", full)
    settings = Settings(render, str(tmp_path / "report.json"))
    session = Session(lambda path: BROKEN if path == "1" else SOUND, AuditOptions(), settings)
    assert session.run(["0", "1", "2"]) == 1
    assert len(report(tmp_path / "report.json")["models"]) == 3

    session = Session(lambda path: BROKEN, AuditOptions(), settings)
    monkeypatch.setattr(session._destination, "write", full)
    with pytest.raises(UsageError, match="No space left"):
        session.run(["0", "1"])
    assert len(json.loads(capsys.readouterr().out)["models"]) == 2
