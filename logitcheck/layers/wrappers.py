"""Layers around layers: over time steps, in both directions."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from logitcheck.layers.builder import Builder
from logitcheck.layers.state import Value
from logitcheck.layers.tensors import concat, dim, reshape
from logitcheck.topology import LayerConfig


def time_distributed(b: Builder, x: Any, **_: Any) -> Any:
    """The wrapped layer on every step: batch and time in one axis there, apart again behind."""
    layer, x = b.layer.inner[0], x[0] if isinstance(x, (list, tuple)) and not isinstance(x, Value) else x
    if x.shape is None:
        raise ValueError("rank unknown")
    batch, time, *rest = x.shape
    together = None if batch is None or time is None else batch * time
    inside = reshape(b, x, [-1, *_known(b, x, rest, 2)], (together, *rest))
    result = b.call(layer, "layer", inside)
    if isinstance(result, Value):
        return _apart(b, x, result)
    return type(result)([_apart(b, x, item) for item in result])


def _known(b: Builder, x: Value, sizes: Any, start: int) -> list[int | Value]:
    return [dim(b, x, start + i) if n is None else n for i, n in enumerate(sizes)]


def _apart(b: Builder, x: Value, y: Value) -> Value:
    if y.shape is None:
        raise ValueError("rank unknown inside")
    batch, time = (x.shape or (None, None))[:2]
    rest = y.shape[1:]
    parts: list[int | Value] = [-1 if batch is None else batch, dim(b, x, 1) if time is None else time]
    return reshape(b, y, [*parts, *_known(b, y, rest, 1)], (batch, time, *rest))


def bidirectional(b: Builder, x: Any, initial_state: Any = None, mask: Value | None = None, **_: Any) -> Any:
    """A recurrent layer forwards and one backwards, their outputs merged."""
    forward, backward = _directions(b.layer)
    if isinstance(x, Value):
        states = list(initial_state or [])
    else:
        x, *states = x
        states = states or list(initial_state or [])
    half = len(states) // 2
    results = []
    for layer, inner, own in (
        (forward, "forward_layer", states[:half]),
        (backward, "backward_layer", states[half:]),
    ):
        result = b.call(
            layer, inner, x, **({"initial_state": own} if own else {}), **({"mask": mask} if mask else {})
        )
        results.append([result] if isinstance(result, Value) else list(result))
    (y, *first), (z, *second) = results
    if forward.config.get("return_sequences"):
        z = b.op("ReverseV2", z, b.axes(1))
    merged = _merge(b, y, z)
    tail = [*first, *second]
    if not tail:
        return merged
    return [*merged, *tail] if isinstance(merged, list) else [merged, *tail]


def _directions(layer: LayerConfig) -> tuple[LayerConfig, LayerConfig]:
    forward = layer.inner[0]
    if len(layer.inner) > 1:
        return forward, layer.inner[1]
    turned = {**forward.config, "go_backwards": not forward.config.get("go_backwards")}
    return forward, replace(forward, config=turned)


def _merge(b: Builder, y: Value, z: Value) -> Any:
    mode = b.config.get("merge_mode", "concat")
    if mode is None:
        return [y, z]
    if mode == "concat":
        return concat(b, [y, z], -1)
    if mode == "ave":
        total = b.binary("AddV2", y, z)
        return b.binary("RealDiv", total, b.scalar(2.0, total))
    return b.binary({"sum": "AddV2", "mul": "Mul"}[mode], y, z)
