"""Notes what a model's code tries beside computing, as far as Python tells (PEP 578), for the report.

Nothing is prevented here; what a model does in native code is not seen. A note is one line on a pipe that is
never waited for, so that it survives the process: ``kind detail``. The first line is the isolation in force.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Mapping
from typing import Any

WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
DETAIL = 160
"""Characters of one note."""

ROOM = 1 << 16
"""Bytes that a pipe keeps, and that are read of it."""

KINDS = {
    "socket.connect": "network", "socket.sendto": "network", "socket.bind": "network",
    "socket.getaddrinfo": "network", "socket.gethostbyname": "network", "socket.__new__": "network",
    "os.fork": "process", "os.forkpty": "process", "os.exec": "process", "os.posix_spawn": "process",
    "os.system": "process", "subprocess.Popen": "process", "pty.spawn": "process",
    "os.kill": "signal", "os.killpg": "signal", "signal.pthread_kill": "signal",
    "os.remove": "write", "os.rename": "write", "os.rmdir": "write", "os.mkdir": "write",
    "os.chmod": "write", "os.chown": "write", "os.truncate": "write", "os.link": "write",
    "os.symlink": "write", "os.listdir": "read", "os.scandir": "read",
}  # fmt: skip
"""Audit events and what they are an attempt at; ``open`` is one of two, by its flags."""

ADDRESSED = {
    "socket.connect": 1,
    "socket.sendto": 1,
    "socket.bind": 1,
    "socket.getaddrinfo": 0,
    "socket.gethostbyname": 0,
}
"""Which argument of an event is an address."""

WORDS = {
    "network": "use the network",
    "process": "start processes",
    "signal": "send signals",
    "write": "write outside its folder",
    "read": "read what is not the model's",
}


def told(pipe: int, isolation: Mapping[str, str]) -> None:
    """Put the isolation in force on the pipe."""
    os.write(pipe, json.dumps(isolation).encode() + b"\n")


def watch(pipe: int, readable: tuple[str, ...], scratch: str) -> None:
    """Note from now on what this process and its children try outside ``readable`` and ``scratch``.

    Python 3.7 tells nobody of such attempts; they fail there like elsewhere.
    """
    if not hasattr(sys, "addaudithook"):
        return
    os.set_blocking(pipe, False)
    roots = {
        "read": tuple(_folder(path) for path in (*readable, scratch)),
        "write": (_folder(scratch), "/dev/null/"),
    }

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        kind = _opening(arguments) if event == "open" else KINDS.get(event)
        if kind is None:
            return
        where = event == "os.symlink"  # of a link the first argument is what it points to
        detail = arguments[where] if arguments else ""
        if kind in roots:
            if not isinstance(detail, (str, bytes, os.PathLike)):
                return  # a file that is open already
            detail = os.path.abspath(os.fsdecode(detail))  # noqa: PTH100 (a Path would raise events itself)
            if f"{detail}/".startswith(roots[kind]) or "/__pycache__" in detail:
                return
        elif event in ADDRESSED and len(arguments) > ADDRESSED[event]:
            detail = arguments[ADDRESSED[event]]
        else:
            detail = event
        line = f"{kind} {detail}".replace("\n", " ")[:DETAIL]
        with contextlib.suppress(OSError):
            os.write(pipe, line.encode("utf-8", "replace") + b"\n")

    sys.addaudithook(hook)


def _opening(arguments: tuple[Any, ...]) -> str | None:
    """Tell reading from writing by the flags."""
    flags = arguments[2] if len(arguments) > 2 and isinstance(arguments[2], int) else 0
    return "write" if flags & WRITING else "read"


def _folder(path: str) -> str:
    return path.rstrip("/") + "/"


def read_notes(pipe: int) -> dict[str, Any]:
    """Return ``isolation`` and ``tried`` (kind → ``times``, ``first``) from a pipe, where they are there."""
    os.set_blocking(pipe, False)
    data = b""
    with contextlib.suppress(OSError):
        for part in iter(lambda: os.read(pipe, ROOM), b""):
            data += part
            if len(data) >= ROOM:
                break
    head, _, rest = data.partition(b"\n")
    tried: dict[str, dict[str, Any]] = {}
    for line in rest.decode("utf-8", "replace").splitlines():
        kind, _, detail = line.partition(" ")
        if kind in WORDS:
            tried.setdefault(kind, {"times": 0, "first": detail})["times"] += 1
    found: dict[str, Any] = {"tried": tried} if tried else {}
    with contextlib.suppress(ValueError):
        found["isolation"] = json.loads(head)
    return found


def sentence(tried: Mapping[str, Mapping[str, Any]]) -> str:
    """Say what was tried, and how often."""
    return "it tried to " + ", to ".join(
        f"{WORDS[kind]} ({item['times']} time{'s' if item['times'] != 1 else ''})"
        for kind, item in sorted(tried.items())
        if kind in WORDS
    )
