"""A read-only view of chosen folders, enforced by the kernel's Landlock module (linux/landlock.h)."""

from __future__ import annotations

import ctypes
import os
import stat
import struct

from logitcheck.probe import syscalls

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
"""The same call numbers on every machine."""

RULE_PATH_BENEATH = 1
CREATE_RULESET_VERSION = 1

READ_FILE, READ_DIR = 1 << 2, 1 << 3
WRITE_FILE = 1 << 1
FILE_RIGHTS = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 4: (1 << 15) - 1, 5: (1 << 16) - 1}
"""All rights on files that each version of the interface knows."""

TRUNCATE = 1 << 14
NETWORK_RIGHTS = 0b11
"""Binding and connecting TCP sockets, from version 4 on."""

SCOPES = 0b11
"""Abstract unix sockets and signals to processes outside, from version 6 on."""


def version() -> int:
    """Return the version of the kernel's interface, 0 where there is none."""
    if not syscalls.available():
        return 0
    try:
        return syscalls.syscall(
            CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint32(CREATE_RULESET_VERSION)
        )
    except OSError:
        return 0


def restrict(readable: tuple[str, ...], writable: tuple[str, ...], devices: tuple[str, ...] = ()) -> int:
    """Limit this process and all its children for good; ``no_new_privs`` must be set.

    Folders that are readable can be listed and read, not executed from; writable ones hold files and folders
    made at will, no sockets or devices; devices can be read and written. Paths that do not exist are
    passed over. Returns the interface's version. Raises OSError.
    """
    level = version()
    if not level:
        raise OSError("no Landlock in this kernel")
    rights = FILE_RIGHTS[min(level, 5)]
    attributes = struct.pack("=QQQ", rights, NETWORK_RIGHTS, SCOPES)[
        : 8 if level < 4 else 16 if level < 6 else 24
    ]
    ruleset = syscalls.syscall(
        CREATE_RULESET, attributes, ctypes.c_size_t(len(attributes)), ctypes.c_uint32(0)
    )
    try:
        for path in readable:
            _allow(ruleset, path, READ_FILE | READ_DIR)
        for path in devices:
            _allow(ruleset, path, READ_FILE | WRITE_FILE)
        for path in writable:
            _allow(ruleset, path, _writing() & rights)
        syscalls.syscall(RESTRICT_SELF, ctypes.c_int(ruleset), ctypes.c_uint32(0))
    finally:
        os.close(ruleset)
    return level


def _writing() -> int:
    """Read, write, list, truncate; make and remove files, folders and links, which lead nowhere new."""
    remove_folder, remove_file, make_folder, make_file, make_link = 1 << 4, 1 << 5, 1 << 7, 1 << 8, 1 << 12
    making = make_folder | make_file | make_link
    return READ_FILE | READ_DIR | WRITE_FILE | TRUNCATE | remove_folder | remove_file | making


def _allow(ruleset: int, path: str, rights: int) -> None:
    try:
        fd = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        if not stat.S_ISDIR(os.fstat(fd).st_mode):
            rights &= READ_FILE | WRITE_FILE | TRUNCATE
        rule = struct.pack("=Qi", rights, fd)
        syscalls.syscall(
            ADD_RULE, ctypes.c_int(ruleset), ctypes.c_int(RULE_PATH_BENEATH), rule, ctypes.c_uint32(0)
        )
    finally:
        os.close(fd)
