"""What kind of data a path holds, told before anything is run; imports nothing heavy."""

from __future__ import annotations

import struct
from pathlib import Path

SCALES = ("0:1", "-1:1", "0:255")
"""Ranges that pictures can be brought to."""

PICTURES = (".png", ".jpg", ".jpeg", ".bmp", ".gif")
"""Endings of the files that TensorFlow decodes."""

TEXT = (".csv", ".tsv", ".txt")
READABLE = "a .npz, .npy, .csv or TFRecord file, or a folder of images"
LABELS = "a .npy, .npz, .csv or text file"
GZIP = b"\x1f\x8b"


def data_kind(path: str) -> str:
    """Return ``npz``, ``npy``, ``text``, ``tfrecord`` or ``images``. Raises ValueError with a sentence."""
    place = Path(path)
    if not place.exists():
        raise ValueError(f"{path}: there is no such file")
    if place.is_dir():
        return "images"
    try:
        with place.open("rb") as file:
            head = file.read(12)
    except OSError as problem:
        raise ValueError(f"{path}: {problem.strerror}") from problem
    kind = _by_content(head) or ("text" if place.suffix.lower() in TEXT else None)
    if kind is None and head[:2] == GZIP and "tfrecord" in place.name:
        kind = "tfrecord"
    if kind is None:
        raise ValueError(f"{path} is neither {READABLE}")
    return kind


def label_kind(path: str) -> str:
    """Return ``npz``, ``npy`` or ``text``. Raises ValueError with a sentence."""
    kind = data_kind(path)
    if kind not in ("npz", "npy", "text"):
        raise ValueError(f"{path} is not {LABELS}")
    return kind


def split_labels(text: str) -> tuple[str, str | None]:
    """Return file and column of ``FILE`` or ``FILE:COLUMN``."""
    file, colon, column = text.rpartition(":")
    return (file, column) if colon and column and not Path(text).exists() else (text, None)


def _by_content(head: bytes) -> str | None:
    if head[:4] == b"PK\x03\x04":
        return "npz"
    if head[:6] == b"\x93NUMPY":
        return "npy"
    if len(head) == 12 and masked_crc(head[:8]) == struct.unpack("<I", head[8:])[0]:
        return "tfrecord"
    return None


def masked_crc(data: bytes) -> int:
    """Return the checksum of TFRecord files: CRC-32C (Castagnoli), turned by 15 bits and moved.

    Source: ``tensorflow/core/lib/hash/crc32c.h`` and the table of RFC 3720, section 12.1.
    """
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    crc ^= 0xFFFFFFFF
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF
