"""What became of the probe, for people; with details, the gradient and the values of every layer.

The details come from a process that a model may control, so nothing about their form is taken for granted.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from logitcheck.finding import ProbeReport
from logitcheck.report.clean import clean
from logitcheck.report.layout import Line, Piece, line
from logitcheck.report.outputs import number

FLOOR = -8
"""Power of ten at which a bar is empty: gradients as small as this move no float32 weight near 1."""

PER_DECADE = 2
"""Marks of a bar per power of ten."""

LONGEST = 30
"""Marks of the longest bar."""

LAYERS = 40
"""Layers shown of a model."""

NAME = 24
"""Columns for a layer's name."""


def probe_lines(probe: ProbeReport, verbose: bool) -> Iterator[Line]:
    """Yield whether the probe ran and why not; with ``verbose`` everything it told."""
    reason = f": {clean(probe.reason)}" if probe.reason else ""
    runtime = f" in {clean(probe.runtime, 60)}" if probe.runtime else ""
    yield line(Piece(f"probe {probe.status}{runtime}{reason}", "dim"), indent=2, hang=2)
    if not verbose:
        return
    for key, value in probe.details.items():
        drawn = DRAWN.get(key)
        if drawn is not None and isinstance(value, Mapping):
            yield from drawn(value)
        elif key not in ELSEWHERE and value not in ({}, [], (), None):
            yield line(Piece(f"{clean(str(key), 60)}: {_plain(value)}", "dim"), indent=4, hang=2)


def _gradients(topic: Mapping[str, Any]) -> Iterator[Line]:
    """Yield the gradient's norm at every layer with weights, a bar in powers of ten beside it."""
    yield line(
        Piece("gradients ", "strong"),
        f"loss {_figure(topic.get('loss'))}, norm of all {_figure(topic.get('global_norm'))}; "
        f"by layer, {PER_DECADE} marks per power of ten above 1e{FLOOR}",
        indent=4,
        hang=2,
    )
    for layer in _layers(topic):
        norm = layer.get("norm")
        yield line(f"{_name(layer)} {_figure(norm):>10} ", Piece(_bar(norm), "code"), indent=6, hang=2)
    yield from _more(topic)


def _values(topic: Mapping[str, Any]) -> Iterator[Line]:
    """Yield the range of every layer's values, and how many channels do nothing."""
    dead = {str(relu.get("layer")): relu for relu in _entries(topic, "relus")}
    yield line(Piece("layers    ", "strong"), "range of what each gave on the probe", indent=4, hang=2)
    for layer in _layers(topic):
        told = [f"{_figure(layer.get('min'))} to {_figure(layer.get('max'))}"]
        relu = dead.get(str(layer.get("layer")), {})
        if relu.get("dead"):
            told.append(f"{_figure(relu['dead'])} of {_figure(relu.get('units'))} units dead")
        elif layer.get("constant"):
            told.append(f"{_figure(layer['constant'])} of {_figure(layer.get('channels'))} channels constant")
        yield line(f"{_name(layer)} {'; '.join(told)}", indent=6, hang=2)
    yield from _more(topic)


def _loops(topic: Mapping[str, Any]) -> Iterator[Line]:
    """Yield a line per recurrent layer: how much of its gates is saturated, what steps do to its gradient."""
    if not _entries(topic, "layers"):
        return
    yield line(
        Piece("recurrent ", "strong"),
        "gates beyond 0.99 of their range, and state and gradient over the steps",
        indent=4,
        hang=2,
    )
    for layer in _layers(topic):
        yield line(f"{_name(layer)} {_over_steps(layer)}", indent=6, hang=2)


def _over_steps(layer: Mapping[str, Any]) -> str:
    state, gradient = (_held(layer, key) for key in ("state", "gradient"))
    beyond = layer.get("beyond")
    share = beyond if isinstance(beyond, (int, float)) and 0 <= beyond <= 1 else 0.0
    told = [f"{_figure(layer.get('cell'))} [{'#' * round(10 * share):.<10}] {_figure(beyond)}"]
    told.append(f"state {_figure(state.get('first'))} to {_figure(state.get('last'))}")
    told.append(
        f"gradient {_figure(gradient.get('first'))} of itself {_figure(layer.get('steps'))} steps back"
    )
    return "; ".join(told)


ELSEWHERE = frozenset(("families", "data", "labels", "signature"))
"""What stands beside the outputs already."""

DRAWN = {"gradients": _gradients, "layers": _values, "recurrent": _loops}
"""Topics of the probe that are shown as more than their figures."""


def _held(entry: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = entry.get(key)
    return value if isinstance(value, Mapping) else {}


def _entries(topic: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    value = topic.get(key)
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list | tuple) else []


def _layers(topic: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return _entries(topic, "layers")[:LAYERS]


def _more(topic: Mapping[str, Any]) -> Iterator[Line]:
    if (rest := len(_entries(topic, "layers")) - LAYERS) > 0:
        yield line(Piece(f"and {rest} more; JSON has them all", "dim"), indent=6)


def _name(layer: Mapping[str, Any]) -> str:
    return f"{clean(str(layer.get('layer')), NAME):<{NAME}}"


def _bar(norm: object) -> str:
    """Return a bar as long as the power of ten of a number; empty for 0 and for what is none."""
    if not isinstance(norm, int | float) or not norm > 0 or math.isinf(norm):
        return ""
    return "#" * max(0, min(LONGEST, round(PER_DECADE * (math.log10(norm) - FLOOR))))


def _figure(value: object) -> str:
    """Return a number with four digits, anything else as it is."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return number(value)
    return "unknown" if value is None else clean(str(value), 20)


def _plain(value: object) -> str:
    """Return figures as ``name value`` pairs, without the marks of Python."""
    if isinstance(value, Mapping):
        told = "; ".join(f"{clean(str(key), 60)} {_plain(held)}" for key, held in value.items())
        return f"({told})" if any(isinstance(held, Mapping | list) for held in value.values()) else told
    if isinstance(value, list | tuple):
        return ", ".join(_plain(item) for item in value)
    return _figure(value) if isinstance(value, float) else clean(str(value))
