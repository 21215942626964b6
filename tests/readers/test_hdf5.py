"""HDF5 files: whole models, weights only, other files, damaged ones, and reading arrays piece by piece."""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np
import pytest

from logitcheck.errors import NotAudited
from logitcheck.model import Model
from logitcheck.readers import hdf5_access
from logitcheck.readers.dispatch import read
from logitcheck.readers.options import ReadOptions
from tests.readers.keras_builders import dense, fill_weights, kernel_and_bias, sequential, write_hdf5

TRAINING = {
    "loss": "mse",
    "metrics": ["mae"],
    "optimizer_config": {"class_name": "Adam", "config": {"lr": 0.1}},
}


def keys(model: Model) -> dict[str, str | None]:
    """Return layer/slot → key of every weight of a model's graph."""
    weights = [node for node in model.graph.nodes if node.op == "Weight"]
    return {f"{node.attrs['path']}/{node.attrs['slot']}": node.attrs["key"] for node in weights}


def kinds(model: Model) -> set[str]:
    return {sighting.kind for sighting in model.sightings}


def test_a_whole_model(tmp_path: Path) -> None:
    path = write_hdf5(tmp_path / "model.bin", sequential(dense("d")), {"d": kernel_and_bias("d")}, TRAINING)
    model = read(path)
    assert (model.format, model.writer.framework, model.writer.version, model.writer.backend) == (
        "keras-hdf5",
        "tf.keras",
        "2.15.0",
        "tensorflow",
    )
    (output,) = model.outputs
    assert output.name == "d"
    assert output.loss is not None and output.loss.name == "mean_squared_error"
    assert [metric.name for metric in output.metrics] == ["mean_absolute_error"]
    assert model.optimizer is not None and model.optimizer.learning_rate == 0.1
    assert model.training_config and not model.sightings
    assert keys(model) == {
        "d/kernel": "model_weights/d/d/kernel:0",
        "d/bias": "model_weights/d/d/bias:0",
    }
    assert {ref.layer for ref in model.weights} == {"d"}
    assert model.source is not None
    assert model.source.array("model_weights/d/d/kernel:0").shape == (4, 3)
    with pytest.raises(KeyError):
        model.source.array("model_weights/d/gone")


def test_a_model_never_compiled_has_no_loss(tmp_path: Path) -> None:
    model = read(write_hdf5(tmp_path / "m.h5", sequential(dense("d")), {"d": kernel_and_bias("d")}))
    assert not model.training_config
    assert model.outputs[0].loss is None


def test_a_damaged_training_configuration_leaves_the_rest(tmp_path: Path) -> None:
    path = write_hdf5(tmp_path / "m.h5", sequential(dense("d")), {"d": kernel_and_bias("d")})
    with h5py.File(path, "r+") as file:
        file.attrs["training_config"] = "{"
    model = read(path)
    assert model.training_config and model.outputs[0].loss is None
    assert [(seen.kind, seen.where) for seen in model.sightings] == [("refused", "training_config")]


def test_a_user_block_before_the_file(tmp_path: Path) -> None:
    path = tmp_path / "m.h5"
    with h5py.File(path, "w", userblock_size=2048) as file:
        file.attrs["model_config"] = "{}"
    with pytest.raises(NotAudited, match="describes no model"):
        read(path)


def test_weights_only_and_other_hdf5_files(tmp_path: Path) -> None:
    weights, other = tmp_path / "w.h5", tmp_path / "o.h5"
    with h5py.File(weights, "w") as file:
        fill_weights(file, {"d": kernel_and_bias("d")})
    with h5py.File(other, "w") as file:
        file["numbers"] = np.arange(3)
    with pytest.raises(NotAudited, match="weights only") as caught:
        read(weights)
    assert (caught.value.format, caught.value.code) == ("weights-only", "LC501")
    with pytest.raises(NotAudited, match="without a Keras model") as caught:
        read(other)
    assert caught.value.format == "unknown"


def test_a_file_cut_short(tmp_path: Path) -> None:
    path = write_hdf5(tmp_path / "m.h5", sequential(dense("d")), {"d": kernel_and_bias("d")})
    path.write_bytes(path.read_bytes()[:1500])
    with pytest.raises(NotAudited) as caught:
        read(path)
    assert caught.value.code == "LC502"


def test_long_attributes_in_pieces(tmp_path: Path) -> None:
    path = write_hdf5(tmp_path / "m.h5", sequential(dense("d")), {"d": kernel_and_bias("d")})
    with h5py.File(path, "r+") as file:
        group = file["model_weights/d"]
        names = group.attrs["weight_names"]
        del group.attrs["weight_names"]
        group.attrs["weight_names0"], group.attrs["weight_names1"] = names[:1], names[1:]
    assert all(keys(read(path)).values())


def test_links_that_lead_elsewhere_are_seen_and_not_followed(tmp_path: Path) -> None:
    path = write_hdf5(tmp_path / "m.h5", sequential(dense("d")), {"d": kernel_and_bias("d")})
    with h5py.File(path, "r+") as file:
        group = file["model_weights/d/d"]
        del group["bias:0"]
        group["bias:0"] = h5py.ExternalLink("other.h5", "/secret")
        group["soft"] = h5py.SoftLink("/model_weights/d/d/kernel:0")
        file["model_weights/again"] = file["model_weights"]
    model = read(path)
    assert kinds(model) == {"external-link", "soft-link", "weights-missing"}
    assert [ref.key for ref in model.weights] == ["model_weights/again/d/d/kernel:0"] or [
        ref.key for ref in model.weights
    ] == ["model_weights/d/d/kernel:0"]


def test_an_array_declared_far_larger_than_stored(tmp_path: Path) -> None:
    path = write_hdf5(tmp_path / "m.h5", sequential(dense("d")), {"d": kernel_and_bias("d")})
    with h5py.File(path, "r+") as file:
        file.create_dataset("model_weights/huge", shape=(1 << 40,), chunks=(1 << 20,), dtype="f4")
    (bomb,) = [seen for seen in read(path).sightings if seen.kind == "shape-bomb"]
    assert bomb.detail == {"declared": 1 << 42, "stored": 0}


def test_limits_on_objects_and_depth(tmp_path: Path) -> None:
    path = write_hdf5(tmp_path / "m.h5", sequential(dense("d")), {"d": kernel_and_bias("d")})
    for options in (ReadOptions(max_objects=3), ReadOptions(max_depth=1), ReadOptions(max_config=10)):
        with pytest.raises(NotAudited):
            read(path, options)


def test_shapes_that_disagree_with_the_configuration(tmp_path: Path) -> None:
    path = write_hdf5(
        tmp_path / "m.h5", sequential(dense("d", units=5)), {"d": kernel_and_bias("d", units=3)}
    )
    model = read(path)
    assert kinds(model) == {"weights-shape-mismatch"}
    assert set(keys(model).values()) == {None}


def test_weights_that_lack(tmp_path: Path) -> None:
    weights = {"a": kernel_and_bias("a"), "b": {}}
    path = write_hdf5(tmp_path / "m.h5", sequential(dense("a"), dense("b")), weights)
    assert [seen.where for seen in read(path).sightings] == ["b/kernel", "b/bias"]


def test_trainable_weights_of_a_nested_model_come_first(tmp_path: Path) -> None:
    inner = {
        "class_name": "Sequential",
        "config": {
            "name": "body",
            "layers": [
                {"class_name": "BatchNormalization", "config": {"name": "n", "axis": -1}},
                dense("d", units=4),
                {"class_name": "BatchNormalization", "config": {"name": "o", "axis": -1}},
            ],
        },
    }
    four = np.ones(4, "f4")
    names = ["n/gamma:0", "n/beta:0", "d/kernel:0", "d/bias:0", "o/gamma:0", "o/beta:0"]
    names += ["n/moving_mean:0", "n/moving_variance:0", "o/moving_mean:0", "o/moving_variance:0"]
    arrays = {name: np.ones((4, 4), "f4") if "kernel" in name else four for name in names}
    path = write_hdf5(tmp_path / "m.h5", sequential(inner), {"body": arrays})
    assert keys(read(path)) == {f"body/{name[:-2]}": f"model_weights/body/{name}" for name in names}


def test_arrays_are_read_in_pieces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.h5"
    values = np.arange(2 * 3 * 5 * 7, dtype="f4").reshape(2, 3, 5, 7)
    with h5py.File(path, "w") as file:
        file["values"] = values
        file["one"] = np.float32(3)
    for limit in (40, 200, 1000, 1 << 20):
        monkeypatch.setattr(hdf5_access, "CHUNK", limit)
        pieces = list(hdf5_access.read_chunks(str(path), "values"))
        assert np.array_equal(np.concatenate(pieces), values.reshape(-1))
        assert max(piece.nbytes for piece in pieces) <= max(limit, 28)
    assert next(hdf5_access.read_chunks(str(path), "one")).tolist() == [3.0]
    with pytest.raises(KeyError):
        list(hdf5_access.read_chunks(str(path), "values/below"))


def test_bfloat16_is_read_as_float32(tmp_path: Path) -> None:
    path = tmp_path / "a.h5"
    wanted = np.array([1.0, -2.5, 0.0078125], "f4")
    with h5py.File(path, "w") as file:
        file["b"] = (wanted.view("u4") >> 16).astype("u2").view("V2")
        file["b"].attrs["dtype"] = "bfloat16"
    assert next(hdf5_access.read_chunks(str(path), "b")).tolist() == wanted.tolist()
    assert hdf5_access.list_contents(str(path), ReadOptions()).datasets[0].dtype == "bfloat16"


def test_attributes_of_other_types_are_left_alone(tmp_path: Path) -> None:
    path = write_hdf5(tmp_path / "m.h5", sequential(dense("d")), {"d": kernel_and_bias("d")})
    with h5py.File(path, "r+") as file:
        group = file["model_weights/d"]
        del group.attrs["weight_names"]
        numbers = np.empty(2, object)
        numbers[:] = [np.arange(3, dtype="i4"), np.arange(2, dtype="i4")]
        group.attrs.create("weight_names", numbers, dtype=h5py.vlen_dtype(np.dtype("i4")))
    assert kinds(read(path)) == {"weights-missing"}
