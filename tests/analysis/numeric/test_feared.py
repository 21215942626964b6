"""What is settled before any range is derived: nothing that the range analysis would alarm at."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from logitcheck.analysis.context import WeightFacts
from logitcheck.analysis.numeric.feared import feared
from logitcheck.analysis.numeric.graph_risks import graph_risks
from logitcheck.analysis.numeric.op_names import DANGEROUS
from logitcheck.analysis.numeric.zones import ZONES
from logitcheck.graph import Graph, Node, Ref
from logitcheck.model import Model

DTYPES = ("float16", "bfloat16", "float32", "float64")
Weight = Callable[[str], WeightFacts | None]


def stored(low: float, high: float = 1.0) -> Weight:
    return lambda key: WeightFacts(low, high, False, False) if key == "v" else None


def batch_norm(
    epsilon: float, *, dtype: str = "float32", root: str = "Rsqrt", key: str | None = "v"
) -> Graph:
    value = np.asarray(epsilon, "float32" if dtype == "bfloat16" else dtype)
    nodes = (
        Node("v", "Weight", (), {"key": key, "shape": (3,), "dtype": dtype}),
        Node("e", "Const", (), {"value": value, "dtype": dtype}),
        Node("sum", "AddV2", (Ref("v"), Ref("e")), {"T": dtype}),
        Node("root", root, (Ref("sum"),), {"T": dtype}),
    )
    return Graph(nodes, (), (Ref("root"),))


def test_the_names_of_dangerous_ops_are_those_of_the_zones() -> None:
    assert ZONES.keys() == DANGEROUS


def test_a_stored_variance_with_an_epsilon_is_settled() -> None:
    assert feared(batch_norm(1e-3), stored(0.0)) == set()
    assert feared(batch_norm(1e-5), stored(0.25)) == set()


@pytest.mark.parametrize(
    ("graph", "weight"),
    [
        (batch_norm(1e-3), stored(-1e-9)),
        (batch_norm(0.0), stored(0.0)),
        (batch_norm(1e-7), stored(0.0)),
        (batch_norm(float("nan")), stored(0.0)),
        (batch_norm(1e-3), lambda _: None),
        (batch_norm(1e-3, key=None), stored(0.0)),
        (batch_norm(1e-3, root="Log"), stored(0.0)),
    ],
)
def test_anything_else_is_left_to_the_range_analysis(graph: Graph, weight: Weight) -> None:
    assert feared(graph, weight) == {"root"}


def test_one_op_that_is_not_settled_keeps_all_of_them() -> None:
    graph = batch_norm(1e-3)
    nodes = (*graph.nodes, Node("log", "Log", (Ref("root"),), {"T": "float32"}))
    assert feared(Graph(nodes, (), (Ref("log"),)), stored(0.0)) == {"root", "log"}


def test_a_dangerous_op_that_no_output_reads_is_not_feared() -> None:
    nodes = (*batch_norm(1e-3).nodes, Node("log", "Log", (Ref("v"),), {"T": "float32"}))
    assert feared(Graph(nodes, (), (Ref("root"),)), stored(0.0)) == {"root"}


@pytest.mark.parametrize("free", [False, True])
@given(
    low=st.floats(-1e-3, 10.0),
    epsilon=st.floats(0.0, 2.0**-7, width=16),
    dtype=st.sampled_from(DTYPES),
)
def test_the_range_analysis_finds_nothing_in_what_is_settled(
    free: bool, low: float, epsilon: float, dtype: str
) -> None:
    graph, weight = batch_norm(epsilon, dtype=dtype), stored(low, 20.0)
    found = graph_risks(
        Model("m", "keras-hdf5", graph=graph), "", graph, {"root"}, {}, weight, free=free, gradient=True
    )
    assert feared(graph, weight) or not list(found)
