"""The real runtimes, on models made once for this module; our own must answer what Keras answers."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace

import numpy as np
import pytest

from logitcheck.probe.batches import run
from logitcheck.probe.host import Prober
from logitcheck.probe.options import ProbeOptions
from logitcheck.probe.plan import plan
from logitcheck.probe.session import measured
from logitcheck.readers.dispatch import read

pytestmark = [pytest.mark.tensorflow, pytest.mark.filterwarnings("ignore")]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Where the runtimes make their links, as they do in the worker's scratch folder."""
    return tmp_path_factory.mktemp("models")


@pytest.fixture
def scratch(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def build(layers, sequential):
    """Recurrence, convolution, normalisation, masks, a nested model and two heads."""
    words = layers.Input((12,), dtype="int32", name="words")
    picture = layers.Input((8, 8, 3), name="picture")
    text = layers.Embedding(20, 6, mask_zero=True)(words)
    text = layers.Bidirectional(layers.LSTM(4, return_sequences=True))(text)
    text = layers.GRU(5, go_backwards=True, recurrent_activation="hard_sigmoid")(text)
    seen = layers.Conv2D(4, 3, strides=2, padding="same", use_bias=False)(picture)
    seen = layers.BatchNormalization()(seen)
    seen = layers.LeakyReLU()(layers.DepthwiseConv2D(3)(seen))
    seen = layers.GlobalAveragePooling2D()(seen)
    joint = layers.LayerNormalization()(layers.Concatenate()([text, seen]))
    joint = layers.Dropout(0.5)(layers.Dense(7, activation="gelu")(joint))
    kind = layers.Dense(5, activation="softmax", name="kind")(joint)
    flag = layers.Dense(1, name="flag")(sequential([layers.Dense(3, activation="selu")])(joint))
    return [words, picture], [kind, flag]


@pytest.fixture(scope="module")
def files(folder, keras, tf_keras):
    """One architecture, written by Keras 3 and by tf_keras, in each format."""
    keras.utils.set_random_seed(1)
    new = keras.Model(*build(keras.layers, keras.Sequential))
    new.save(folder / "new.keras")
    tf_keras.utils.set_random_seed(1)
    old = tf_keras.Model(*build(tf_keras.layers, tf_keras.Sequential))
    old.save(folder / "old.h5")
    dense = tf_keras.layers.Dense
    small = tf_keras.Sequential([tf_keras.Input((4,)), dense(6, "relu"), dense(5, "softmax", name="kind")])
    small.save(folder / "small.h5")
    small.save(folder / "small_folder", save_format="tf")
    shutil.copy(folder / "small.h5", folder / "misnamed.bin")
    return folder


def answers(path, runtime, arrays):
    from importlib import import_module

    model = read(path)
    request = replace(plan(model, ProbeOptions(rows=8)), path=os.fspath(path))
    loaded = import_module(f"logitcheck.probe.runtimes.{runtime}").load(request)
    return loaded.run(arrays)


@pytest.fixture(scope="module")
def arrays():
    rng = np.random.default_rng(0)
    return [rng.integers(0, 20, (6, 12)), rng.normal(size=(6, 8, 8, 3)).astype("float32")]


@pytest.mark.parametrize(("name", "runtime"), [("new.keras", "keras3"), ("old.h5", "tf_keras")])
def test_our_own_runtime_answers_what_keras_answers(files, arrays, scratch, name, runtime):
    theirs, ours = answers(files / name, runtime, arrays), answers(files / name, "own", arrays)
    assert list(theirs) == list(ours) == [output.name for output in read(files / name).outputs]
    for key, value in theirs.items():
        np.testing.assert_allclose(ours[key], value, rtol=1e-4, atol=1e-5)


def test_the_pruned_signature_answers_what_keras_answers(files, scratch):
    rows = [np.random.default_rng(0).normal(size=(6, 4)).astype("float32")]
    theirs = answers(files / "small.h5", "tf_keras", rows)["kind"]
    for runtime in ("saved_model", "saved_object", "own"):
        ours = answers(files / "small_folder", runtime, rows)["kind"]
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-5)


def test_pruning_leaves_the_signature_alone(files):
    from logitcheck.probe.runtimes.prune import pruned
    from logitcheck.probe.runtimes.saved_model import meta_graph

    graph = meta_graph(files / "small_folder").graph_def
    small = pruned(graph, ["StatefulPartitionedCall"])
    assert 0 < len(small.library.function) < len(graph.library.function)
    assert {node.name for node in small.node} < {node.name for node in graph.node}


def test_ids_are_made_for_the_table_they_index(files):
    (words,) = [item for item in plan(read(files / "old.h5"), ProbeOptions()).inputs if item.kind == "ids"]
    assert words.high == 20


def test_the_whole_way_through_the_worker(files):
    with Prober(ProbeOptions(rows=8)) as prober:
        prober.start()
        for name, runtime in [
            ("new.keras", "keras 3"),
            ("misnamed.bin", "tf_keras"),
            ("small_folder", "saved-model"),
        ]:
            model = read(files / name)
            outcome = prober.run(model)
            assert outcome.report.status == "ran", outcome.report.reason
            assert outcome.report.runtime == runtime
            seen = {item.name: item for item in outcome.measurements.outputs}
            assert set(seen) == {output.name for output in model.outputs}
            kind = seen["kind"]
            assert (kind.shape, kind.sum_axis, kind.nan) == ((8, 5), -1, 0)
            assert kind.sum_min == pytest.approx(1, abs=1e-4)
            assert outcome.report.details["batch"]["kind"]["difference"] < 1e-4


class Fickle:
    """A model that neither repeats itself nor minds its own rows."""

    label, versions = "fake", {}

    def __init__(self, request):
        self.inputs = request.inputs
        self.calls = 0

    def run(self, arrays):
        self.calls += 1
        return {
            "noisy": arrays[0] + self.calls,
            "joined": arrays[0] - arrays[0].mean(axis=0),
            "calm": arrays[0],
            "pairs": arrays[0] @ arrays[0].T,
        }


def test_noise_and_dependence_on_the_batch_are_told(files):
    request = plan(read(files / "old.h5"), ProbeOptions(rows=8))
    request = replace(request, inputs=(request.inputs[1]._replace(shape=(None, 3)),))
    extra = measured(Fickle(request), request).extra
    assert extra["repeat"]["noisy"]["same"] is False
    assert extra["repeat"]["noisy"]["difference"] == pytest.approx(1, rel=1e-3)
    assert extra["repeat"]["calm"] == {"same": True, "difference": 0.0}
    assert extra["batch"]["joined"]["difference"] > 0.1
    assert extra["batch"]["calm"]["difference"] == 0.0
    assert "pairs" not in extra["batch"]  # every row against all others: made of the batch on purpose


def test_a_fixed_batch_is_asked_in_pieces():
    from logitcheck.probe import inputs as made
    from logitcheck.probe.protocol import InputPlan

    class Fixed:
        inputs = (InputPlan("x", (2, 3), "float32"),)

        def run(self, arrays):
            assert arrays[0].shape == (2, 3)
            return {"out": arrays[0]}

    batch = made.make(Fixed.inputs, ((3,),), 6, 0, 2)
    assert run(Fixed(), batch, 2)["out"].shape == (6, 3)
