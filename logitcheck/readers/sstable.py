"""The sorted string table that holds a checkpoint's index: keys to serialised entries.

Source: ``tensorflow/core/lib/io/format.cc`` and ``block.cc``, which follow LevelDB's table format: a footer
of 48 bytes points at the index block, which points at data blocks; keys share prefixes with the one before.
"""

from __future__ import annotations

from collections.abc import Iterator

from logitcheck.errors import NotAudited
from logitcheck.readers.snappy import decompress, varint

FOOTER_BYTES = 48
MAGIC = 0xDB4775248B80FB57
TRAILER_BYTES = 5
"""After each block: one byte of compression kind, four of checksum."""

BLOCK_LIMIT = 64 << 20
ENTRY_LIMIT = 2_000_000


def entries(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield every key with its value, in order.

    Raises NotAudited where the table is damaged or larger than any checkpoint's index.
    """
    if len(data) < FOOTER_BYTES or int.from_bytes(data[-8:], "little") != MAGIC:
        raise NotAudited("the checkpoint's index is no table of TensorFlow's")
    footer = data[-FOOTER_BYTES:]
    _, _, at = _handle(footer, 0)
    offset, size, _ = _handle(footer, at)
    count = 0
    for _, handle in _block_entries(_block(data, offset, size)):
        offset, size, _ = _handle(handle, 0)
        for key, value in _block_entries(_block(data, offset, size)):
            count += 1
            if count > ENTRY_LIMIT:
                raise NotAudited(f"the checkpoint's index has more than {ENTRY_LIMIT} entries")
            yield key, value


def _handle(data: bytes, at: int) -> tuple[int, int, int]:
    offset, at = varint(data, at)
    size, at = varint(data, at)
    return offset, size, at


def _block(data: bytes, offset: int, size: int) -> bytes:
    if offset + size + TRAILER_BYTES > len(data) or size > BLOCK_LIMIT:
        raise NotAudited("the checkpoint's index is cut off or damaged")
    raw, kind = data[offset : offset + size], data[offset + size]
    if kind > 1:
        raise NotAudited(f"the checkpoint's index is compressed in an unknown way ({kind})")
    return decompress(raw, BLOCK_LIMIT) if kind else raw


def _block_entries(block: bytes) -> Iterator[tuple[bytes, bytes]]:
    if len(block) < 4:
        raise NotAudited("the checkpoint's index is damaged")
    end = len(block) - 4 - 4 * int.from_bytes(block[-4:], "little")
    at, key = 0, b""
    while at < end:
        shared, at = varint(block, at)
        unshared, at = varint(block, at)
        length, at = varint(block, at)
        if shared > len(key) or at + unshared + length > end:
            raise NotAudited("the checkpoint's index is damaged")
        key = key[:shared] + block[at : at + unshared]
        at += unshared
        yield key, block[at : at + length]
        at += length
