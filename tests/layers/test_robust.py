"""Configurations that make no sense: never an exception of ours, always an end."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from logitcheck.errors import NotAudited
from logitcheck.layers.lower import lower
from logitcheck.layers.table import PLACES
from logitcheck.topology import LayerConfig, Topology
from tests.layers.topologies import call, functional, layer, sequential

ODD = st.sampled_from([None, -1, 0, 2, 10**12, "same", "x", [], {}, [1, 2], [[1]], 1e30, float("nan"), True])
KEYS = ("units", "filters", "kernel_size", "strides", "padding", "axis", "activation", "dtype", "output_dim")
MORE = (
    "target_shape",
    "dims",
    "size",
    "pool_size",
    "num_heads",
    "key_dim",
    "equation",
    "function",
    "node_def",
)


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(sorted(PLACES)),
    st.dictionaries(st.sampled_from(KEYS + MORE), ODD, max_size=5),
    st.sampled_from([(None, 4), (None, 5, 3), (None, 6, 6, 3), (None, None, None)]),
    st.sampled_from(["1.2.2", "2.4.0", "3.15.1"]),
)
def test_senseless_settings_never_break(
    name: str, config: dict[str, Any], shape: tuple[int | None, ...], version: str
) -> None:
    wrapped = layer("TimeDistributed", "outer", inner=(LayerConfig(name, "inside", config),))
    for one in (LayerConfig(name, "one", config), wrapped):
        lowered = lower(sequential(one, shape=shape, version=version))
        assert len(lowered.outputs) == 1
        names = [node.name for node in lowered.graph.nodes]
        assert len(set(names)) == len(names)


def test_every_node_follows_its_inputs_whatever_the_order_of_calls() -> None:
    layers = (
        layer("InputLayer", "a", batch_shape=[None, 4]),
        *(layer("Dense", f"d{i}", units=4) for i in range(50)),
    )
    calls = tuple(call(f"d{i}", f"d{i - 1}" if i else "a") for i in reversed(range(50)))
    lowered = lower(functional(layers, calls, call("x", "d49").args[0]))
    seen: set[str] = set()
    for node in lowered.graph.nodes:
        assert {ref.node for ref in node.inputs} <= seen
        seen.add(node.name)
    assert not lowered.unknown


def test_calls_in_a_circle_end() -> None:
    layers = (
        layer("InputLayer", "a", batch_shape=[None, 4]),
        layer("Dense", "p", units=4),
        layer("Dense", "q", units=4),
    )
    lowered = lower(functional(layers, (call("p", "q"), call("q", "p")), call("x", "q").args[0]))
    assert lowered.unknown


def nested(depth: int, times: int) -> Topology:
    """A model that calls the one below it several times, so deep."""
    inner = sequential(layer("Dense", units=4), shape=(None, 4))
    for level in range(depth):
        names = [f"m{level}"] * times
        held = replace(layer("Functional", f"m{level}"), model=inner)
        calls = tuple(call(name, "a") for name in names)
        inner = functional(
            (layer("InputLayer", "a", batch_shape=[None, 4]), held), calls, call("x", f"m{level}").args[0]
        )
    return inner


def test_models_that_unfold_without_end_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("logitcheck.layers.state.MAX_NODES", 5000)
    with pytest.raises(NotAudited, match="unfolds"):
        lower(nested(12, 10))


def test_models_nested_without_end_are_refused() -> None:
    with pytest.raises(NotAudited, match="deep"):
        lower(nested(80, 1))


def calls_of(work: Callable[[], object]) -> int:
    """Return how many functions are called, which is work that no busy machine changes."""
    count = 0

    def note(_: object, event: str, __: object) -> None:
        nonlocal count
        count += event == "call"

    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


def test_the_work_of_lowering_grows_with_the_layers() -> None:
    block = [
        layer("Conv2D", filters=32, kernel_size=3, strides=1, padding="same", use_bias=False),
        layer("BatchNormalization", axis=3),
        layer("Activation", activation="relu"),
    ]
    few, many = (
        sequential(
            *(replace(one, name=f"{one.name}_{i}") for i in range(blocks) for one in block),
            shape=(None, 32, 32, 3),
        )
        for blocks in (35, 140)
    )
    assert len(lower(many).graph.nodes) > 1800
    assert calls_of(lambda: lower(many)) < 4.2 * calls_of(lambda: lower(few))
