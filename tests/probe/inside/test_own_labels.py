"""The gradient pass on the user's rows and labels: its loss is that of the labels, whatever the head."""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module

import numpy as np
import pytest

from logitcheck.probe.options import ProbeOptions
from logitcheck.probe.plan import plan
from logitcheck.probe.session import measured
from logitcheck.readers.dispatch import read

pytestmark = [pytest.mark.tensorflow, pytest.mark.filterwarnings("ignore")]


@pytest.mark.parametrize(
    ("units", "activation", "loss", "labels"),
    [
        (3, "softmax", "sparse_categorical_crossentropy", np.arange(20) % 3),
        (1, "sigmoid", "binary_crossentropy", np.arange(20) % 2),
        (1, None, "squared_hinge", np.arange(20) % 2),
        (2, None, "mean_squared_error", np.ones((20, 2))),
    ],
)
def test_the_loss_is_that_of_the_labels(keras, tmp_path, units, activation, loss, labels):
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(units, activation)])
    model.compile(loss=loss)
    model.save(tmp_path / "model.keras")
    rows = np.random.default_rng(0).standard_normal((20, 4)).astype(np.float32)
    np.savez(tmp_path / "data.npz", x=rows, y=labels)
    request = plan(read(tmp_path / "model.keras"), ProbeOptions(data=str(tmp_path / "data.npz")))
    request = replace(request, topics=("gradients",))
    found = measured(import_module("logitcheck.probe.runtimes.own").load(request), request).extra
    assert (found["gradients"]["labels"], found["gradients"]["rows"]) == ("data", 20)
    (told,) = found["labels"].values()
    assert found["gradients"]["loss"] == pytest.approx(told["loss"]["value"], rel=1e-3)
    np.savez(tmp_path / "data.npz", x=rows)
    assert (
        measured(import_module("logitcheck.probe.runtimes.own").load(request), request).extra["gradients"][
            "labels"
        ]
        == "made"
    )
