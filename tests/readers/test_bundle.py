from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from logitcheck.errors import NotAudited
from logitcheck.readers.bundle import Bundle
from logitcheck.readers.snappy import decompress
from logitcheck.readers.sstable import entries
from tests.readers.graph_files import bundle, snappy, table, varint

KERNEL = np.arange(12, dtype=np.float32).reshape(3, 4)


@pytest.mark.parametrize("compressed", [False, True])
@pytest.mark.parametrize("shards", [1, 3])
def test_reads_every_tensor_of_every_shard(tmp_path: Path, compressed: bool, shards: int) -> None:
    stored = {f"layer-{i}/kernel": ("float32", KERNEL + i) for i in range(9)}
    bundle(tmp_path / "v", stored | {"note": ("string", b"text")}, shards, compressed)
    found = Bundle(tmp_path / "v")
    assert found.shards == shards
    for key, (_, array) in stored.items():
        np.testing.assert_array_equal(found.array(key), array)


@pytest.mark.parametrize(
    ("dtype", "kind"), [("float16", "<f2"), ("float64", "<f8"), ("int64", "<i8"), ("bool", "?")]
)
def test_keeps_the_dtype(tmp_path: Path, dtype: str, kind: str) -> None:
    bundle(tmp_path / "v", {"x": (dtype, np.array([0, 1, 1], kind))})
    found = Bundle(tmp_path / "v").array("x")
    assert found.dtype == np.dtype(kind)
    assert found.tolist() == [0, 1, 1]


def test_bfloat16_comes_as_float32(tmp_path: Path) -> None:
    bits = np.array([0x3F80, 0xC000, 0x7F80, 0x7FC0], np.uint16)
    bundle(tmp_path / "v", {"x": ("bfloat16", bits)})
    np.testing.assert_array_equal(Bundle(tmp_path / "v").array("x"), np.float32([1, -2, np.inf, np.nan]))


def test_a_large_tensor_comes_in_pieces(tmp_path: Path) -> None:
    bundle(tmp_path / "v", {"x": ("float32", np.arange(5 << 20, dtype=np.float32))})
    pieces = list(Bundle(tmp_path / "v").chunks("x"))
    assert [piece.nbytes for piece in pieces] == [2 << 20] * 10
    assert pieces[-1][-1] == (5 << 20) - 1


def test_strings_are_no_numbers_and_unknown_keys_are_errors(tmp_path: Path) -> None:
    bundle(tmp_path / "v", {"note": ("string", b"text")})
    with pytest.raises(NotAudited, match="no plain numbers"):
        list(Bundle(tmp_path / "v").chunks("note"))
    with pytest.raises(KeyError):
        list(Bundle(tmp_path / "v").chunks("other"))


def test_big_endian_is_refused(tmp_path: Path) -> None:
    bundle(tmp_path / "v", {"x": ("float32", KERNEL)}, endian=1)
    with pytest.raises(NotAudited, match="big-endian"):
        Bundle(tmp_path / "v")


def test_a_short_data_file_is_named(tmp_path: Path) -> None:
    bundle(tmp_path / "v", {"x": ("float32", KERNEL)})
    data = tmp_path / "v.data-00000-of-00001"
    data.write_bytes(data.read_bytes()[:-1])
    with pytest.raises(NotAudited, match="ends before tensor 'x'"):
        Bundle(tmp_path / "v").array("x")
    data.unlink()
    with pytest.raises(NotAudited, match="is missing"):
        Bundle(tmp_path / "v").array("x")


def test_keys_share_prefixes_and_stay_in_order() -> None:
    stored = [(f"model/layer_{i:03d}".encode(), bytes([i]) * i) for i in range(50)]
    assert list(entries(table(stored, compressed=True, per_block=7))) == stored


@pytest.mark.parametrize("cut", [0, 10, 60, -1])
def test_a_damaged_index_is_refused(cut: int) -> None:
    data = table([(b"a", b"1"), (b"b", b"2")])
    with pytest.raises(NotAudited):
        list(entries(data[:cut]))


def test_snappy_copies_reach_back_into_what_they_write() -> None:
    # "ab" as a literal, then 8 bytes from 2 back (one-byte offset), then 4 from 10 back (two-byte offset).
    packed = varint(14) + bytes([1 << 2]) + b"ab" + bytes([4 << 2 | 1, 2]) + bytes([3 << 2 | 2, 10, 0])
    assert decompress(packed, 100) == b"ab" * 5 + b"abab"


@pytest.mark.parametrize(
    "packed",
    [
        varint(200) + b"\0a",  # declares more than the limit
        varint(4) + b"\0a",  # holds less than it declares
        varint(4) + bytes([0]) + b"a" + bytes([0 << 2 | 1, 9]),  # reaches back before the beginning
        b"\xff" * 11,  # a length without an end
    ],
)
def test_damaged_snappy_is_refused(packed: bytes) -> None:
    with pytest.raises(NotAudited):
        decompress(packed, 100)


def test_snappy_gives_back_what_was_packed() -> None:
    data = bytes(range(256)) * 3
    assert decompress(snappy(data), len(data)) == data


@pytest.mark.tensorflow
def test_agrees_with_tensorflow(tmp_path: Path, tensorflow: object) -> None:
    tf = tensorflow
    values = {
        "a": tf.constant([[1.5, -2.0]]),
        "b": tf.constant([1, 2], tf.bfloat16),
        "c": tf.constant(7, tf.int64),
    }
    tf.raw_ops.SaveV2(
        prefix=str(tmp_path / "v"),
        tensor_names=list(values),
        shape_and_slices=[""] * 3,
        tensors=list(values.values()),
    )
    found = Bundle(tmp_path / "v")
    for key, value in values.items():
        np.testing.assert_array_equal(found.array(key), value.numpy().astype(found.array(key).dtype))


@pytest.mark.tensorflow
def test_parts_of_a_partitioned_variable_are_tensors_of_their_own(tmp_path: Path, tensorflow: object) -> None:
    tf = tensorflow
    table = np.arange(18_000, dtype=np.float32).reshape(9000, 2)
    places = {"0,60": table[:60], "60,8440": table[60:8500], "8500,500": table[8500:]}
    tf.raw_ops.SaveV2(
        prefix=str(tmp_path / "v"),
        tensor_names=["emb"] * 3,
        shape_and_slices=[f"9000 2 {place}:-" for place in places],
        tensors=list(places.values()),
    )
    found = Bundle(tmp_path / "v")
    assert list(found.entries) == ["emb[0:60,0:2]", "emb[60:8500,0:2]", "emb[8500:9000,0:2]"]
    for key, values in zip(found.entries, places.values(), strict=True):
        np.testing.assert_array_equal(found.array(key), values)
