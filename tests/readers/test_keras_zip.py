"""``.keras`` files of Keras 3 and of tf.keras 2.11 to 2.15."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from logitcheck.errors import NotAudited
from logitcheck.readers.dispatch import read
from logitcheck.readers.options import ReadOptions
from logitcheck.readers.zip_paths import snake_case
from tests.readers.keras_builders import dense, sequential, store, write_zip
from tests.readers.test_hdf5 import keys, kinds

KERNEL, BIAS = np.ones((4, 4), "f4"), np.zeros(4, "f4")
COMPILED = {"compile_config": {"loss": "mse", "optimizer": {"class_name": "SGD", "config": {}}}}


def arrays(*places: str) -> dict[str, Any]:
    """Return a kernel and a bias for every place."""
    return {f"{place}/vars/{index}": array for place in places for index, array in enumerate((KERNEL, BIAS))}


def three_dense() -> dict[str, Any]:
    inner = {
        "class_name": "Sequential",
        "config": {"name": "body", "layers": [dense("one", 4), dense("two", 4)]},
    }
    return sequential(dense("zero", 4), inner)


def test_a_whole_model(tmp_path: Path) -> None:
    stored = arrays("layers/dense", "layers/sequential/layers/dense", "layers/sequential/layers/dense_1")
    stored |= {"optimizer/vars/0": np.float32(1), "metrics/mean/vars/0": np.float32(1)}
    model = read(write_zip(tmp_path / "m", three_dense() | COMPILED, stored))
    assert (model.format, model.writer.framework, model.writer.version) == ("keras-zip", "keras", "3.9.2")
    assert model.outputs[0].loss is not None and model.outputs[0].loss.name == "mean_squared_error"
    assert keys(model) == {
        "zero/kernel": "layers/dense/vars/0",
        "zero/bias": "layers/dense/vars/1",
        "body/one/kernel": "layers/sequential/layers/dense/vars/0",
        "body/one/bias": "layers/sequential/layers/dense/vars/1",
        "body/two/kernel": "layers/sequential/layers/dense_1/vars/0",
        "body/two/bias": "layers/sequential/layers/dense_1/vars/1",
    }
    assert [(ref.key, ref.layer) for ref in model.weights if ref.role == "optimizer"] == [
        ("optimizer/vars/0", None)
    ]
    assert {ref.layer for ref in model.weights if ref.role == "weight"} == {"zero", "body/one", "body/two"}
    assert not any("metrics" in ref.key for ref in model.weights)
    assert model.source is not None and model.source.array("layers/dense/vars/0").tolist() == KERNEL.tolist()
    assert not model.sightings


def test_weights_that_start_where_hdf5_is_looked_for(tmp_path: Path) -> None:
    stored, sign = arrays("layers/dense"), b"\x89HDF\r\n\x1a\n"
    config = three_dense() | {"padding": ""}
    start = write_zip(tmp_path / "m", config, stored).read_bytes().index(sign)
    config["padding"] = "p" * (4096 - start)
    path = write_zip(tmp_path / "m", config, stored)
    assert path.read_bytes().index(sign) == 4096  # where HDF5 may stand behind a user block
    assert read(path).format == "keras-zip"


def test_the_layout_of_early_writers_with_numbers_left_out(tmp_path: Path) -> None:
    root = "_layer_checkpoint_dependencies"
    stored = arrays(
        f"{root}/dense_1", f"{root}/sequential/{root}/dense_2", f"{root}/sequential/{root}/dense_10"
    )
    model = read(write_zip(tmp_path / "m", three_dense(), stored, version="2.12.0"))
    assert model.writer.framework == "tf.keras"
    assert keys(model)["zero/kernel"] == f"{root}/dense_1/vars/0"
    assert keys(model)["body/one/kernel"] == f"{root}/sequential/{root}/dense_2/vars/0"
    assert keys(model)["body/two/bias"] == f"{root}/sequential/{root}/dense_10/vars/1"


def test_backslashes_of_windows(tmp_path: Path) -> None:
    model = read(
        write_zip(tmp_path / "m", sequential(dense("d", 4)), arrays("layers\\dense"), version="2.15.0")
    )
    assert keys(model) == {"d/kernel": "layers\\dense/vars/0", "d/bias": "layers\\dense/vars/1"}


def test_private_names_of_inner_layers(tmp_path: Path) -> None:
    attention = {"class_name": "MultiHeadAttention", "config": {"name": "a", "num_heads": 2, "key_dim": 3}}
    x = {"class_name": "InputLayer", "name": "x", "config": {"name": "x", "batch_shape": [None, 5, 4]}}
    calls = [[["x", 0, 0, {"value": ["x", 0, 0]}]]]
    config = {
        "class_name": "Functional",
        "config": {
            "name": "m",
            "layers": [x | {"inbound_nodes": []}, attention | {"name": "a", "inbound_nodes": calls}],
            "input_layers": [["x", 0, 0]],
            "output_layers": [["a", 0, 0]],
        },
    }
    places = [f"layers/multi_head_attention/_{name}_dense/vars/0" for name in ("query", "key", "value")]
    stored = {place: np.ones((4, 2, 3), "f4") for place in places}
    model = read(write_zip(tmp_path / "m", config, stored, version="2.15.0"))
    bound = [node.attrs["key"] for node in model.graph.nodes if node.op == "Weight" and node.attrs["key"]]
    assert bound == places
    assert not kinds(model)


def test_an_early_file_nests_the_training_configuration(tmp_path: Path) -> None:
    config = sequential(dense("d", 4))
    config["config"] |= COMPILED
    path = tmp_path / "m"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("metadata.json", json.dumps({"keras_version": "2.11.0"}))
        archive.writestr("config.json", json.dumps(config))
        archive.writestr("variables.h5", store(arrays("layers/dense")))
    model = read(path)
    assert model.outputs[0].loss is not None
    assert all(keys(model).values())


def test_a_subclassed_model_keeps_its_loss(tmp_path: Path) -> None:
    own = {"module": None, "class_name": "Mine", "config": {}, "registered_name": "Mine"}
    losses = {"compile_config": {"loss": {"a": "mse", "b": "mae"}}}
    model = read(write_zip(tmp_path / "m", own | losses, arrays("d1")))
    assert [(output.name, output.loss and output.loss.name) for output in model.outputs] == [
        ("a", "mean_squared_error"),
        ("b", "mean_absolute_error"),
    ]
    assert {model.graph.producer(output.ref).op for output in model.outputs} == {"Unknown"}
    assert model.note is not None and "subclassed" in model.note
    assert "weights-missing" not in kinds(model)


def test_a_damaged_weights_member_leaves_the_rest(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "m", sequential(dense("d", 4)), None)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("model.weights.h5", b"\x89HDF\r\n\x1a\n and no more")
    model = read(path)
    assert [(seen.kind, seen.what) for seen in model.sightings] == [("refused", "LC502")]
    assert model.outputs and not model.weights


def test_a_missing_weights_member_is_seen(tmp_path: Path) -> None:
    assert kinds(read(write_zip(tmp_path / "m", sequential(dense("d", 4)), None))) == {"weights-missing"}


def test_rubbish_in_the_place_of_json(tmp_path: Path) -> None:
    for text in ("{", "[" * 100_000, "[" * 300 + "]" * 300):
        path = tmp_path / "m"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("config.json", text)
        with pytest.raises(NotAudited):
            read(path)


def test_members_larger_than_allowed(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "m", sequential(dense("d", 4)), arrays("layers/dense"))
    with pytest.raises(NotAudited, match="declares"):
        read(path, ReadOptions(max_config=10))
    assert "refused" in kinds(read(path, ReadOptions(max_member=10)))


@pytest.mark.parametrize("version", ["2.15.0", "3.9.2"])
def test_a_wrapper_that_keeps_its_layer_s_kernel_a_second_time(tmp_path: Path, version: str) -> None:
    wrapper = {"class_name": "SpectralNormalization", "config": {"name": "sn", "layer": dense("d", 4)}}
    stored = arrays("layers/spectral_normalization/layer")
    own = "layers/spectral_normalization/vars"
    stored |= {f"{own}/0": KERNEL, f"{own}/1": np.ones((1, 4), "f4")}
    model = read(write_zip(tmp_path / "m", sequential(wrapper), stored, version))
    assert f"{own}/1" in keys(model).values()
    assert not model.sightings


def test_snake_case() -> None:
    names = {
        "Conv2DTranspose": "conv2d_transpose",
        "LSTM": "lstm",
        "ReLU": "re_lu",
        "GlobalAveragePooling2D": "global_average_pooling2d",
        "BatchNormalization": "batch_normalization",
        "MyHTTPLayer": "my_http_layer",
    }
    assert {name: snake_case(name) for name in names} == names


def test_values_of_the_wrong_kind_are_refused(tmp_path: Path) -> None:
    config = sequential(dense("d", 4))
    config["config"]["layers"][0]["config"]["batch_shape"] = [None, {"a": 1}]
    try:
        model = read(write_zip(tmp_path / "m", config, arrays("layers/dense")))
    except NotAudited as refusal:
        assert refusal.code == "LC502"
    else:
        assert model.inputs[0].shape is None
