"""Another interpreter, and layers of the user's own, in a real worker."""

from __future__ import annotations

import subprocess
import sys
import sysconfig

import pytest

from logitcheck.finding import Confidence, Finding, Location, Severity
from logitcheck.gate import limits, objection
from logitcheck.model import Model
from logitcheck.options import AuditOptions
from logitcheck.probe.host import Prober
from logitcheck.probe.plan import plan
from logitcheck.readers.dispatch import read

GATE = """
import tf_keras

class Gate(tf_keras.layers.Layer):
    def call(self, x):
        return x * 2.0

def objects():
    return {"Gate": Gate}
"""


def foreign(module):
    return Finding(
        "LC602", "foreign-code", Severity.ERROR, Confidence.PROVED, Location(), "", "", "", {"module": module}
    )


def test_the_users_word_for_a_module_is_no_word_for_another():
    model = Model("model.keras", "keras-zip")
    options = AuditOptions(custom_objects="mine:objects")
    assert objection(model, [foreign("mine")], (), options) is None
    assert "LC602" in str(objection(model, [foreign("mine"), foreign("os")], (), options))
    assert "LC602" in str(objection(model, [foreign("mine")], (), AuditOptions()))


def test_options_reach_the_request(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    options = limits(AuditOptions(python="py", device="1", custom_objects="mine:objects"))
    request = plan(Model("model.h5", "keras-hdf5"), options)
    assert (options.python, request.device, request.code) == ("py", "1", str(tmp_path))
    assert plan(Model("model.h5", "keras-hdf5"), limits(AuditOptions())).code is None


@pytest.fixture
def other_python(tmp_path):
    """An interpreter of its own, with the libraries of this one."""
    folder = tmp_path / "other"
    made = [sys.executable, "-m", "venv", "--without-pip", "--symlinks", str(folder)]
    subprocess.run(made, check=True)
    site = next(folder.glob("lib/python*/site-packages"))
    (site / "ours.pth").write_text(sysconfig.get_paths()["purelib"] + "\n")
    return folder / "bin" / "python"


@pytest.mark.tensorflow
@pytest.mark.filterwarnings("ignore")
def test_a_layer_of_the_users_own_in_another_interpreter(tf_keras, other_python, tmp_path, monkeypatch):
    (tmp_path / "mine.py").write_text(GATE)
    scope: dict[str, object] = {}
    exec(GATE, scope)
    layers = tf_keras.layers
    model = tf_keras.Sequential(
        [tf_keras.Input((4,)), scope["Gate"](), layers.Dense(3, "softmax", name="scores")]
    )
    model.compile(loss=tf_keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    (tmp_path / "models").mkdir()
    model.save(tmp_path / "models" / "gate.h5")
    found = read(tmp_path / "models" / "gate.h5")
    monkeypatch.chdir(tmp_path)
    with Prober(limits(AuditOptions(python=str(other_python)))) as prober:
        without = prober.run(found)
        given = prober.run(found, custom_objects="mine:objects")
        wrong = prober.run(found, custom_objects="mine:nothing")
    assert without.report.details["kind"] == "missing-classes"
    assert given.report.status == "ran", given.report.reason
    assert given.measurements.extra["effective_loss"]["scores"]["is"] == "logits"
    assert "mine:nothing gave no custom objects" in wrong.report.reason
    assert "mine" not in sys.modules


@pytest.mark.tensorflow
def test_keras_3_is_kept_from_unmarshalling(keras, monkeypatch):
    from keras.src.utils import python_utils

    from logitcheck.probe.runtimes import keras3
    from logitcheck.probe.runtimes.runtime import RuntimeProblemError

    monkeypatch.setattr(python_utils, "func_load", python_utils.func_load)  # put back afterwards
    keras3.forbid_code()
    with pytest.raises(RuntimeProblemError, match="holds code") as refused:
        python_utils.func_load("")
    assert refused.value.kind == "code"
