"""Runs one function in a forked child with limits on memory, time and files, and hands its bytes back.

HDF5's library is native code: a hostile file can crash it, hang it or make it allocate without end. In the
child that costs one refusal. The reply is plain bytes, read with a cap, so that a child taken over by its
file can answer wrongly but not run anything here.
"""

from __future__ import annotations

import os
import resource
import select
import signal
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from logitcheck.errors import NotAudited
from logitcheck.interruption import STOPPING

MEMORY = 1 << 30
"""Bytes of address space the child may take beyond what it starts with."""

PATIENCE = 120.0
"""Seconds of wall time after which a child that neither answers nor ends is given up, on any machine."""

PIECE = 1 << 20
CONFINED = False
"""Whether this whole process is confined already, and may not fork: then work is done in it."""

REFUSED = b"R"
ANSWERED = b"A"


class LimitedChild:
    """One function at work in a child; a context manager, at whose end the child is gone.

    Between start and answer this process is free for something else.
    """

    def __init__(self, work: Callable[[], Iterable[bytes]], what: str, seconds: float = 20.0):
        """Start ``work``; ``what`` names the file in messages, ``seconds`` is what its processor may take."""
        self.what = what
        self._here = work if CONFINED else None
        if self._here is not None:
            return
        self._reader, writer = os.pipe()
        held = signal.pthread_sigmask(signal.SIG_BLOCK, STOPPING)  # inside a fork they would be lost
        self._child = os.fork()
        if self._child == 0:
            os.close(self._reader)
            _serve(work, writer, seconds)
        signal.pthread_sigmask(signal.SIG_SETMASK, held)
        os.close(writer)

    def __enter__(self) -> LimitedChild:
        return self

    def __exit__(self, *_: object) -> None:
        if self._here is not None:
            return
        os.close(self._reader)
        _end(self._child)

    def pieces(self) -> Iterator[bytes]:
        """Yield the bytes that ``work`` yields, in pieces of any size.

        Raises NotAudited where it refuses (its own reason), crashes or takes too long.
        """
        return iter(self._here()) if self._here is not None else _received(self._reader, self.what)

    def answer(self, limit: int) -> bytes:
        """Return all bytes at once. NotAudited also where they are more than ``limit``."""
        parts: list[bytes] = []
        size = 0
        for part in self.pieces():
            size += len(part)
            if size > limit:
                raise NotAudited(f"{self.what} lists more than {limit} bytes", code="LC608")
            parts.append(part)
        return b"".join(parts)


def stream_of(work: Callable[[], Iterable[bytes]], what: str, seconds: float = 20.0) -> Iterator[bytes]:
    """Yield what ``work`` yields in a child that is gone when the iterator ends, however it ends."""
    with LimitedChild(work, what, seconds) as child:
        yield from child.pieces()


def _serve(work: Callable[[], Iterable[bytes]], writer: int, seconds: float) -> None:
    """Be the child: never returns."""
    status = 1
    try:
        _hush()
        _limit(seconds)
        os.environ["OPENBLAS_NUM_THREADS"] = "1"  # NumPy maps memory for every core when it is imported
        with open(writer, "wb", closefd=False) as pipe:
            try:
                _send(work(), pipe.write)
            except NotAudited as refusal:
                pipe.write(
                    b"\0" + REFUSED + f"{refusal.code or ''}\n{refusal.reason}\n{refusal.advice}".encode()
                )
        status = 0
    except BaseException:  # whatever happens, the child must not go on as a second parent
        status = 1
    finally:
        os._exit(status)


def _send(parts: Iterable[bytes], write: Callable[[bytes], object]) -> None:
    """Write every part behind its length; the end is a length of 0 and a mark."""
    for part in parts:
        for start in range(0, len(part), PIECE):
            piece = part[start : start + PIECE]
            write(b"\1" + len(piece).to_bytes(4, "little") + piece)
    write(b"\0" + ANSWERED)


def _hush() -> None:
    """Keep what native code prints, crash reports among it, off the parent's streams."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)


def _limit(seconds: float) -> None:
    pages = int(Path("/proc/self/statm").read_text().split()[0]) if Path("/proc/self/statm").exists() else 0
    _at_most(resource.RLIMIT_AS, pages * resource.getpagesize() + MEMORY)
    signal.setitimer(signal.ITIMER_PROF, seconds)  # ends the process; RLIMIT_CPU knows whole seconds only
    _at_most(resource.RLIMIT_FSIZE, 0)
    _at_most(resource.RLIMIT_CORE, 0)


def _at_most(kind: int, value: int) -> None:
    """Lower a limit; one that is lower already stays, as in a child of a child."""
    hard = resource.getrlimit(kind)[1]
    value = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(kind, (value, value))


def _received(reader: int, what: str) -> Iterator[bytes]:
    deadline = time.monotonic() + PATIENCE
    while True:
        kind = _exactly(reader, 1, deadline, what)
        if kind == b"\1":
            size = int.from_bytes(_exactly(reader, 4, deadline, what), "little")
            if size > PIECE:
                raise NotAudited(f"{what} made its reader answer rubbish", code="LC502")
            yield _exactly(reader, size, deadline, what)
        elif kind == b"\0" and _exactly(reader, 1, deadline, what) == ANSWERED:
            return
        else:
            raise _refusal(reader, deadline, what)


def _exactly(reader: int, size: int, deadline: float, what: str) -> bytes:
    """Return exactly so many bytes; NotAudited where the child ends or the time is up before."""
    data = b""
    while len(data) < size:
        ready, _, _ = select.select([reader], [], [], max(0.0, deadline - time.monotonic()))
        if not ready:
            raise NotAudited(f"{what} kept its reader busy for too long", code="LC502")
        part = os.read(reader, size - len(data))
        if not part:
            raise NotAudited(
                f"{what} crashed its reader, or made it take too long or more than {MEMORY >> 20} MiB",
                "Copy or download it again; do not open it elsewhere.",
                code="LC502",
            )
        data += part
    return data


def _refusal(reader: int, deadline: float, what: str) -> NotAudited:
    text = b""
    while len(text) < PIECE and (select.select([reader], [], [], max(0.0, deadline - time.monotonic()))[0]):
        part = os.read(reader, PIECE)
        if not part:
            break
        text += part
    code, reason, advice = (*text.decode("utf-8", "replace").split("\n", 2), "", "", "")[:3]
    return NotAudited(reason or f"{what} was refused", advice, code=code or None)


def _end(child: int) -> None:
    """Make sure the child is gone and reaped."""
    if os.waitpid(child, os.WNOHANG) == (0, 0):
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
