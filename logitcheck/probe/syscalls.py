"""The few system calls that Python does not offer, through the C library; Linux only."""

from __future__ import annotations

import ctypes
import os
import platform
import sys

PR_SET_PDEATHSIG = 1
PR_SET_NO_NEW_PRIVS = 38
PR_SET_CHILD_SUBREAPER = 36
CAPSET = {"x86_64": 126, "aarch64": 91}
"""Number of the capset system call by machine (asm/unistd.h)."""

_CAPABILITY_VERSION_3 = 0x20080522


def available() -> bool:
    """Tell whether this is a Linux whose call numbers are known."""
    return sys.platform == "linux" and platform.machine() in CAPSET


def libc() -> ctypes.CDLL:
    """Return the C library."""
    return ctypes.CDLL(None, use_errno=True)


def checked(result: int, what: str) -> int:
    """Return the result of a call. Raises OSError where it is -1."""
    if result == -1:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
    return result


def prctl(option: int, value: int) -> None:
    """Set one attribute of this process. Raises OSError."""
    checked(libc().prctl(option, ctypes.c_ulong(value), 0, 0, 0), "prctl")


def syscall(number: int, *arguments: object) -> int:
    """Make a system call by number. Raises OSError."""
    return checked(libc().syscall(ctypes.c_long(number), *arguments), f"system call {number}")


def drop_capabilities() -> None:
    """Give up every capability, those that a user namespace lends included. Raises OSError."""
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    syscall(CAPSET[platform.machine()], ctypes.byref(header), ctypes.byref((ctypes.c_uint32 * 6)()))
