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

from logitcheck.probe import framing, namespaces, runner, syscalls
from logitcheck.probe.protocol import ProbeRequest

OUTPUT = "output"
"""File in the scratch folder that takes what the model's process prints."""

TAIL = 2000
"""Bytes of it that are kept for the report of a crash."""


def main(request: ProbeRequest, replies: int, requests: int, folder: str) -> NoReturn:
    """Run one model in a process of its own, send what became of it, and end this process."""
    try:
        scratch = tempfile.mkdtemp(prefix="model-", dir=folder)
        try:
            outcome = supervise(request, replies, requests, scratch)
        finally:
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
    with contextlib.suppress(OSError):
        syscalls.prctl(syscalls.PR_SET_CHILD_SUBREAPER, 1)
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        with contextlib.suppress(OSError):
            syscalls.prctl(syscalls.PR_SET_PDEATHSIG, signal.SIGKILL)
        for fd in (reading, replies, requests):
            os.close(fd)
        runner.main(request, writing, scratch, str(Path(scratch, OUTPUT)), complaint)
    os.close(writing)
    end = time.monotonic() + request.timeout
    try:
        outcome = {"kind": "reply", "reply": framing.receive(reading, request.timeout, watch=requests)}
    except framing.LateFrameError:
        outcome = {"kind": "timeout"}
    except framing.BadFrameError as problem:
        outcome = {"kind": "garbage", "reason": str(problem)}
    except framing.ClosedPipeError:
        outcome = {"kind": "ended", **_how_it_ended(child, end)}
    os.close(reading)
    _sweep(child)
    if outcome["kind"] != "reply":
        outcome["output"] = _tail(Path(scratch, OUTPUT))
    return outcome


def _how_it_ended(child: int, end: float) -> dict[str, Any]:
    """Wait for the end of the process that closed its pipe: ``signal``, ``status``, or a ``timeout``."""
    watcher = os.pidfd_open(child)
    try:
        poll = select.poll()
        poll.register(watcher, select.POLLIN)
        if not poll.poll(max(0.0, end - time.monotonic()) * 1000):
            return {"kind": "timeout"}
        ended = os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)
    finally:
        os.close(watcher)
    if ended is None:
        return {}
    return {"status" if ended.si_code == os.CLD_EXITED else "signal": ended.si_status}


def _sweep(child: int) -> None:
    """End the process and all that came of it; orphans are ours, since we are their subreaper."""
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
