"""The pass gives the gradients that Keras gives, through loops too, and lets tensors go in time."""

from __future__ import annotations

import weakref

import numpy as np
import pytest

from logitcheck.graph import Graph, Node, Ref
from logitcheck.probe.inputs import make
from logitcheck.probe.inside.step import inside
from logitcheck.probe.observation import Observation
from logitcheck.probe.options import ProbeOptions
from logitcheck.probe.plan import plan
from logitcheck.probe.runtimes.own import at_once
from logitcheck.probe.runtimes.own.execute import evaluate, run_node
from logitcheck.probe.runtimes.own.runtime import load
from logitcheck.readers.dispatch import read

pytestmark = [pytest.mark.tensorflow, pytest.mark.filterwarnings("ignore")]


@pytest.fixture(scope="module")
def recurrent(keras, tmp_path_factory):
    """A model with a loop, and its file."""
    keras.utils.set_random_seed(0)
    layers = [keras.Input((5, 3)), keras.layers.LSTM(4, name="loop"), keras.layers.Dense(2, "softmax")]
    model = keras.Sequential(layers)
    model.compile(loss="sparse_categorical_crossentropy")
    path = tmp_path_factory.mktemp("loop") / "loop.keras"
    model.save(path)
    return model, path


def passed(path):
    """The pass over a file, on made input."""
    request = plan(read(path), ProbeOptions(deep=True))
    runtime = load(request)
    batch = make(runtime.inputs, ((5, 3),), 16, 0)
    return inside(Observation(runtime, request, batch, None, {})), batch


def test_gradients_through_a_loop_are_those_of_keras(recurrent, keras, tensorflow):
    tf = tensorflow
    model, path = recurrent
    found, batch = passed(path)
    rows = list(found.rows.plausible)
    labels = tf.constant([row % 2 for row in rows])
    with tf.GradientTape() as tape:
        answers = model(tf.constant(batch.arrays[0][rows], tf.float32))
        loss = tf.reduce_mean(keras.losses.sparse_categorical_crossentropy(labels, answers))
    wanted = sorted(float(tf.norm(g)) for g in tape.gradient(loss, model.trainable_variables))
    assert found.loss == pytest.approx(float(loss), rel=1e-4)
    assert sorted(item["norm"] for item in found.figures["weights"].values()) == pytest.approx(wanted, 1e-3)
    assert list(found.figures["flows"]) == ["loop/KerasLSTM"]


def test_an_op_that_cannot_be_run_at_once_is_traced(recurrent, monkeypatch):
    _, path = recurrent
    usual, _ = passed(path)
    monkeypatch.setattr("logitcheck.probe.runtimes.own.execute.run_op", lambda *_: None)
    traced, _ = passed(path)
    assert traced.loss == pytest.approx(usual.loss, rel=1e-5)
    assert traced.figures["flows"] == pytest.approx(usual.figures["flows"], rel=1e-4)


@pytest.mark.parametrize("shape", [(3,), (2, 3), (1,), (2, 1), ()])
def test_a_sum_is_the_same_whatever_runs_it(tensorflow, shape):
    tf = tensorflow
    one, other = tf.ones((2, 3)), tf.reshape(tf.range(float(np.prod(shape))), shape)
    with tf.GradientTape() as tape:
        tape.watch([one, other])
        (total,) = run_node(Node("sum", "AddV2"), [one, other], {}, {})
    slopes = tape.gradient(total, [one, other])
    assert total.numpy().tolist() == (one + other).numpy().tolist()
    assert [slope.shape.as_list() for slope in slopes] == [[2, 3], list(shape)]
    assert float(tf.reduce_sum(slopes[1])) == 6


def test_arguments_that_do_not_fit_are_left_to_tracing(tensorflow):
    one = tensorflow.constant([1.0, 2.0])
    assert at_once.run_op("AddV2", [one, one], {})[0].numpy().tolist() == [2.0, 4.0]
    assert at_once.run_op("AddV2", [one], {}) is None


def test_what_tensorflow_says_of_the_values_is_raised(tensorflow):
    shape = tensorflow.constant([3])
    with pytest.raises(tensorflow.errors.InvalidArgumentError):
        at_once.run_op("Reshape", [tensorflow.constant([1.0, 2.0]), shape], {})


def test_tensors_go_once_they_were_last_read(tensorflow):
    steps = [
        Node("x", "Placeholder"),
        *(Node(f"n{i}", "Neg", (Ref("x" if not i else f"n{i - 1}"),)) for i in range(3)),
    ]
    graph = Graph(tuple(steps), ("x",), (Ref("n2"),))
    living = []

    def look(ref, tensor):
        living.append((ref, weakref.ref(tensor)))
        return tensor

    values = evaluate(graph, {"x": tensorflow.constant(np.ones(2))}, {}, look, {Ref("n2")})
    assert set(values) == {Ref("n2")}
    assert [ref.node for ref, tensor in living if tensor() is not None and ref.node != "x"] == ["n2"]
