"""Watches over one model's process: its time, its end, and whatever it left behind."""

from __future__ import annotations

import contextlib
import os
import select
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, NoReturn

from logitcheck.probe import framing, namespaces, runner, syscalls, witness
from logitcheck.probe.protocol import ProbeRequest

OUTPUT = "output"
"""File in the scratch folder that takes what the model's process prints."""

PROGRESS_CAP = 100_000
"""Frames about progress that are passed on for one model."""

GRACE = 3.0
"""Seconds that a model's process has to end by itself after its reply; its processor time is counted then."""

TAIL = 2000
"""Bytes of it that are kept for the report of a crash."""


def main(request: ProbeRequest, replies: int, requests: int, folder: str) -> NoReturn:
    """Run one model in a process of its own, send what became of it, and end this process."""
    try:
        scratch = tempfile.mkdtemp(prefix="model-", dir=folder)
        try:
            outcome = supervise(request, replies, requests, scratch)
        finally:
            namespaces.leave_disk(scratch)
            shutil.rmtree(scratch, ignore_errors=True)
        framing.send(replies, outcome)
    except BaseException:
        sys.excepthook(*sys.exc_info())
        os._exit(1)
    os._exit(0)


def supervise(request: ProbeRequest, replies: int, requests: int, scratch: str) -> dict[str, Any]:
    """Fork the model's process and wait for its reply, its end or the end of its time; then clear it away.

    Gives up as well when the auditor, at the other end of ``requests``, is gone.
    """
    complaint = namespaces.enter()
    complaints = (complaint, complaint or namespaces.own_disk(scratch))
    with contextlib.suppress(OSError):
        syscalls.prctl(syscalls.PR_SET_CHILD_SUBREAPER, 1)
    reading, writing = os.pipe()
    ending, ended = os.pipe()
    noted, notes = os.pipe()
    first = os.fork()
    if first == 0:
        for fd in (reading, replies, requests, ending, noted):
            os.close(fd)
        _first_process(request, (writing, notes, ended), scratch, complaints)
    for fd in (writing, ended, notes):
        os.close(fd)
    end = time.monotonic() + request.timeout
    try:
        outcome = {"kind": "reply", "reply": _reply(reading, replies, requests, end)}
    except framing.LateFrameError:
        outcome = {"kind": "timeout"}
    except framing.BadFrameError as problem:
        outcome = {"kind": "garbage", "reason": str(problem)}
    except framing.ClosedPipeError:
        outcome = _how_it_ended(ending, end)
    _sweep(first, GRACE if outcome["kind"] == "reply" else 0.0)
    outcome.update(witness.read_notes(noted))
    for fd in (reading, ending, noted):
        os.close(fd)
    if outcome["kind"] != "reply":
        outcome["output"] = _tail(Path(scratch, OUTPUT))
    return outcome


def _reply(reading: int, replies: int, requests: int, end: float) -> dict[str, Any]:
    """Return the model's process's reply; how far it is is passed on before. Raises as framing does."""
    for _ in range(PROGRESS_CAP):
        frame = framing.receive(reading, max(0.0, end - time.monotonic()), watch=requests)
        if frame.get("kind") != "progress":
            return frame
        told = {key: frame.get(key) for key in ("rows", "of")}
        framing.send(replies, {"kind": "progress", **{k: v for k, v in told.items() if isinstance(v, int)}})
    raise framing.BadFrameError("too many frames")


def _first_process(
    request: ProbeRequest, pipes: tuple[int, int, int], scratch: str, complaints: runner.Complaints
) -> NoReturn:
    """Fork the model's process, wait for its end and tell it on the last pipe; the others are its own.

    The kernel shields the first process of a namespace from its own signals, so the model must not be it:
    an abort would not end it. When the supervisor dies, this one is killed, and all others with it.
    """
    reply, notes, ended = pipes
    with contextlib.suppress(OSError):
        syscalls.prctl(syscalls.PR_SET_PDEATHSIG, signal.SIGKILL)
    child = os.fork()
    if child == 0:
        os.close(ended)
        runner.main(request, reply, notes, scratch, str(Path(scratch, OUTPUT)), complaints)
    os.close(reply)
    os.close(notes)
    os.write(ended, str(os.waitpid(child, 0)[1]).encode())
    os._exit(0)


def _how_it_ended(ending: int, end: float) -> dict[str, Any]:
    """Wait for the end of the process that closed its pipe: ``signal``, ``status``, or a ``timeout``."""
    if not select.select([ending], [], [], max(0.0, end - time.monotonic()))[0]:
        return {"kind": "timeout"}
    status = int(os.read(ending, 16) or b"0")
    if os.WIFSIGNALED(status):
        return {"kind": "ended", "signal": os.WTERMSIG(status)}
    return {"kind": "ended", "status": os.WEXITSTATUS(status)}


def _sweep(child: int, grace: float) -> None:
    """End the process and all that came of it; orphans are ours, since we are their subreaper."""
    if not _ends(child, grace):
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
    for _ in range(1000):
        for line in _children():
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(line, signal.SIGKILL)
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            return
        time.sleep(0.002)


def _ends(child: int, grace: float) -> bool:
    """Tell whether a process ends by itself within some seconds."""
    end = time.monotonic() + grace
    while time.monotonic() < end:
        if os.waitpid(child, os.WNOHANG)[0]:
            return True
        time.sleep(0.002)
    return False


def _children() -> list[int]:
    """Return the living and dead children of this process."""
    try:
        return [int(word) for word in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()]
    except OSError:
        return []


def _tail(path: Path) -> str:
    """Return the last that was printed."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - TAIL))
            return file.read(TAIL).decode("utf-8", "replace")
    except OSError:
        return ""
