"""The superblock of version 0: sizes, where the file ends, where its root group is (section II.A)."""

from __future__ import annotations

from struct import Struct

from logitcheck.readers.hdf5_plain.image import UNDEFINED, Image, NotPlain
from logitcheck.record import dataclass

SIGNATURE = b"\x89HDF\r\n\x1a\n"
LAYOUT = Struct("<8s8BHHI4Q2Q2I2Q")
"""Signature; versions and sizes; the two K; flags; four addresses; the root group's entry (section III.C)."""

KNOWN = (0, 0, 0, 0, 0, 8, 8, 0)
"""Versions of superblock, free space, root group; reserved; version of shared headers; addresses and lengths
of 8 bytes; reserved.
"""


@dataclass(frozen=True)
class Start:
    """What the superblock says."""

    leaf_k: int
    """Half of the most symbols in a group's leaf."""

    node_k: int
    """Half of the most children in a group's B-tree node."""

    root: int
    """The address of the root group's object header."""


def read_start(image: Image) -> Start:
    """Read the superblock and set the image's end to the file's own. Raises NotPlain."""
    signature, *rest = LAYOUT.unpack(image.take(0, LAYOUT.size))
    leaf_k, node_k, flags, base, free, end, driver, _, root, cache, _, _, _ = rest[8:]
    if signature != SIGNATURE or tuple(rest[:8]) != KNOWN or flags or cache not in (0, 1):
        raise NotPlain("an unknown superblock")
    if base or free != UNDEFINED or driver != UNDEFINED or not LAYOUT.size <= end <= image.end:
        raise NotPlain("an unusual superblock")
    if not leaf_k or not node_k:
        raise NotPlain("groups without room")
    image.end = end
    return Start(leaf_k, node_k, root)
