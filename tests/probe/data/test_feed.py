"""Data of every kind are read in pieces, matched to the inputs, or refused in one sentence."""

from __future__ import annotations

import gzip
import struct

import numpy as np
import pytest

from logitcheck.probe.data.feed import open_feed
from logitcheck.probe.data.kinds import data_kind, label_kind, masked_crc, split_labels
from logitcheck.probe.protocol import InputPlan, OutputPlan, ProbeRequest

ONE = (InputPlan("x", (None, 3), "float32"),)
TWO = (InputPlan("a", (None, 2), "float32"), InputPlan("b", (None, 3), "int32"))
ROWS = np.arange(30.0).reshape(10, 3)
CLASSES = np.arange(10) % 4


def feed(path, plans=ONE, labels=None, outputs=("out",)):
    request = ProbeRequest(
        "", "", (), plans, tuple(OutputPlan(name, name) for name in outputs), data=str(path),
        labels=None if labels is None else str(labels),
    )  # fmt: skip
    return open_feed(request, plans)


def everything(path, plans=ONE, labels=None, outputs=("out",), size=4):
    """Read all rows in small pieces and join them."""
    pieces = list(feed(path, plans, labels, outputs).batches(size))
    assert all(piece.rows <= size for piece in pieces)
    arrays = [np.concatenate(parts) for parts in zip(*(piece.arrays for piece in pieces), strict=True)]
    names = pieces[0].labels
    return arrays, {name: np.concatenate([piece.labels[name] for piece in pieces]) for name in names}


def refused(path, *words, **options):
    with pytest.raises(ValueError) as problem:
        everything(path, **options)
    text = str(problem.value)
    assert "\n" not in text and all(word in text for word in words), text


class TestArrays:
    def test_one_array_is_read_in_pieces(self, tmp_path):
        np.save(tmp_path / "x.npy", ROWS)
        (array,), labels = everything(tmp_path / "x.npy")
        assert array.dtype == np.float32 and (array == ROWS).all() and labels == {}

    def test_arrays_are_matched_by_name_and_labels_told_apart(self, tmp_path):
        np.savez(tmp_path / "own.npz", b=ROWS, a=ROWS[:, :2], y=CLASSES)
        (a, b), labels = everything(tmp_path / "own.npz", TWO)
        assert (a == ROWS[:, :2]).all() and (b == ROWS).all() and b.dtype == np.int32
        assert (labels["out"] == CLASSES).all()

    def test_compressed_arrays_of_other_names_are_matched_by_size(self, tmp_path):
        np.savez_compressed(tmp_path / "own.npz", q=ROWS, p=ROWS[:, :2])
        (a, b), _ = everything(tmp_path / "own.npz", TWO)
        assert a.shape == (10, 2) and b.shape == (10, 3)

    def test_labels_of_several_outputs_go_by_their_names(self, tmp_path):
        np.savez(tmp_path / "own.npz", x=ROWS, left=CLASSES, right=CLASSES + 1)
        _, labels = everything(tmp_path / "own.npz", outputs=("left", "right"))
        assert (labels["right"] == labels["left"] + 1).all()

    def test_columns_are_called_so_and_one_that_is_no_number_is_named(self, tmp_path):
        (tmp_path / "x.csv").write_text("a,b,c\n1,2,3\n4,,6\n")
        refused(tmp_path / "x.csv", "holds 3 columns (a, b, c)", "not every cell is a number in b")
        (tmp_path / "x.csv").write_text("a,b\n1,2\n")
        refused(tmp_path / "x.csv", "holds 2 columns (a, b), the model takes 1 input ('x' (3,))")

    def test_what_does_not_fit_is_told_in_a_sentence(self, tmp_path):
        np.save(tmp_path / "x.npy", ROWS[:, :2])
        refused(tmp_path / "x.npy", "(2,)", "'x' takes (3,)")
        refused(tmp_path / "x.npy", "holds 1 array", "the model takes 2 inputs", plans=TWO)
        np.savez(tmp_path / "own.npz", a=np.zeros((4, 2)), b=np.ones((3, 3)))
        refused(tmp_path / "own.npz", "same number of rows", plans=TWO)
        np.save(tmp_path / "none.npy", ROWS[:0])
        refused(tmp_path / "none.npy", "none.npy holds no rows")
        np.save(tmp_path / "o.npy", np.array([{}], dtype=object), allow_pickle=True)
        refused(tmp_path / "o.npy", "plain numbers")
        np.save(tmp_path / "half.npy", ROWS + 0.5)
        refused(tmp_path / "half.npy", "fractions", plans=(InputPlan("x", (None, 3), "int64"),))
        data = (tmp_path / "half.npy").read_bytes()
        (tmp_path / "half.npy").write_bytes(data[:-9])
        refused(tmp_path / "half.npy", "cut off")

    def test_a_missing_axis_of_one_is_added(self, tmp_path):
        np.save(tmp_path / "x.npy", np.zeros((5, 4, 4)))
        (array,), _ = everything(tmp_path / "x.npy", (InputPlan("x", (None, 4, 4, 1), "float32"),))
        assert array.shape == (5, 4, 4, 1)
        refused(tmp_path / "x.npy", "(4, 4)", plans=(InputPlan("x", (None, 2, 8), "float32"),))


class TestTables:
    def test_a_header_names_the_label(self, tmp_path):
        lines = [f"{','.join(map(str, row))},{'wxyz'[c]}" for row, c in zip(ROWS, CLASSES, strict=True)]
        (tmp_path / "t.csv").write_text("p,q,r,label\n" + "\n".join(lines))
        source = feed(tmp_path / "t.csv")
        pieces = list(source.batches(4))
        assert (np.concatenate([piece.arrays[0] for piece in pieces]) == ROWS).all()
        assert (np.concatenate([piece.labels["out"] for piece in pieces]) == CLASSES).all()
        assert source.note()["words"] == {"out": ["w", "x", "y", "z"]}

    def test_a_table_without_header_holds_features_only(self, tmp_path):
        (tmp_path / "t.csv").write_text("1,2,3\n4,5,6\n")
        (array,), labels = everything(tmp_path / "t.csv")
        assert array.tolist() == [[1, 2, 3], [4, 5, 6]] and labels == {}
        refused(tmp_path / "t.csv", "the model takes 2 inputs", plans=TWO)

    def test_a_ragged_table_is_refused_by_its_line(self, tmp_path):
        (tmp_path / "t.csv").write_text("1,2,3\n4,5\n")
        refused(tmp_path / "t.csv", "line 2", "2 cells")
        (tmp_path / "t.csv").write_text("")
        refused(tmp_path / "t.csv", "empty")


class TestLabels:
    @pytest.fixture
    def data(self, tmp_path):
        np.save(tmp_path / "x.npy", ROWS)
        return tmp_path / "x.npy"

    def test_a_file_beside_is_read_in_step(self, data, tmp_path):
        np.save(tmp_path / "y.npy", CLASSES)
        assert (everything(data, labels=tmp_path / "y.npy", size=3)[1]["out"] == CLASSES).all()
        (tmp_path / "y.txt").write_text("\n".join("wxyz"[c] for c in CLASSES))
        assert (everything(data, labels=tmp_path / "y.txt", size=3)[1]["out"] == CLASSES).all()

    def test_a_column_is_chosen_by_name(self, data, tmp_path):
        (tmp_path / "y.csv").write_text("row,what\n" + "\n".join(f"{n},{c}" for n, c in enumerate(CLASSES)))
        _, labels = everything(data, labels=f"{tmp_path / 'y.csv'}:what")
        assert (labels["out"] == CLASSES).all()
        refused(data, "no column 'no'", labels=f"{tmp_path / 'y.csv'}:no")

    def test_counts_must_agree(self, data, tmp_path):
        np.save(tmp_path / "y.npy", CLASSES[:9])
        refused(data, "9 labels for 10 rows", labels=tmp_path / "y.npy")
        (tmp_path / "y.txt").write_text("\n".join(map(str, CLASSES[:9])))
        refused(data, "fewer labels", labels=tmp_path / "y.txt")
        (tmp_path / "y.txt").write_text("\n".join(map(str, [*CLASSES, 1])))
        refused(data, "more labels", labels=tmp_path / "y.txt")


class TestKinds:
    def test_kinds_are_told_by_content(self, tmp_path):
        (tmp_path / "a.bin").write_bytes(b"\x93NUMPY\x01\x00")
        assert data_kind(str(tmp_path / "a.bin")) == "npy"
        assert data_kind(str(tmp_path)) == "images"
        (tmp_path / "r").write_bytes(record(b"body"))
        assert data_kind(str(tmp_path / "r")) == "tfrecord"
        (tmp_path / "t.csv").write_text("1")
        assert data_kind(str(tmp_path / "t.csv")) == "text" == label_kind(str(tmp_path / "t.csv"))

    def test_what_is_none_of_them_is_refused(self, tmp_path):
        (tmp_path / "x.h5").write_bytes(b"\x89HDF\r\n\x1a\n")
        with pytest.raises(ValueError, match="neither a"):
            data_kind(str(tmp_path / "x.h5"))
        with pytest.raises(ValueError, match="no such file"):
            data_kind(str(tmp_path / "nope"))
        with pytest.raises(ValueError, match="is not a"):
            label_kind(str(tmp_path))

    def test_a_colon_parts_file_and_column(self, tmp_path):
        (tmp_path / "y:1.csv").write_text("1")
        assert split_labels(str(tmp_path / "y:1.csv")) == (str(tmp_path / "y:1.csv"), None)
        assert split_labels("y.csv:kind") == ("y.csv", "kind")

    def test_the_checksum_is_that_of_the_format(self):
        # CRC-32C of 32 zero bytes is 0x8A9136AA (RFC 3720, B.4)
        crc = 0x8A9136AA
        assert masked_crc(bytes(32)) == ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def record(body):
    head = struct.pack("<Q", len(body))
    return head + struct.pack("<I", masked_crc(head)) + body + struct.pack("<I", masked_crc(body))


@pytest.mark.tensorflow
@pytest.mark.filterwarnings("ignore")
class TestWithTensorFlow:
    def test_records(self, tmp_path, tensorflow):
        train = tensorflow.train
        with tensorflow.io.TFRecordWriter(str(tmp_path / "d.tfrecord")) as file:
            for row, label in zip(ROWS, CLASSES, strict=True):
                feature = {
                    "feat": train.Feature(float_list=train.FloatList(value=row)),
                    "label": train.Feature(int64_list=train.Int64List(value=[label])),
                }
                file.write(train.Example(features=train.Features(feature=feature)).SerializeToString())
        (array,), labels = everything(tmp_path / "d.tfrecord")
        assert (array == ROWS).all() and (labels["out"].reshape(-1) == CLASSES).all()
        data = (tmp_path / "d.tfrecord").read_bytes()
        (tmp_path / "z.tfrecord.gz").write_bytes(gzip.compress(data))
        assert (everything(tmp_path / "z.tfrecord.gz")[0][0] == ROWS).all()
        (tmp_path / "cut.tfrecord").write_bytes(data[:-5])
        refused(tmp_path / "cut.tfrecord", "cut off")
        (tmp_path / "other.tfrecord").write_bytes(record(b"\xff\xff"))
        refused(tmp_path / "other.tfrecord", "no tf.train.Example")

    def test_folders_of_images(self, tmp_path, tensorflow):
        for number, name in enumerate(("cat", "dog")):
            (tmp_path / "pics" / name).mkdir(parents=True)
            pixels = np.full((6, 9, 3), 255 * number, np.uint8)
            (tmp_path / "pics" / name / "1.png").write_bytes(tensorflow.io.encode_png(pixels).numpy())
        plans = (InputPlan("x", (None, 4, 4, 3), "float32"),)
        source = feed(tmp_path / "pics", plans)
        assert source.note()["classes"] == ["cat", "dog"] and source.note()["scale"] == "0:1"
        (fed,) = source.batches(8)
        assert fed.arrays[0].shape == (2, 4, 4, 3)
        assert fed.arrays[0][0].max() == 0 and fed.arrays[0][1].min() == 1
        assert fed.labels["out"].tolist() == [0, 1]
        first = (InputPlan("x", (None, 1, 5, 5), "float32"),)
        assert everything(tmp_path / "pics" / "dog", first)[0][0].shape == (1, 1, 5, 5)
        (tmp_path / "pics" / "cat" / "2.png").write_bytes(b"no image")
        refused(tmp_path / "pics", "cat/2.png is no image", plans=plans)
        refused(tmp_path / "pics", "takes no pictures")
        (tmp_path / "empty").mkdir()
        refused(tmp_path / "empty", "holds no images", plans=plans)
