"""Models with one planted fault each, and sound ones: what the topics show and what the rules say of it."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from logitcheck.analysis.analyse import analyse
from logitcheck.probe.inputs import make
from logitcheck.probe.observation import Observation, topics
from logitcheck.probe.options import ProbeOptions
from logitcheck.probe.plan import plan
from logitcheck.probe.protocol import Measurements
from logitcheck.probe.runtimes.own import load
from logitcheck.readers.dispatch import read
from logitcheck.rules.case import Case
from logitcheck.rules.catalogue import catalogue
from logitcheck.rules.rule import run

pytestmark = [pytest.mark.tensorflow, pytest.mark.filterwarnings("ignore")]

CODES = {f"LC40{number}" for number in range(3, 10)}


def change(model, index, **factors):
    """Set or multiply weights of one layer: ``w0=3.0`` sets the first, ``times`` multiplies all."""
    layer = model.layers[index]
    values = layer.get_weights()
    if "times" in factors:
        values = [value * factors["times"] for value in values]
    for place, value in enumerate(values):
        if f"w{place}" in factors:
            value[: max(1, len(value) * 3 // 4)] = factors[f"w{place}"]
    layer.set_weights(values)


def head(keras, *layers, loss="sparse_categorical_crossentropy", optimizer="adam", shape=(8,)):
    keras.utils.set_random_seed(0)
    answer = keras.layers.Dense(5, "softmax", name="answer")
    model = keras.Sequential([keras.Input(shape), *layers, answer])
    model.compile(optimizer, loss)
    return model


def functional(keras, middle):
    """A layer, an op of ours, the answers."""
    keras.utils.set_random_seed(0)
    start = keras.Input((8,))
    hidden = keras.layers.Dense(8, "relu", name="lost")(start)
    model = keras.Model(start, keras.layers.Dense(5, "softmax")(middle(hidden)))
    model.compile("adam", "sparse_categorical_crossentropy")
    return model


def build(keras):
    """Return every model under its name."""
    dense, ops, clip = keras.layers.Dense, keras.ops, keras.optimizers.Adam(clipnorm=1.0)
    large = keras.initializers.RandomNormal(stddev=1.0, seed=1)
    faint = keras.initializers.RandomNormal(stddev=0.005, seed=1)
    norm = keras.layers.BatchNormalization
    models = {
        "sound-deep": head(keras, *(dense(32, "relu", kernel_initializer="he_normal") for _ in range(8))),
        "sound-tanh": head(keras, dense(16, "tanh"), dense(16, "sigmoid")),
        "sound-norm": head(keras, dense(16), norm(), keras.layers.ReLU()),
        "sound-image": head(
            keras,
            keras.layers.Conv2D(8, 1, strides=2, padding="same"),
            keras.layers.GlobalAveragePooling2D(),
            shape=(8, 8, 3),
        ),
        "vanishing": head(keras, *(dense(16, "sigmoid") for _ in range(10))),
        "faint": head(keras, *(dense(16, "tanh", kernel_initializer=faint) for _ in range(4))),
        "exploding": head(keras, *(dense(32, kernel_initializer=large) for _ in range(6)), optimizer=clip),
        "dead": head(keras, dense(32, "relu"), dense(32, "relu")),
        "all-dead": head(keras, dense(32, "relu"), dense(32, "relu")),
        "saturated": head(keras, dense(32, "sigmoid"), dense(16, "tanh")),
        "norm-off": head(keras, dense(16), norm(), keras.layers.LeakyReLU()),
        "root": functional(keras, ops.sqrt),
        "masked-log": functional(keras, lambda x: ops.where(x > 0, ops.log(x), ops.zeros_like(x))),
        "rounded": functional(keras, ops.round),
    }
    change(models["dead"], 1, w1=-1000.0)
    models["all-dead"].layers[1].bias.assign([-1e5] * 32)
    change(models["saturated"], 0, times=100.0)
    models["norm-off"].layers[1].moving_mean.assign([1000.0] * 16)
    return models


def observe(path):
    """Return what the topics and the rules say of a file."""
    model = read(path)
    request = replace(plan(model, ProbeOptions(deep=True)), topics=("layers", "gradients"))
    runtime = load(request)
    shapes = tuple(tuple(item.shape[1:]) for item in runtime.inputs)
    batch = make(runtime.inputs, shapes, 32, 0)
    told = json.loads(json.dumps(topics(Observation(runtime, request, batch, None, {})), allow_nan=False))
    case = Case(model, analyse(model), Measurements("own", extra=told))
    rules = [rule() for rule in catalogue() if rule.code in CODES]
    return told, {finding.rule: finding for finding in run(rules, case)}


@pytest.fixture(scope="module")
def observed(keras, tmp_path_factory):
    folder = tmp_path_factory.mktemp("planted")
    for name, model in build(keras).items():
        model.save(folder / f"{name}.keras")
    return {path.stem: observe(path) for path in sorted(folder.iterdir())}


EXPECTED = {
    "vanishing": {"LC403"},
    "faint": {"LC403"},
    "exploding": {"LC404"},
    "dead": {"LC405"},
    "all-dead": {"LC405", "LC407"},
    "saturated": {"LC409"},
    "norm-off": {"LC408"},
    "root": {"LC406"},
    "masked-log": {"LC406"},
    "rounded": {"LC407"},
    "sound-deep": set(),
    "sound-tanh": set(),
    "sound-norm": set(),
    "sound-image": set(),
}


@pytest.mark.parametrize("name", EXPECTED)
def test_each_fault_is_found_and_nothing_else(observed, name):
    told, findings = observed[name]
    assert "not_measured" not in told
    assert set(findings) == EXPECTED[name], [finding.message for finding in findings.values()]


def test_the_op_that_made_the_nan_is_named(observed):
    assert observed["root"][0]["gradients"]["nonfinite"]["op"] == "Sqrt"
    assert observed["masked-log"][0]["gradients"]["nonfinite"]["op"] == "Log"
    assert observed["masked-log"][1]["LC406"].location.node.endswith("Log")


def test_layers_are_named(observed):
    assert observed["rounded"][1]["LC407"].location.layer == "lost"
    assert observed["rounded"][0]["gradients"]["cut_off"] == {
        "unconnected": ["lost"],
        "zero": [],
        "waiting": [],
    }
    assert len(observed["all-dead"][0]["gradients"]["cut_off"]["zero"]) == 2


def test_what_the_stored_optimizer_clips(observed):
    clipping = observed["exploding"][0]["gradients"]["clipping"]["clipnorm"]
    assert clipping["limit"] == 1.0
    assert 0 < clipping["clipped"] <= clipping["weights"] == 14
    assert clipping["factor"] < 1e-3
    assert "clipnorm=1" in observed["exploding"][1]["LC404"].why
    assert observed["sound-deep"][0]["gradients"]["clipping"] == {}


def test_gradients_are_those_of_keras(observed, keras, tensorflow):
    tf = tensorflow
    model = build(keras)["sound-tanh"]
    seen = observed["sound-tanh"][0]["gradients"]
    rng_batch = make_rows()
    keep = [row for row, family in enumerate(rng_batch.families) if family in ("normal", "uniform")]
    assert seen["rows"] == len(keep)
    labels = tf.constant([row % 5 for row in keep])
    with tf.GradientTape() as tape:
        answers = model(tf.constant(rng_batch.arrays[0][keep]))
        loss = tf.reduce_mean(keras.losses.sparse_categorical_crossentropy(labels, answers))
    norms = [float(tf.norm(g)) for g in tape.gradient(loss, model.trainable_variables)]
    assert float(loss) == pytest.approx(seen["loss"], rel=1e-4)
    assert sum(norm**2 for norm in norms) ** 0.5 == pytest.approx(seen["global_norm"], rel=1e-3)


def make_rows():
    """The batch that :func:`observe` makes for a model of eight features."""
    from logitcheck.probe.protocol import InputPlan

    return make((InputPlan("x", (None, 8), "float32"),), ((8,),), 32, 0)
