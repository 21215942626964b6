"""What losses without ``from_logits`` come to in real Keras: the outputs as they are, or clipped scores."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from importlib import import_module

import numpy as np
import pytest

from logitcheck.analysis.analyse import analyse
from logitcheck.effective import effective_loss
from logitcheck.probe.loss.given import fitted
from logitcheck.probe.options import ProbeOptions
from logitcheck.probe.plan import plan
from logitcheck.probe.protocol import LossPlan
from logitcheck.probe.session import measured
from logitcheck.readers.dispatch import read
from logitcheck.rules.case import Case

LOSSES = (
    "CategoricalGeneralizedCrossEntropy", "CategoricalHinge", "CosineSimilarity", "CTC", "Dice", "Hinge",
    "Huber", "KLDivergence", "LogCosh", "MeanAbsoluteError", "MeanAbsolutePercentageError",
    "MeanSquaredError", "MeanSquaredLogarithmicError", "Poisson", "SquaredHinge", "Tversky",
)  # fmt: skip


@contextlib.contextmanager
def scratch(folder):
    """Work in a folder where a runtime may leave links, as it has one for each model."""
    folder.mkdir(parents=True, exist_ok=True)
    for link in folder.iterdir():
        link.unlink()
    with contextlib.chdir(folder):
        yield


def effects(library, folder, activation, names, labels=None):
    """Return what each loss comes to behind a layer of three units with that activation."""
    runtime, ending = ("tf_keras", ".h5") if "tf_keras" in library.__name__ else ("keras3", ".keras")
    found = {}
    for name in names:
        library.utils.set_random_seed(0)
        model = library.Sequential([library.Input((4,)), library.layers.Dense(3, activation)])
        model.compile(loss=getattr(library.losses, name)())
        path = folder / f"{name}{ending}"
        model.save(path)
        read_ = read(path)
        request = replace(plan(read_, ProbeOptions(rows=16)), topics=("effective_loss",), **(labels or {}))
        with scratch(folder / f"scratch of {name}"):
            loaded = import_module(f"logitcheck.probe.runtimes.{runtime}").load(request)
        case = Case(read_, analyse(read_), measured(loaded, request))
        found[name] = effective_loss(case, case.pairings[0])
    return found


@pytest.mark.tensorflow
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("kind", ["keras", "tf_keras"])
def test_no_built_in_loss_is_unknown(kind, request, tmp_path):
    library = request.getfixturevalue(kind)
    names = [name for name in LOSSES if hasattr(library.losses, name)]
    found = effects(library, tmp_path, "softmax", names)
    assert {name: told["is"] for name, told in found.items()} == dict.fromkeys(names, "as-declared")
    assert all("takes the outputs as they are" in told["sentence"] for told in found.values())
    checked = {name for name, told in found.items() if "as-declared" in told["hypotheses"]}
    assert checked == set(names) - {"CTC"}
    found = effects(library, tmp_path, None, ["KLDivergence", "MeanSquaredError"])
    assert [told["is"] for told in found.values()] == ["clipped-scores", "as-declared"]


@pytest.mark.tensorflow
@pytest.mark.filterwarnings("ignore")
def test_own_labels_take_the_place_of_made_ones(keras, tmp_path):
    np.save(tmp_path / "x.npy", np.random.default_rng(0).standard_normal((12, 4)).astype(np.float32))
    values = {}
    for label in (0, 2):
        np.save(tmp_path / f"{label}.npy", np.full(12, label))
        own = {"data": str(tmp_path / "x.npy"), "labels": str(tmp_path / f"{label}.npy")}
        names = ["SparseCategoricalCrossentropy", "CategoricalCrossentropy"]
        found = effects(keras, tmp_path, "softmax", names, own)
        assert {told["is"] for told in found.values()} == {"as-declared"}
        assert {told["labels"] for told in found.values()} == {"data"}
        values[label] = {told["value"] for told in found.values()}
    assert len(values[0]) == 1 and values[0] != values[2]


@pytest.mark.parametrize(
    ("loss", "labels", "shape", "wanted"),
    [
        ("sparse_categorical_crossentropy", [1, 0], (2, 2), [[0, 1], [1, 0]]),
        ("sparse_categorical_crossentropy", [[1], [0]], (2, 2), [[0, 1], [1, 0]]),
        ("categorical_crossentropy", [[0, 1], [1, 0]], (2, 2), [[0, 1], [1, 0]]),
        ("binary_crossentropy", [1, 0], (2, 1), [[1], [0]]),
        ("hinge", [1, 0], (2, 1), [[1], [-1]]),
        ("sparse_categorical_crossentropy", [2, 0], (2, 2), None),
        ("sparse_categorical_crossentropy", [[0, 1], [1, 0]], (2, 2), None),
        ("mean_squared_error", [1, 0], (2, 2), None),
        ("mean_squared_error", [np.nan, 0], (2, 1), None),
    ],
)
def test_labels_are_brought_to_the_shape_of_the_answers(loss, labels, shape, wanted):
    found = fitted(LossPlan(loss), np.array(labels), shape)
    assert (found if found is None else found.tolist()) == wanted
