"""TFRecord files of ``tf.train.Example`` messages, plain or gzipped.

Format: https://www.tensorflow.org/tutorials/load_data/tfrecord (length, checksum, data, checksum).
"""

from __future__ import annotations

import gzip
import struct
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import IO, Any, cast

import numpy as np

from logitcheck.probe.array import Array
from logitcheck.probe.data.kinds import GZIP, masked_crc
from logitcheck.probe.data.piece import Piece, Source

RECORD_CAP = 256 << 20
"""Bytes of one record."""


def open_tfrecord(path: str) -> Source:
    """Open a file; numbers come as float64 or int64, byte strings as bytes. Raises ValueError."""
    name = Path(path).name

    def pieces(size: int) -> Iterator[Piece]:
        records = enumerate(_records(path, name))
        for some in iter(lambda: list(islice(records, size)), []):
            rows = [_features(record, f"{name}, record {number}") for number, record in some]
            yield Piece({key: _column(rows, key, name) for key in rows[0]}, len(rows))

    return Source(name, pieces, None, {"kind": "tfrecord"})


def _records(path: str, name: str) -> Iterator[bytes]:
    with Path(path).open("rb") as plain:
        zipped = plain.read(2) == GZIP
        plain.seek(0)
        file = cast(IO[bytes], gzip.GzipFile(fileobj=plain)) if zipped else plain
        try:
            for head in iter(lambda: file.read(12), b""):
                size, crc = struct.unpack("<QI", head)
                if masked_crc(head[:8]) != crc or size > RECORD_CAP:
                    raise ValueError(f"{name} is damaged: a record's length does not match its checksum")
                body = file.read(size + 4)
                if len(body) != size + 4:
                    raise ValueError(f"{name} is cut off")
                yield body[:-4]
        except (OSError, EOFError, struct.error) as problem:
            raise ValueError(f"{name} is damaged: {problem}") from problem


def _features(record: bytes, place: str) -> dict[str, Array]:
    """Return one example's features: a flat array each. Raises ValueError for another message."""
    from google.protobuf.message import DecodeError
    from tensorflow.core.example.example_pb2 import Example

    try:
        feature = Example.FromString(record).features.feature
    except DecodeError as problem:
        raise ValueError(f"{place} is no tf.train.Example") from problem
    if not feature:
        raise ValueError(f"{place} is no tf.train.Example with features")
    return {key: _values(feature[key]) for key in feature}


def _values(feature: Any) -> Array:
    kind = feature.WhichOneof("kind")
    if kind == "bytes_list":
        return np.array([*feature.bytes_list.value, None], dtype=object)[:-1]
    if kind == "int64_list":
        return np.array(feature.int64_list.value, dtype=np.int64)
    return np.array(feature.float_list.value if kind else (), dtype=np.float64)


def _column(rows: list[dict[str, Array]], key: str, name: str) -> Array:
    """Return one feature of all rows; rows of unlike lengths stay apart, as objects."""
    if not all(key in row for row in rows):
        raise ValueError(f"{name}: not every record has the feature {key!r}")
    values = [row[key] for row in rows]
    if len({value.shape for value in values}) == 1:
        return np.stack(values)
    found = np.empty(len(values), dtype=object)
    found[:] = values
    return found
