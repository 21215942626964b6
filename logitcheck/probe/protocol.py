"""What passes between the auditor and the probe's child process: pure data, as JSON over a pipe."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class OutputMeasure:
    """What one output showed on the probe batches."""

    name: str
    rows: int
    shape: tuple[int, ...]
    dtype: str
    min: float | None
    """None where no finite value was seen."""

    max: float | None
    sum_axis: int | None
    """The axis, counted from the end, along which the sums come nearest to 1; None below rank 1."""

    sum_min: float | None
    sum_max: float | None
    nan: int
    inf: int
    exact_zero: int
    exact_one: int
    constant: bool = False
    """The same for every row although the rows of the input differ."""

    size: int = 0
    """How many values were seen."""


@dataclass(frozen=True)
class Measurements:
    """One reply of the child."""

    runtime: str
    """``keras 3``, ``tf_keras``, ``saved-model``, ``graph-def``, ``tflite`` or ``own``."""

    outputs: tuple[OutputMeasure, ...] = ()
    versions: Mapping[str, str] = field(default_factory=dict)
    """``tensorflow``, ``keras``, ``numpy``."""

    extra: Mapping[str, Any] = field(default_factory=dict)
    """Further measurements by topic; each topic's file documents its keys."""
