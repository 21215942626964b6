"""A view of its own for the model's process: no network, no other processes, its own disk. Linux only."""

from __future__ import annotations

import ctypes
import os
from pathlib import Path

from logitcheck.probe import syscalls

CLONE_NEWNS = 0x00020000
CLONE_NEWIPC = 0x08000000
CLONE_NEWUSER = 0x10000000
CLONE_NEWPID = 0x20000000
CLONE_NEWNET = 0x40000000

MS_NOSUID, MS_NODEV, MS_REC, MS_PRIVATE = 1 << 1, 1 << 2, 1 << 14, 1 << 18
MNT_DETACH = 2
DISK = 512 << 20
"""Bytes a model may write in all, where the kernel gives it a disk of its own."""


def enter() -> str | None:
    """Move this single-threaded process into new namespaces; its next child is the first process in them.

    The new network has a loopback device alone, and that is down. When the first process ends, the kernel
    ends all others with it. Returns None, or why it could not be done.
    """
    if not syscalls.available():
        return "not Linux on x86-64 or ARM64"
    user, group = os.getuid(), os.getgid()
    flags = CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWPID | CLONE_NEWIPC
    try:
        syscalls.checked(syscalls.libc().unshare(flags), "unshare")
        _map(user, group)
    except OSError as problem:
        return problem.strerror or "refused by the kernel"
    return None


def own_disk(folder: str) -> str | None:
    """Put a disk of :data:`DISK` bytes in memory under this folder, seen by nobody else; after ``enter``.

    Returns None, or why it could not be done.
    """
    libc = syscalls.libc()
    try:
        syscalls.checked(libc.unshare(CLONE_NEWNS), "unshare")
        syscalls.checked(libc.mount(None, b"/", None, ctypes.c_ulong(MS_REC | MS_PRIVATE), None), "mount")
        flags = ctypes.c_ulong(MS_NOSUID | MS_NODEV)
        options = f"size={DISK},mode=700".encode()
        syscalls.checked(libc.mount(b"scratch", os.fsencode(folder), b"tmpfs", flags, options), "mount")
    except OSError as problem:
        return problem.strerror or "refused by the kernel"
    return None


def leave_disk(folder: str) -> None:
    """Take the disk away again, with everything on it, where there is one."""
    if not syscalls.available():
        return
    syscalls.libc().umount2(os.fsencode(folder), MNT_DETACH)


def _map(user: int, group: int) -> None:
    """Keep the identity that the files see."""
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
    Path("/proc/self/gid_map").write_text(f"{group} {group} 1")
