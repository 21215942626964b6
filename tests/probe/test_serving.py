"""Planted faults of serving are found on the whole way, and none on a sound twin."""

from __future__ import annotations

import numpy as np
import pytest

from logitcheck.audit import audit
from logitcheck.options import AuditOptions
from logitcheck.probe.host import Prober
from logitcheck.probe.options import ProbeOptions
from logitcheck.rules.catalogue import concerning

pytestmark = [pytest.mark.tensorflow, pytest.mark.filterwarnings("ignore")]

SERVING = ("LC204", "LC205", "LC206", "LC207", "LC208", "LC210", "LC307")


def build(keras, kind):
    layers = keras.layers
    given = keras.Input((6,))
    x = given / keras.ops.norm(given, axis=-1, keepdims=True) if kind == "zero" else given
    if kind == "constant":
        x = layers.Dense(8, "relu", bias_initializer=keras.initializers.Constant(-1e4))(x)
    if kind == "saturated":
        x = layers.Dense(8, kernel_initializer=keras.initializers.RandomNormal(stddev=1e5))(x)
    training = {"training": True} if kind in ("dropout", "statistics") else {}
    if kind in ("dropout", "sound"):
        x = layers.Dropout(0.5)(x, **training)
    if kind in ("statistics", "sound"):
        x = layers.BatchNormalization()(x, **training)
    return keras.Model(given, layers.Dense(4, "softmax", name="kind")(x))


@pytest.fixture(scope="module")
def found(tmp_path_factory, keras, tf_keras):
    """The rules of serving that each model breaks, and what its report says of the probe."""
    folder = tmp_path_factory.mktemp("serving")
    paths = {}
    for kind in ("sound", "dropout", "statistics", "constant", "saturated", "zero"):
        keras.utils.set_random_seed(0)
        model = build(keras, kind)
        model.compile(loss="sparse_categorical_crossentropy")
        model.save(folder / f"{kind}.keras")
        paths[kind] = folder / f"{kind}.keras"
    for kind in ("sound", "dropout", "statistics"):
        tf_keras.utils.set_random_seed(0)
        build(tf_keras, kind).save(folder / f"{kind}.h5")
        paths[f"old {kind}"] = folder / f"{kind}.h5"
    rules = concerning
    with Prober(ProbeOptions(timeout=60)) as prober:
        reports = {name: audit(str(path), AuditOptions(), rules, prober) for name, path in paths.items()}
        reports["again"] = audit(str(paths["sound"]), AuditOptions(), rules, prober)
        np.savez(folder / "own.npz", x=np.ones((300, 6)) * np.arange(300)[:, None], y=np.arange(300) % 4)
        prober.options = ProbeOptions(timeout=60, data=str(folder / "own.npz"))
        reports["data"] = audit(str(paths["sound"]), AuditOptions(), rules, prober)
        prober.options = ProbeOptions(timeout=60, data=str(folder / "own.npz"), labels=str(folder / "no.npy"))
        reports["no labels"] = audit(str(paths["sound"]), AuditOptions(), rules, prober)
    return reports


def codes(report):
    assert report.probe.status == "ran", report.probe.reason
    return {finding.rule for finding in report.findings if finding.rule in SERVING}


@pytest.mark.parametrize(
    ("kind", "broken"),
    [
        ("sound", set()),
        ("old sound", set()),
        ("dropout", {"LC210"}),
        ("statistics", {"LC210"}),
        ("old dropout", {"LC206"}),
        ("old statistics", {"LC207"}),
        ("constant", {"LC205"}),
        ("saturated", {"LC204"}),
        ("zero", {"LC307"}),
    ],
)
def test_the_planted_fault_and_no_other_is_found(found, kind, broken):
    assert codes(found[kind]) == broken


def test_the_reader_sees_on_which_input_alone(found):
    (finding,) = [item for item in found["zero"].findings if item.rule == "LC307"]
    assert "only on all-zero input" in finding.message


def test_own_data_are_run_to_the_last_row(found):
    (output,) = found["data"].outputs
    details = found["data"].probe.details
    assert output.measured["rows"] == 300 == details["data"]["rows"]
    assert details["labels"]["kind"]["rows"] == 300 and details["data"]["complete"]


def test_data_that_do_not_fit_are_told_and_end_the_call_as_misuse(found):
    report = found["no labels"]
    assert report.probe.status == "failed" and "no such file" in report.probe.reason
    assert [error.subject for error in report.errors] == ["--probe-data"]


def test_a_model_with_dropout_is_measured_the_same_twice(found):
    first, second = (found[name].probe.details for name in ("sound", "again"))
    assert "training" in first["loss_modes"]["kind"]
    assert first == second
