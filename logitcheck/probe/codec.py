"""Requests and measurements as JSON values, checked where they come from the child."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from logitcheck.probe.protocol import (
    InputPlan,
    LossPlan,
    Measurements,
    OutputMeasure,
    OutputPlan,
    ProbeRequest,
    Span,
    Suspect,
)


def request_to_json(request: ProbeRequest) -> dict[str, Any]:
    """Return the request as JSON values."""
    return asdict(request)


def request_from_json(data: Mapping[str, Any]) -> ProbeRequest:
    """Read a request back. Raises KeyError or TypeError for anything else."""
    inputs = tuple(
        InputPlan(name, None if shape is None else tuple(shape), *rest)
        for name, shape, *rest in data["inputs"]
    )
    outputs = tuple(
        OutputPlan(*item)._replace(loss=loss if loss is None else LossPlan(*loss))
        for *item, loss in data["outputs"]
    )
    suspects = tuple(Suspect(*item) for item in data.get("suspects", ()))
    spans = tuple(Span(*item) for item in data.get("spans", ()))
    listed = {"inputs": inputs, "outputs": outputs, "suspects": suspects, "spans": spans}
    names = {name: tuple(data[name]) for name in ("runtimes", "topics")}
    return ProbeRequest(**{**data, **listed, **names})


def measurements_to_json(measurements: Measurements) -> dict[str, Any]:
    """Return the measurements as JSON values."""
    return asdict(measurements)


def measurements_from_json(data: Mapping[str, Any]) -> Measurements:
    """Read measurements back.

    The child may be under a model's control, so types are checked: raises KeyError, TypeError or ValueError.
    """
    outputs = tuple(
        OutputMeasure(**{**item, "shape": tuple(map(int, item["shape"]))}) for item in data["outputs"]
    )
    for output in outputs:
        _check_numbers(output)
    if not isinstance(data["runtime"], str) or not isinstance(data["extra"], dict):
        raise TypeError("not a reply of the probe")
    versions = {str(key): str(value) for key, value in data["versions"].items()}
    return Measurements(data["runtime"], outputs, versions, data["extra"])


def _check_numbers(output: OutputMeasure) -> None:
    whole = (
        output.rows,
        output.nan,
        output.inf,
        output.exact_zero,
        output.exact_one,
        output.size,
        output.clipped,
    )
    real = (output.min, output.max, output.sum_min, output.sum_max, output.sum_axis)
    if not all(isinstance(number, int) for number in whole):
        raise TypeError("a count is no whole number")
    if not all(number is None or isinstance(number, (int, float)) for number in real):
        raise TypeError("a bound is no number")
    if not isinstance(output.name, str) or not isinstance(output.dtype, str):
        raise TypeError("a name is no text")
