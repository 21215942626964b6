"""A view of its own for the model's process: no network, no other processes. Linux only."""

from __future__ import annotations

import os
from pathlib import Path

from logitcheck.probe import syscalls

CLONE_NEWIPC = 0x08000000
CLONE_NEWUSER = 0x10000000
CLONE_NEWPID = 0x20000000
CLONE_NEWNET = 0x40000000


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


def _map(user: int, group: int) -> None:
    """Keep the identity that the files see."""
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
    Path("/proc/self/gid_map").write_text(f"{group} {group} 1")
