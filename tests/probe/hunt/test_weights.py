"""How far weights have to move until an op breaks that is safe with the stored ones."""

from __future__ import annotations

import numpy as np
import pytest

from logitcheck.graph import Node
from logitcheck.probe.hunt.search import hunt
from logitcheck.probe.protocol import ProbeRequest, Span, Suspect
from tests.probe.hunt.graphs import Writing, X

pytestmark = [pytest.mark.tensorflow, pytest.mark.filterwarnings("ignore")]


def frozen(kernel):
    """exp of a product with a kernel that was a variable before the graph was frozen."""
    g = Writing(4)
    value = g.const(kernel)
    g.nodes[-1] = Node(value.node, "Const", (), {**g.nodes[-1].attrs, "shape": kernel.shape})
    read = g.op("Identity", value)
    return g.model(g.op("Exp", g.op("MatMul", X, read), name="exp"))


def distance(kernel):
    suspect = Suspect("", "exp", 0, "up", moved=True)
    request = ProbeRequest(
        "a", "graph-def", (), suspects=(suspect,), spans=(Span("", "x", -1, 1),), budget=20
    )
    return hunt(frozen(kernel), request)[0]


def test_the_distance_is_near_the_smallest_one(tensorflow):
    kernel = np.full((4, 1), 20.0, "float32")
    trail = distance(kernel)
    needed = 88.72 / 4 - 20  # all inputs at 1, all weights moved alike
    assert trail.found is None
    assert needed <= trail.distance <= 1.3 * needed


def test_weights_that_are_never_negative_stay_so(tensorflow):
    g = Writing(2)
    value = g.const(np.array([[0.5], [0.5]]))
    g.nodes[-1] = Node(value.node, "Const", (), {**g.nodes[-1].attrs, "shape": (2, 1)})
    total = g.op("AddV2", g.op("MatMul", X, g.op("Identity", value)), g.const(1.0))
    model = g.model(g.op("Log", total, name="log"))
    suspect = Suspect("", "log", 0, "down", moved=True)
    request = ProbeRequest("a", "graph-def", (), suspects=(suspect,), spans=(Span("", "x", 0, 1),), budget=20)
    assert hunt(model, request)[0].distance is None
