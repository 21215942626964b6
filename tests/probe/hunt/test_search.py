"""The search finds what is there by corners, gradient and bisection, and nothing where nothing is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from logitcheck.graph import Node, Ref
from logitcheck.probe.hunt.first import Walk
from logitcheck.probe.hunt.search import hunt
from logitcheck.probe.protocol import ProbeRequest, Span, Suspect
from tests.probe.hunt.graphs import Writing, X, new_growth, new_loop, old_growth, old_loop

pytestmark = [pytest.mark.tensorflow, pytest.mark.filterwarnings("ignore")]


@pytest.fixture(autouse=True)
def _tensorflow(tensorflow):
    """TensorFlow is imported quietly before it is needed."""


def search(model, node, aim, low=-1.0, high=1.0, *, argument=0, gradient=False, budget=20.0):
    suspect = Suspect("", node, argument, aim, gradient)
    spans = (Span("", "x", low, high),)
    request = ProbeRequest("a", model.format, (), suspects=(suspect,), spans=spans, budget=budget)
    return hunt(model, request)[0]


def test_a_corner_of_many_dimensions_is_reached_by_the_gradient():
    kernel = np.random.default_rng(0).normal(size=(60, 1))
    g = Writing(60)
    scores = g.op("MatMul", X, g.const(kernel * (100 / np.abs(kernel).sum())))
    trail = search(g.model(g.op("Exp", scores, name="exp")), "exp", "up")
    assert trail.found.family == "gradient"
    assert trail.value > 88.7
    assert np.abs(trail.found.arrays[0]).max() <= 1


def test_a_result_is_driven_out_of_float16():
    kernel = np.random.default_rng(0).normal(size=(60, 2))
    g = Writing(60)
    half = g.op("Cast", X, DstT="float16", SrcT="float32")
    model = g.model(
        g.op("MatMul", half, g.const(kernel * (7e4 / np.abs(kernel).sum(axis=0)), "float16"), name="y")
    )
    assert search(model, "y", "large").found.family == "gradient"


def test_a_large_witness_is_cut_to_the_row_that_does_it(monkeypatch):
    monkeypatch.setattr("logitcheck.probe.hunt.shrink.LARGE", 0)
    g = Writing(4)
    model = g.model(g.op("Reciprocal", g.op("Sub", X, g.const(0.5)), name="inverse"))
    assert search(model, "inverse", "zero", 0.0, 1.0).found.arrays[0].tolist() == [[0.5] * 4]


def test_a_divisor_of_exactly_zero_is_closed_in_on():
    g = Writing(4)
    product = g.op("Prod", X, g.const([-1], "int32"), keep_dims=True)
    divisor = g.op("Sub", product, g.const(0.37))
    trail = search(g.model(g.op("Reciprocal", divisor, name="inverse")), "inverse", "zero", 0.0, 1.0)
    assert trail.value == 0
    assert trail.found.family == "bisection"


def test_a_lost_gradient_is_told_from_a_lost_value():
    g = Writing(3)
    total = g.op("Sum", g.op("Square", X), g.const([-1], "int32"))
    model = g.model(g.op("Sqrt", total, name="norm"))
    assert search(model, "norm", "down", gradient=True).found.family == "zeros"
    assert search(model, "norm", "down", budget=1.0).found is None


def test_what_is_safe_is_not_found():
    g = Writing(3)
    guarded = g.op("AddV2", g.op("Square", X), g.const(1e-3))
    trail = search(g.model(g.op("Log", guarded, name="log")), "log", "down")
    assert trail.found is None
    assert trail.value == pytest.approx(1e-3)
    assert 60 < trail.tries < 700


def test_an_op_that_only_passes_on_an_inf_is_not_the_culprit():
    g = Writing(1)
    model = g.model(g.op("Log", g.op("Exp", X, name="exp"), name="log"))
    assert search(model, "log", "down", 50.0, 100.0).found is None
    assert search(model, "exp", "up", 50.0, 100.0).found is not None


@pytest.mark.parametrize("build", [old_loop, new_loop])
def test_a_division_inside_a_loop_is_watched(build):
    model = build()
    trail = search(model, "share", "zero", 0.0, 1.0, argument=1)
    assert trail.found.family == "zeros"
    walk = Walk(model, model.graph, model.graph.outputs)
    shares = walk.run({"x": np.array([[1.0, 2.0, 3.0, 2.0]], "float32")})[model.graph.outputs[0]]
    assert shares.tolist() == [[0.125, 0.25, 0.375, 0.25]]
    assert walk.first(model.graph.outputs[0]) is None
    walk.run({"x": np.zeros((1, 4), "float32")})
    assert walk.first(model.graph.outputs[0])["node"] == "share"


@pytest.mark.parametrize("build", [old_growth, new_growth])
def test_the_gradient_is_followed_through_a_loop(build):
    model = build(np.random.default_rng(0).normal(size=(60, 60)))
    trail = search(model, "exp", "up")
    assert trail.found.family == "gradient"
    assert trail.value > 88.7


def test_dropout_is_active_and_the_same_for_the_same_seed():
    g = Writing(8)
    drawn = g.op("RandomUniform", g.op("Shape", X, out_type="int32"), dtype="float32", name="drawn")
    kept = g.op("Cast", g.op("Less", drawn, g.const(0.5)), SrcT="bool", DstT="float32")
    left = g.op("Sum", g.op("Mul", X, kept), g.const([0, 1], "int32"))
    model = g.model(g.op("Identity", left, name="left"))
    rows = {"x": np.ones((2, 8), "float32")}
    sums = [Walk(model, model.graph, model.graph.outputs).run(rows, seed) for seed in (1, 1, 2, 3)]
    values = [float(answer[model.graph.outputs[0]]) for answer in sums]
    assert values[0] == values[1]
    assert len(set(values)) > 1
    assert all(0 < value < 16 for value in values)


def test_open_sizes_are_taken_from_the_matrices():
    g = Writing(None)
    kernel = np.ones((7, 3), "float32")
    g.nodes.append(Node("w", "Const", (), {"value": kernel, "dtype": "float32", "shape": (7, 3)}))
    model = g.model(g.op("Log", g.op("MatMul", X, Ref("w")), name="log"))
    assert search(model, "log", "down").found.arrays[0].shape == (8, 7)


class _Stored:
    """One constant, too large to stand in the graph."""

    def array(self, key):
        return {"w": np.full((3, 1), 40.0, "float32")}[key]


def test_a_constant_that_the_reader_left_out_is_read():
    g = Writing(3)
    g.nodes.append(Node("w", "Const", (), {"key": "w", "dtype": "float32", "shape": (3, 1)}))
    model = g.model(g.op("Exp", g.op("MatMul", X, Ref("w")), name="exp"))
    assert search(replace(model, source=_Stored()), "exp", "up").found.family == "highest"


def test_what_cannot_be_run_is_said():
    g = Writing(3)
    model = g.model(g.op("Log", g.op("Unknown", X, what="MyOp"), name="log"))
    trail = search(model, "log", "down")
    assert trail.found is None
    assert "MyOp" in trail.reason
