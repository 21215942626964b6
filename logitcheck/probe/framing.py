"""Frames of JSON on a pipe: four bytes of length, big-endian, then UTF-8 text."""

from __future__ import annotations

import json
import os
import select
import struct
import time
from typing import Any

REPLY_CAP = 16 << 20
"""Bytes of the largest frame that is read; more is rubbish by definition."""


class BadFrameError(Exception):
    """What came over the pipe is no frame: too long, cut off, or no JSON object."""


class LateFrameError(Exception):
    """Nothing whole came in time."""


class ClosedPipeError(Exception):
    """The other end closed the pipe before a frame began."""


def send(fd: int, data: dict[str, Any]) -> None:
    """Write one frame. Raises OSError (BrokenPipeError) where nobody reads."""
    body = json.dumps(data).encode()
    view = memoryview(struct.pack(">I", len(body)) + body)
    while view:
        view = view[os.write(fd, view) :]


def receive(fd: int, timeout: float | None = None, *, watch: int | None = None) -> dict[str, Any]:
    """Read one frame within ``timeout`` seconds; give up as soon as the pipe ``watch`` has lost its writer.

    Raises BadFrameError, ClosedPipeError or LateFrameError.
    """
    end = None if timeout is None else time.monotonic() + timeout
    head = _read(fd, 4, end, watch)
    if not head:
        raise ClosedPipeError
    size = struct.unpack(">I", head)[0] if len(head) == 4 else REPLY_CAP + 1
    if size > REPLY_CAP:
        raise BadFrameError(f"a frame of {size} bytes")
    body = _read(fd, size, end, watch)
    try:
        data = json.loads(body) if len(body) == size else None
    except (ValueError, RecursionError):
        data = None
    if not isinstance(data, dict):
        raise BadFrameError("no JSON object")
    return data


def _read(fd: int, size: int, end: float | None, watch: int | None) -> bytes:
    """Read up to ``size`` bytes; fewer only where the writer is gone."""
    got = bytearray()
    poll = select.poll()
    poll.register(fd, select.POLLIN)
    if watch is not None:
        poll.register(watch, 0)  # hang-ups and errors are always reported
    while len(got) < size:
        left = None if end is None else max(0.0, end - time.monotonic())
        events = dict(poll.poll(None if left is None else left * 1000))
        if not events:
            raise LateFrameError
        if fd not in events:
            raise ClosedPipeError
        piece = os.read(fd, min(size - len(got), 1 << 20))
        if not piece:
            break
        got += piece
    return bytes(got)
