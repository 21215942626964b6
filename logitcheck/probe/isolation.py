"""What keeps a model's process away from everything else, and a word on each measure for the report."""

from __future__ import annotations

import os
import resource
import sys
from collections.abc import Callable
from pathlib import Path

from logitcheck.probe import landlock, seccomp, syscalls
from logitcheck.probe.namespaces import DISK

SYSTEM_FOLDERS = ("/usr", "/lib", "/lib64", "/nix/store", "/proc", "/sys", "/dev/shm")  # noqa: S108
SYSTEM_FILES = (
    "/etc/ld.so.cache", "/etc/localtime", "/etc/nsswitch.conf", "/etc/mime.types",
    "/dev/urandom", "/dev/random", "/dev/zero",
)  # fmt: skip
FILE_SIZE = 256 << 20
"""Bytes of the largest file a model may write into its scratch folder."""

PROCESSES = 512
"""Threads and processes together, inside a user namespace of their own."""


def confine(
    readable: tuple[str, ...],
    scratch: str,
    *,
    seconds: float,
    memory: int,
    namespaces: str | None,
    disk: str | None,
    device: str | None,
) -> dict[str, str]:
    """Apply every measure to this process and tell what became of each: ``yes`` or why not.

    ``namespaces`` is None where :func:`logitcheck.probe.namespaces.enter` did its work, else its complaint;
    ``disk`` is the same of :func:`logitcheck.probe.namespaces.own_disk`.
    """
    told = {
        "network": "none" if namespaces is None else f"open: {namespaces}",
        "processes": "own view" if namespaces is None else f"shared: {namespaces}",
        "privileges": _try(_no_new_privileges, "none to gain"),
        "capabilities": _try(syscalls.drop_capabilities, "dropped") if syscalls.available() else "unchanged",
        "files": _files(readable, scratch, device),
        "memory": _try(lambda: _memory(memory), f"{memory >> 20} MiB beyond the library"),
        "cpu": _try(
            lambda: _limit(resource.RLIMIT_CPU, cpu_seconds(seconds), 5), f"{cpu_seconds(seconds)} s"
        ),
        "file size": _try(lambda: _limit(resource.RLIMIT_FSIZE, FILE_SIZE), f"{FILE_SIZE >> 20} MiB"),
        "scratch": f"{DISK >> 20} MiB in memory" if disk is None else f"on disk: {disk}",
        "core dumps": _try(lambda: _limit(resource.RLIMIT_CORE, 0), "off"),
        "environment": "scrubbed",
    }
    if namespaces is None:
        told["process count"] = _try(lambda: _limit(resource.RLIMIT_NPROC, PROCESSES), str(PROCESSES))
    told["system calls"] = _try(
        lambda: seccomp.restrict(local_sockets=device is not None), "no new processes, no sockets (seccomp)"
    )
    if namespaces is not None and told["system calls"].endswith("(seccomp)"):
        told["network"] = f"no sockets (seccomp); no namespace: {namespaces}"
    return told


def cpu_seconds(seconds: float) -> int:
    """Return the CPU time that fits into that much wall time on this machine."""
    return int(seconds * (os.cpu_count() or 1)) + 5


def library_folders() -> tuple[str, ...]:
    """Return the folders this interpreter takes its modules and libraries from, and our own package's."""
    ours = str(Path(__file__).resolve().parents[1])
    folders = [sys.prefix, sys.base_prefix, sys.exec_prefix, ours, *sys.path]
    return tuple(
        dict.fromkeys(os.path.realpath(folder) for folder in folders if folder and Path(folder).exists())
    )


def view(readable: tuple[str, ...]) -> tuple[str, ...]:
    """Return everything that a model's process may read: libraries, the system's own files, the model."""
    return (*library_folders(), *SYSTEM_FOLDERS, *SYSTEM_FILES, *readable)


def _files(readable: tuple[str, ...], scratch: str, device: str | None) -> str:
    """Apply Landlock. A GPU's driver needs its devices, so they stay open where one is asked for."""
    folders = view(readable)
    devices = ("/dev/null",) if device is None else ("/dev",)
    try:
        level = landlock.restrict(folders, (scratch,), devices)
    except OSError as problem:
        return f"open: {problem.strerror or problem}"
    return f"read-only view, writes to scratch only (Landlock {level})"


def _no_new_privileges() -> None:
    syscalls.prctl(syscalls.PR_SET_NO_NEW_PRIVS, 1)


def _memory(extra: int) -> None:
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    _limit(resource.RLIMIT_AS, pages * resource.getpagesize() + extra)


def _limit(kind: int, value: int, grace: int = 0) -> None:
    """Lower a limit for good; ``grace`` lies between the warning signal and the kill."""
    hard = resource.getrlimit(kind)[1]
    bound = value + grace if hard == resource.RLIM_INFINITY else min(value + grace, hard)
    resource.setrlimit(kind, (min(value, bound), bound))


def _try(action: Callable[[], None], done: str) -> str:
    try:
        action()
    except (OSError, ValueError) as problem:
        return f"not available: {getattr(problem, 'strerror', None) or problem}"
    return done
