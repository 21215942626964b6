"""Models that misbehave, in a real worker that has a fake runtime in place of TensorFlow."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path

import pytest

from logitcheck.probe import landlock, namespaces
from logitcheck.probe import plan as planning
from logitcheck.probe.host import Prober
from logitcheck.probe.options import ProbeOptions
from logitcheck.probe.workers import BOOT, Worker
from tests.probe.fake_worker import FAKE_BOOT, assert_alone, descendants, model_at

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the worker's isolation is Linux's")


@pytest.fixture(scope="module")
def prober():
    with Prober(ProbeOptions(timeout=20, rows=4)) as made:
        made._worker = Worker(boot=FAKE_BOOT)
        yield made


@pytest.fixture
def run(prober, tmp_path, monkeypatch):
    """Probe a model whose loading executes the given code."""
    monkeypatch.setattr(planning, "runtimes", lambda model: ("fake",))

    def probe(code, **options):
        path = tmp_path / "model.h5"
        path.write_text(code)
        outcome = prober.run(model_at(path), **options)
        assert prober._worker is not None, outcome.report.reason
        assert_alone(prober._worker)
        return outcome

    return probe


def failed(outcome):
    assert outcome.measurements is None
    assert outcome.report.status == "failed"
    return outcome.report.details["kind"], outcome.report.reason


def test_a_model_that_behaves(run):
    outcome = run("")
    (seen,) = outcome.measurements.outputs
    assert (seen.name, seen.rows, seen.shape, outcome.report.runtime) == ("out", 4, (4, 2), "fake")
    assert outcome.report.details["repeat"]["out"] == {"same": True, "difference": 0.0}
    assert outcome.report.details["batch"]["out"]["difference"] == 0.0
    assert outcome.report.details["families"]["zeros"]["out"]["max"] == 0.0


def test_one_worker_serves_them_all(run, prober):
    first = prober._worker._process.pid
    run("")
    run("raise ValueError('x')")
    assert prober._worker._process.pid == first


def test_a_model_that_hangs(run):
    kind, reason = failed(run("time.sleep(600)", timeout=0.5))
    assert kind == "timeout" and "0.5 s" in reason


def test_a_model_that_crashes(run):
    kind, reason = failed(run("ctypes.string_at(0)"))
    assert kind == "crash" and "SIGSEGV" in reason


def test_a_model_that_leaves(run):
    kind, reason = failed(run("os._exit(3)"))
    assert kind == "ended" and "status 3" in reason


def test_a_model_that_cannot_be_loaded(run):
    assert failed(run("raise ValueError('no such thing')")) == ("load-failure", "ValueError: no such thing")
    told = failed(run("raise RuntimeProblemError('missing-classes', 'Unknown layer: Mine')"))
    assert told == ("missing-classes", "Unknown layer: Mine")


def test_a_model_that_wants_all_memory(run):
    kind, _ = failed(run("bytearray(4 << 30)", memory=1 << 30))
    assert kind == "memory"
    assert failed(run("os.kill(os.getpid(), signal.SIGABRT)"))[0] == "crash"
    printed = "os.write(2, b'terminate called after throwing std::bad_alloc'); os.abort()"
    assert failed(run(printed))[0] == "memory"


def test_a_model_that_prints_to_everything(run):
    outcome = run("print('hello'); os.write(1, b'x' * 100)\n")
    assert outcome.report.status == "ran"
    everywhere = "for fd in range(3, 40):\n    try: os.write(fd, b'\\xff' * 64)\n    except OSError: pass\n"
    assert failed(run(everywhere))[0] == "garbage"
    assert run("").report.status == "ran"


@pytest.mark.parametrize("reply", ["{}", '{"measurements": {}, "attempts": [], "isolation": {}}'])
def test_a_model_that_forges_a_reply_of_the_wrong_form(run, reply):
    code = f"""
import struct
body = {reply!r}.encode()
for fd in range(3, 40):
    try: os.write(fd, struct.pack(">I", len(body)) + body)
    except OSError: pass
time.sleep(60)
"""
    assert failed(run(code))[0] == "garbage"


@pytest.mark.skipif(not landlock.version(), reason="this kernel has no Landlock")
def test_a_model_that_writes_reads_or_runs_what_is_not_its_own(run, tmp_path):
    canary = tmp_path / "canary"
    canary.write_text("secret")
    attempts = [
        f"open({str(tmp_path / 'new')!r}, 'w')",
        f"open({str(canary)!r})",
        "os.execv('/bin/true', ['true'])",
    ]
    for attempt in [*attempts, f"os.unlink({str(canary)!r})"]:
        kind, reason = failed(run(attempt))
        assert kind == "load-failure" and "PermissionError" in reason
    assert canary.read_text() == "secret"
    assert (
        run("open('scratch', 'w').write('mine'); assert open('scratch').read() == 'mine'").report.status
        == "ran"
    )


def test_a_model_that_calls_home(run, monkeypatch):
    monkeypatch.setenv("SECRET_TOKEN", "hush")
    outcome = run("assert 'SECRET_TOKEN' not in os.environ")
    assert outcome.report.status == "ran"
    if outcome.report.details["isolation"]["network"] != "none":
        pytest.skip("this kernel gives no network namespace")
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        kind, reason = failed(run(f"socket.create_connection(('127.0.0.1', {port}), 2)"))
    assert kind == "load-failure" and "Error" in reason


def test_what_was_in_force_is_told(run):
    told = run("").report.details["isolation"]
    assert {"network", "processes", "files", "memory", "cpu", "file size", "environment"} <= set(told)
    assert told["capabilities"] == "dropped"


def test_nothing_is_left_when_the_prober_ends(tmp_path, monkeypatch):
    monkeypatch.setattr(planning, "runtimes", lambda model: ("fake",))
    (tmp_path / "model.h5").write_text("open('left', 'w').write('x')")
    with Prober() as made:
        made._worker = worker = Worker(boot=FAKE_BOOT)
        assert made.run(model_at(tmp_path / "model.h5")).report.status == "ran"
        assert [entry.name for entry in Path(worker.folder).iterdir()] == ["worker.log"]
    assert not Path(worker.folder).exists()
    assert descendants(worker.folder) == []


def test_the_worker_ends_with_its_auditor(tmp_path):
    worker = Worker(boot=FAKE_BOOT)
    os.close(worker._requests)
    assert worker._process.wait(10) == 0
    assert not Path(worker.folder).exists()
    worker._requests = os.open(os.devnull, os.O_WRONLY)
    worker.close()


def test_a_worker_that_dies_is_replaced(tmp_path, monkeypatch):
    monkeypatch.setattr(planning, "runtimes", lambda model: ("fake",))
    (tmp_path / "model.h5").write_text("")
    with Prober() as made:
        made._worker = Worker(boot="raise SystemExit('no luck')")
        kind, reason = failed(made.run(model_at(tmp_path / "model.h5")))
        assert kind == "no-worker" and "no luck" in reason
        assert made._worker is None
        made._worker = Worker(boot=FAKE_BOOT)
        assert made.run(model_at(tmp_path / "model.h5")).report.status == "ran"


@pytest.mark.parametrize(
    ("says", "kind"),
    [
        ("os.write(int(sys.argv[3]), b'rubbish' * 100)", "no-worker"),
        ("os.write(int(sys.argv[3]), b'\\0\\0\\0\\2{}')", "garbage"),
        ("os.write(int(sys.argv[3]), b'\\0\\0\\0\\2')", "no-worker"),
    ],
)
def test_a_worker_that_talks_rubbish(tmp_path, says, kind):
    (tmp_path / "model.h5").write_text("")
    with Prober() as made:
        made._worker = Worker(boot=f"import os, sys, time\nos.read(int(sys.argv[2]), 4)\n{says}\n")
        assert failed(made.run(model_at(tmp_path / "model.h5")))[0] == kind


def test_an_interpreter_that_is_not_there(tmp_path):
    (tmp_path / "model.h5").write_text("")
    with Prober(ProbeOptions(python=str(tmp_path / "python"))) as made:
        kind, reason = failed(made.run(model_at(tmp_path / "model.h5")))
    assert kind == "no-worker" and "No such file" in reason


def test_a_python_without_tensorflow_is_told(tmp_path):
    (tmp_path / "model.h5").write_text("")
    boot = BOOT.replace("from logitcheck", "sys.modules['tensorflow'] = None\nfrom logitcheck")
    with Prober() as made:
        made._worker = Worker(boot=boot)
        kind, reason = failed(made.run(model_at(tmp_path / "model.h5")))
    assert kind == "missing-tensorflow" and "pip install" in reason


def test_namespaces_are_refused_politely(monkeypatch):
    monkeypatch.setattr(namespaces.syscalls, "available", lambda: False)
    assert "not Linux" in namespaces.enter()
