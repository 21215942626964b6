"""A TensorFlow checkpoint ("tensor bundle"): ``PREFIX.index`` and ``PREFIX.data-00000-of-0000N``.

Source: ``tensorflow/core/util/tensor_bundle/tensor_bundle.h`` and ``tensor_bundle.proto``.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

from logitcheck.errors import NotAudited
from logitcheck.readers.bundle_slices import parts
from logitcheck.readers.dtypes import STORED, dtype_name, from_bytes
from logitcheck.readers.proto.messages import parse
from logitcheck.readers.snappy import varint
from logitcheck.readers.sstable import entries
from logitcheck.readers.tensor_proto import CHUNK_BYTES, fixed_shape

if TYPE_CHECKING:
    import numpy as np

INDEX_LIMIT = 256 << 20
SHARD_LIMIT = 10_000
OBJECT_GRAPH_KEY = "_CHECKPOINTABLE_OBJECT_GRAPH"


class Entry(NamedTuple):
    """Where one tensor lies."""

    dtype: str
    shape: tuple[int, ...]
    shard: int
    offset: int
    size: int


class Bundle:
    """A checkpoint's tensors by key. It opens its data files anew for every read."""

    def __init__(self, prefix: Path):
        self.prefix = prefix
        table = dict(_table(Path(f"{prefix}.index")))
        header = parse("BundleHeaderProto", table.pop(b"", b""), "the checkpoint's header")
        if header.endianness != 0:
            raise NotAudited("the checkpoint was written on a big-endian machine")
        if not 0 < header.num_shards <= SHARD_LIMIT:
            raise NotAudited(f"the checkpoint declares {header.num_shards} data files")
        self.shards: int = header.num_shards
        self.entries = dict(_entries(table))

    def chunks(self, key: str) -> Iterator[np.ndarray[Any, Any]]:
        """Yield a tensor's values flat, in order, at most 2 MiB a piece (bfloat16 as float32).

        Raises KeyError for an unknown key, NotAudited where the stored bytes cannot be read.
        """
        entry = self.entries[key]
        if entry.dtype not in STORED:
            raise NotAudited(f"tensor {key!r} is of dtype {entry.dtype}, which holds no plain numbers")
        if entry.size != math.prod(entry.shape) * STORED[entry.dtype]:
            raise NotAudited(f"tensor {key!r} of shape {entry.shape} is stored in {entry.size} bytes")
        with self._open(entry, key) as file:
            left = entry.size
            while left:
                raw = file.read(min(left, CHUNK_BYTES // 2 if entry.dtype == "bfloat16" else CHUNK_BYTES))
                left -= len(raw)
                yield from_bytes(raw, entry.dtype)

    def array(self, key: str) -> np.ndarray[Any, Any]:
        """Return a whole tensor in its shape (bfloat16 as float32). Raises like :meth:`chunks`."""
        import numpy as np

        pieces = list(self.chunks(key))
        flat = np.concatenate(pieces) if pieces else np.zeros(0, np.float32)
        return flat.reshape(self.entries[key].shape)

    def object_graph(self) -> Any:
        """Return the checkpoint's ``TrackableObjectGraph``, None where it has none (before TensorFlow 2)."""
        entry = self.entries.get(OBJECT_GRAPH_KEY)
        if entry is None or entry.dtype != "string" or entry.shape != () or entry.size > INDEX_LIMIT:
            return None
        with self._open(entry, OBJECT_GRAPH_KEY) as file:
            raw = file.read(entry.size)
        # One string: its length, a checksum of the length, the bytes themselves.
        length, at = varint(raw, 0)
        return parse("TrackableObjectGraph", raw[at + 4 : at + 4 + length], "the checkpoint's object graph")

    def _open(self, entry: Entry, key: str) -> BinaryIO:
        """Open the data file at a tensor's first byte, once it is sure that all its bytes are there."""
        path = Path(f"{self.prefix}.data-{entry.shard:05d}-of-{self.shards:05d}")
        try:
            file = path.open("rb")
        except OSError as error:
            raise NotAudited(f"the checkpoint's data file {path.name} is missing") from error
        if entry.offset + entry.size > path.stat().st_size:
            file.close()
            raise NotAudited(f"the checkpoint's data file {path.name} ends before tensor {key!r}")
        file.seek(entry.offset)
        return file


def _table(path: Path) -> Iterator[tuple[bytes, bytes]]:
    try:
        if path.stat().st_size > INDEX_LIMIT:
            raise NotAudited(f"the checkpoint's index is larger than {INDEX_LIMIT} bytes")
        data = path.read_bytes()
    except OSError as error:
        raise NotAudited(f"the checkpoint's index {path.name} cannot be read") from error
    return entries(data)


def _entries(table: dict[bytes, bytes]) -> Iterator[tuple[str, Entry]]:
    """Yield every tensor with bytes of its own; a partitioned one as its parts."""
    for key, raw in table.items():
        if key[:1] == b"\0":
            continue  # a part: found through the variable it is of
        found = parse("BundleEntryProto", raw, "an entry of the checkpoint")
        name = key.decode(errors="replace")
        if not found.slices:
            yield name, _entry(found)
        for part, own in parts(name, found):
            if own in table:
                yield part, _entry(parse("BundleEntryProto", table[own], "an entry of the checkpoint"))


def _entry(found: Any) -> Entry:
    if found.shard_id < 0 or found.offset < 0 or found.size < 0:
        raise NotAudited("an entry of the checkpoint lies outside its file")
    shape = fixed_shape(found.shape)
    return Entry(dtype_name(found.dtype), shape, found.shard_id, found.offset, found.size)
