"""What models try beside computing: it fails, it is told, and nothing of it is left."""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from logitcheck.audit import audit
from logitcheck.options import AuditOptions
from logitcheck.probe import landlock
from logitcheck.probe import plan as planning
from logitcheck.probe.host import ProbeOutcome, Prober
from logitcheck.probe.options import ProbeOptions
from logitcheck.probe.workers import Worker
from logitcheck.rules.catalogue import concerning
from tests.hostile.config_attacks import stored_lambda
from tests.hostile.keras_files import dense, layer, sequential, write_hdf5
from tests.probe.fake_worker import FAKE_BOOT, assert_alone, boot_without, model_at

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the worker's isolation is Linux's")

SECRET = "canary-81d2-secret"

FORKS = """
for _ in range(5):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            time.sleep(600)
        os._exit(0)
"""
BOMB = """
while True:
    try: os.fork()
    except OSError: pass
"""


@pytest.fixture
def canary(tmp_path: Path) -> Iterator[tuple[Path, int]]:
    """A file that must stay as it is and unread, and a port that must not be called."""
    file = tmp_path / "canary"
    file.write_text(SECRET)
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        yield file, server.getsockname()[1]
        with pytest.raises(BlockingIOError):
            server.accept()
    assert file.read_text() == SECRET


@pytest.fixture(scope="module")
def probers() -> Iterator[dict[tuple[str, ...], Prober]]:
    """A prober for each set of measures that the kernel refuses, made when it is needed."""
    made: dict[tuple[str, ...], Prober] = {}
    yield made
    for prober in made.values():
        prober.close()


@pytest.fixture
def run(probers, tmp_path, monkeypatch):  # type: ignore[no-untyped-def]
    """Probe a model that executes some code where the kernel refuses some measures; see what is left."""
    monkeypatch.setattr(planning, "runtimes", lambda model: ("fake",))

    def probe(code: str, *refused: str, **options: object) -> ProbeOutcome:
        prober = probers.setdefault(refused, Prober(ProbeOptions(timeout=20, rows=4)))
        if prober._worker is None:
            prober._worker = Worker(boot=boot_without(*refused) if refused else FAKE_BOOT)
        folder = tmp_path / "given"
        folder.mkdir(exist_ok=True)
        (folder / "model.h5").write_text(code)
        outcome = prober.run(model_at(folder / "model.h5"), **options)
        assert prober._worker is not None, outcome.report.reason
        assert_alone(prober._worker)
        assert [entry.name for entry in Path(prober._worker.folder).iterdir()] == ["worker.log"]
        assert [entry.name for entry in folder.iterdir()] == ["model.h5"]
        return outcome

    return probe


def tried(outcome: ProbeOutcome) -> dict[str, int]:
    """How often the report says that what was tried."""
    return {kind: item["times"] for kind, item in outcome.report.details.get("tried", {}).items()}


def test_a_model_that_only_computes_tried_nothing(run) -> None:  # type: ignore[no-untyped-def]
    outcome = run("open('mine', 'w').write('x'); os.listdir('.'); os.mkdir('folder')")
    assert tried(outcome) == {} and outcome.report.reason is None
    assert outcome.report.status == "ran"


def test_processes_are_refused_and_told(run) -> None:  # type: ignore[no-untyped-def]
    outcome = run(FORKS)
    assert outcome.report.status == "failed" and "PermissionError" in outcome.report.reason
    assert tried(outcome) == {"process": 1}
    assert "it tried to start processes (1 time)" in outcome.report.reason
    outcome = run("import subprocess\ntry: subprocess.run(['id'])\nexcept OSError: pass\nos.system('id')")
    assert outcome.report.status == "ran" and tried(outcome)["process"] >= 2


def test_a_fork_bomb_gets_no_second_process(run) -> None:  # type: ignore[no-untyped-def]
    outcome = run(BOMB, timeout=1)
    assert outcome.report.details["kind"] == "timeout"
    assert tried(outcome)["process"] > 100


@pytest.mark.parametrize("refused", [("seccomp",), ("seccomp", "namespaces")], ids="+".join)
def test_what_was_forked_all_the_same_is_gone_afterwards(run, refused) -> None:  # type: ignore[no-untyped-def]
    outcome = run(FORKS, *refused)
    assert outcome.report.status == "ran" and tried(outcome)["process"] >= 5
    assert outcome.report.details["isolation"]["system calls"] == "not available: refused"
    assert run(FORKS + "time.sleep(60)", *refused, timeout=0.5).report.details["kind"] == "timeout"


def test_without_namespaces_the_report_says_so_and_the_rest_holds(run, canary) -> None:  # type: ignore[no-untyped-def]
    _, port = canary
    outcome = run(f"socket.create_connection(('127.0.0.1', {port}), 2)", "namespaces")
    assert outcome.report.status == "failed" and "PermissionError" in outcome.report.reason
    told = outcome.report.details["isolation"]
    assert told["network"] == "no sockets (seccomp); no namespace: refused"
    assert told["processes"] == "shared: refused"
    assert run(FORKS, "namespaces").report.status == "failed"
    assert run(f"os.kill({Path('/proc/self').resolve().name}, 15)", "namespaces").report.status == "failed"


def test_the_network_is_out_of_reach_and_the_address_is_told(run, canary) -> None:  # type: ignore[no-untyped-def]
    _, port = canary
    code = f"try: socket.create_connection(('127.0.0.1', {port}), 2)\nexcept OSError: pass\n"
    for refused in ((), ("seccomp",), ("namespaces",)):
        outcome = run(code, *refused)
        assert outcome.report.status == "ran" and tried(outcome)["network"] >= 1
        assert "use the network" in outcome.report.reason
    assert run("socket.socket(socket.AF_UNIX).connect('/run/any.sock')").report.status == "failed"


@pytest.mark.skipif(not landlock.version(), reason="this kernel has no Landlock")
def test_files_outside_are_neither_read_nor_written_and_the_path_is_told(run, canary, tmp_path) -> None:  # type: ignore[no-untyped-def]
    file, _ = canary
    others = tmp_path / "new"
    code = f"""
for attempt in (lambda: open({str(file)!r}).read(), lambda: open({str(others)!r}, 'w'),
                lambda: os.remove({str(file)!r}), lambda: os.rename({str(file)!r}, 'mine'),
                lambda: os.chmod({str(file)!r}, 0o777), lambda: os.symlink('x', {str(others)!r})):
    try: print(attempt())
    except OSError: pass
"""
    mode = file.stat().st_mode
    outcome = run(code)
    assert not others.exists() and file.stat().st_mode == mode
    assert tried(outcome)["read"] == 1 and tried(outcome)["write"] >= 3
    assert outcome.report.details["tried"]["read"]["first"] == str(file)
    assert SECRET not in str(outcome.report)


def test_memory_processor_and_wall_time_are_limited(run) -> None:  # type: ignore[no-untyped-def]
    assert (
        run("x = [bytearray(1 << 28) for _ in range(64)]", memory=1 << 30).report.details["kind"] == "memory"
    )
    assert run("while True: pass", timeout=0.5).report.details["kind"] == "timeout"
    assert run("time.sleep(600)", timeout=0.5).report.details["kind"] == "timeout"


def test_a_crash_keeps_what_was_tried_before_and_the_isolation(run) -> None:  # type: ignore[no-untyped-def]
    code = "try: open('/root-of-all/evil', 'w')\nexcept OSError: pass\nctypes.string_at(0)"
    outcome = run(code)
    assert outcome.report.details["kind"] == "crash" and tried(outcome) == {"write": 1}
    assert "SIGSEGV" in outcome.report.reason and "write outside its folder" in outcome.report.reason
    assert outcome.report.details["isolation"]["environment"] == "scrubbed"


def test_a_scratch_folder_that_is_filled_is_emptied(run) -> None:  # type: ignore[no-untyped-def]
    code = "for i in range(200): os.makedirs(f'{i}/a/b'); open(f'{i}/a/b/file', 'w').write('x' * 1000)\n"
    outcome = run(code)
    assert outcome.report.status == "ran"
    if "in memory" not in outcome.report.details["isolation"]["scratch"]:
        pytest.skip("this kernel gives no disk of its own")
    assert run("while True: open(os.urandom(8).hex(), 'w').write('x' * (1 << 20))").report.status == "failed"


def test_rubbish_on_every_pipe_is_no_report(run) -> None:  # type: ignore[no-untyped-def]
    code = "try: os.write(fd, b'write \\x1b[31m\\xff\\n' * 50)\n    except OSError: pass\n"
    outcome = run(f"for fd in range(3, 40):\n    {code}")
    assert outcome.report.details["kind"] == "garbage"
    assert set(tried(outcome)) <= {"write"}


CARRIED = {
    "write": "open({target!r}, 'w').write('pwned')",
    "read": "print(open({secret!r}).read())",
    "network": "__import__('socket').create_connection(('127.0.0.1', {port}), 2)",
    "process": "__import__('os').fork()",
}
"""What a Lambda layer's bytecode does, by what the report must call it."""


def with_lambda(source: str) -> dict[str, Any]:
    """A Sequential that tf_keras loads, with a Lambda layer of this bytecode before its head."""
    evil = layer("Lambda", function=stored_lambda(source), function_type="lambda", arguments={})
    evil["config"] |= {"output_shape": None, "output_shape_type": "raw", "output_shape_module": None}
    model = sequential(evil, dense())
    model["config"]["layers"][0]["config"] = {"batch_input_shape": [None, 4], "name": "input"}
    return model


@pytest.mark.tensorflow
@pytest.mark.usefixtures("tf_keras")
def test_a_trusted_lambda_is_contained(tmp_path, canary) -> None:  # type: ignore[no-untyped-def]
    file, port = canary
    with Prober(ProbeOptions(timeout=30, rows=4, trust=True)) as prober:
        for kind, expression in CARRIED.items():
            folder = tmp_path / kind
            folder.mkdir()
            source = expression.format(target=str(tmp_path / "target"), secret=str(file), port=port)
            path = write_hdf5(folder, with_lambda(source))
            untrusted = audit(str(path), AuditOptions(), concerning, prober)
            assert untrusted.probe.status == "skipped" and "--trust" in (untrusted.probe.reason or "")
            report = audit(str(path), AuditOptions(trust=True), concerning, prober)
            assert kind in report.probe.details["tried"], report.probe
            assert not (tmp_path / "target").exists() and SECRET not in str(report)
            assert prober._worker is not None
            assert_alone(prober._worker)
