"""Limits within which a file is read."""

from __future__ import annotations

from logitcheck.record import dataclass


@dataclass(frozen=True)
class ReadOptions:
    """How much a reader takes from a file before it refuses. Bytes, counts and depths."""

    max_config: int = 128 << 20
    """Bytes of a configuration (``model_config``, ``config.json``)."""

    max_json_depth: int = 200
    """Lists and objects inside one another in a configuration."""

    max_objects: int = 300_000
    """Groups, datasets and links in an HDF5 file."""

    max_members: int = 10_000
    """Members of a zip; Keras writes three, and one for each asset."""

    max_depth: int = 64
    """Groups inside one another in an HDF5 file."""

    max_member: int = 4 << 30
    """Bytes of a compressed zip member that is unpacked in memory."""

    max_ratio: int = 200
    """Unpacked over packed bytes of a zip member, or declared over stored bytes of a dataset, beyond which
    a large one is taken for a bomb.
    """

    large: int = 64 << 20
    """Bytes from which a ratio counts."""

    max_graph: int = 2 << 30
    """Bytes of a serialized graph."""

    max_nodes: int = 500_000
    """Nodes of all graphs of a file, functions inlined."""


DEFAULTS = ReadOptions()
"""The limits where nobody sets others."""
