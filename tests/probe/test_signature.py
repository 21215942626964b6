"""A SavedModel's signature beside the Keras model in the same file: faults are told, a sound one is not."""

from __future__ import annotations

import numpy as np
import pytest

from logitcheck.audit import audit
from logitcheck.options import AuditOptions
from logitcheck.probe.host import Prober
from logitcheck.probe.options import ProbeOptions
from logitcheck.probe.topics.signature import beside
from logitcheck.rules.catalogue import concerning

SCORES = np.array([[2.0, -1.0, 0.5], [0.0, 3.0, -2.0]], np.float32)


def test_the_nearest_answer_of_the_same_shape_is_compared():
    assert beside(SCORES, [SCORES[:, :2], SCORES + 5, SCORES])["is"] == "model"
    assert beside(SCORES, [SCORES[:, :2]]) == {}
    assert beside(SCORES, [SCORES + 5])["difference"] == pytest.approx(5)


def test_an_activation_on_top_is_named():
    powers = np.exp(SCORES)
    softmax = powers / powers.sum(axis=1, keepdims=True)
    twice = np.exp(softmax) / np.exp(softmax).sum(axis=1, keepdims=True)
    found = {**beside(softmax, [SCORES])}
    assert (found["is"], found["again"]) == ("softmax", False)
    found = {**beside(twice, [softmax])}
    assert (found["is"], found["again"]) == ("softmax", True)
    assert beside(1 / (1 + np.exp(-SCORES)), [SCORES])["is"] == "sigmoid"


def built(keras, *, dropout=0.5):
    layers = keras.layers
    return keras.Sequential(
        [keras.Input((6,)), layers.Dense(8), layers.BatchNormalization(), layers.Dropout(dropout),
         layers.Dense(3, "softmax")]
    )  # fmt: skip


@pytest.fixture(scope="module")
def found(tmp_path_factory, tensorflow, tf_keras, keras):
    """What each signature was measured to be, and the rules on it."""
    tf, folder = tensorflow, tmp_path_factory.mktemp("signature")
    spec = [tf.TensorSpec([None, 6], tf.float32, name="x")]

    def save(name, model, answer):
        function = tf.function(lambda x: {"y": answer(model, x)}, input_signature=spec)
        tf.saved_model.save(model, str(folder / name), signatures=function)

    for old, library in (("old ", tf_keras), ("", keras)):
        library.utils.set_random_seed(0)
        model = built(library)
        model.layers[1].moving_variance.assign(np.full(8, 4.0, np.float32))
        save(f"{old}sound", model, lambda m, x: m(x, training=False))
        save(f"{old}again", model, lambda m, x: tf.nn.softmax(m(x, training=False)))
    save("dropout", built(tf_keras), lambda m, x: m(x, training=True))
    model = built(tf_keras, dropout=0.0)
    save("statistics", model, lambda m, x: m(x, training=True))
    model.other = built(tf_keras)
    save("stale", model, lambda m, x: m.other(x, training=False))
    save("scaled", model, lambda m, x: m(x / 255, training=False))
    with Prober(ProbeOptions(timeout=60)) as prober:
        return {path.name: audit(str(path), AuditOptions(), concerning, prober) for path in folder.iterdir()}


@pytest.mark.tensorflow
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    ("name", "meaning", "severity"),
    [
        ("sound", "model", None),
        ("old sound", "model", None),
        ("again", "softmax", "warning"),
        ("old again", "softmax", "warning"),
        ("dropout", "training", "warning"),
        ("statistics", "training", "warning"),
        ("stale", "other-weights", "warning"),
        ("scaled", "otherwise", "info"),
    ],
)
def test_what_the_signature_is(found, name, meaning, severity):
    report = found[name]
    assert report.probe.status == "ran", report.probe.reason
    assert report.probe.details["signature"]["y"]["is"] == meaning
    told = [finding for finding in report.findings if finding.rule == "LC211"]
    assert [str(finding.severity) for finding in told] == ([severity] if severity else [])
