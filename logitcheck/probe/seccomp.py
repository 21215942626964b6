"""System calls that a model's process is refused, with or without namespaces (seccomp, linux/seccomp.h).

A model computes; it needs no other process, no socket, no signal to anybody else. Refused calls fail with
"operation not permitted", so that Python raises PermissionError and TensorFlow an error of its own.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct
from typing import NamedTuple

from logitcheck.probe import syscalls

PR_SET_SECCOMP = 22
MODE_FILTER = 2
LOAD, EQUAL, AT_LEAST, ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
"""Instructions of the packet filter (linux/bpf_common.h): load a word, three conditional jumps, return."""

ALLOW = 0x7FFF0000
REFUSE = 0x00050000 | errno.EPERM
UNKNOWN_CALL = 0x00050000 | errno.ENOSYS
NUMBER, ARCHITECTURE, FIRST_ARGUMENT = 0, 4, 16
"""Offsets in ``struct seccomp_data``."""

CLONE_THREAD = 0x00010000
AF_UNIX = 1
OTHER_TABLE = 0x40000000
"""From here on, x86-64 has the call numbers of its 32-bit pointer interface."""


class Machine(NamedTuple):
    """Call numbers of one machine (asm/unistd.h)."""

    architecture: int
    refused: tuple[int, ...]
    """exec, ptrace, reading other processes, io_uring (which does what other calls do), namespaces, bpf,
    perf, keys, signals by other ways than ``kill`` and ``tgkill``; fork and vfork where there are any. Then
    what Landlock does not know: a file's mode, owner, times and extended attributes.
    """

    clone: int
    socket: int
    own_only: tuple[int, ...]
    """Calls on this process only: kill, tgkill, prlimit."""


MACHINES = {
    "x86_64": Machine(
        0xC000003E,
        (
            57, 58, 59, 322, 101, 310, 311, 425, 272, 308, 321, 298, 248, 249, 250, 434, 438, 200, 129, 297,
            424, 90, 91, 268, 452, 92, 93, 94, 260, 132, 235, 280, 261, 188, 189, 190, 197, 198, 199, 463,
            466,
        ),
        56,
        41,
        (62, 234, 302),
    ),
    "aarch64": Machine(
        0xC00000B7,
        (
            221, 281, 117, 270, 271, 425, 97, 268, 280, 241, 217, 218, 219, 434, 438, 130, 138, 240, 424,
            52, 53, 452, 55, 54, 88, 5, 6, 7, 14, 15, 16, 463, 466,
        ),
        220,
        198,
        (129, 131, 261),
    ),
}  # fmt: skip
CLONE3 = 435
"""Its flags lie in memory, where a filter cannot look; the C library falls back on ``clone``."""


def restrict(*, local_sockets: bool) -> None:
    """Refuse those calls to this process and its threads for good; ``no_new_privs`` must be set.

    ``local_sockets`` allows unix sockets, which the drivers of some devices need. Raises OSError.
    """
    machine = MACHINES.get(platform.machine()) if syscalls.available() else None
    if machine is None:
        raise OSError("not Linux on x86-64 or ARM64")
    steps = program(machine, os.getpid(), local_sockets=local_sockets)
    buffer = ctypes.create_string_buffer(b"".join(steps))
    description = struct.pack("HP", len(steps), ctypes.addressof(buffer))
    result = syscalls.libc().prctl(PR_SET_SECCOMP, ctypes.c_ulong(MODE_FILTER), description, 0, 0)
    syscalls.checked(result, "seccomp")


def program(machine: Machine, own: int, *, local_sockets: bool) -> list[bytes]:
    """Return the filter for a process of this number, an instruction each."""
    return [
        _step(LOAD, ARCHITECTURE),
        _step(EQUAL, machine.architecture, 1, 0),
        _step(RETURN, REFUSE),
        _step(LOAD, NUMBER),
        *_when(AT_LEAST, OTHER_TABLE, _step(RETURN, REFUSE)),
        *_when(EQUAL, CLONE3, _step(RETURN, UNKNOWN_CALL)),
        *(step for call in machine.refused for step in _when(EQUAL, call, _step(RETURN, REFUSE))),
        *_argument(machine.clone, ANY_BIT, (CLONE_THREAD,)),
        *_argument(machine.socket, EQUAL, (AF_UNIX,) if local_sockets else ()),
        *(step for call in machine.own_only for step in _argument(call, EQUAL, (0, own))),
        _step(RETURN, ALLOW),
    ]


def _argument(call: int, test: int, allowed: tuple[int, ...]) -> list[bytes]:
    """Allow a call only where its first argument passes the test for one of these values."""
    tests = [step for value in allowed for step in _when(test, value, _step(RETURN, ALLOW))]
    return _when(EQUAL, call, _step(LOAD, FIRST_ARGUMENT), *tests, _step(RETURN, REFUSE))


def _when(test: int, value: int, *steps: bytes) -> list[bytes]:
    """Return the steps behind a test that jumps over them where it fails."""
    return [_step(test, value, 0, len(steps)), *steps]


def _step(code: int, value: int, yes: int = 0, no: int = 0) -> bytes:
    return struct.pack("=HBBI", code, yes, no, value)
