"""A model's report read back from plain JSON values, as the journal keeps it."""

from __future__ import annotations

from typing import Any

from logitcheck.finding import (
    Confidence,
    Contract,
    Coverage,
    Finding,
    Location,
    ModelReport,
    OutputReport,
    ProbeReport,
    Remark,
    Severity,
)


def model_report(data: dict[str, Any]) -> ModelReport:
    """Return the report; KeyError, TypeError or ValueError for anything that is none."""
    return ModelReport(
        **{
            **data,
            "inputs": tuple(data["inputs"]),
            "outputs": tuple(_output(item) for item in data["outputs"]),
            "probe": ProbeReport(**data["probe"]),
            "coverage": Coverage(**data["coverage"]),
            "findings": tuple(_finding(item) for item in data["findings"]),
            "undecided": tuple(_remark(item) for item in data["undecided"]),
            "skipped": tuple(_remark(item) for item in data["skipped"]),
            "errors": tuple(_remark(item) for item in data["errors"]),
        }
    )


def _output(data: dict[str, Any]) -> OutputReport:
    shape, interval = data["shape"], data["interval"]
    return OutputReport(
        **{
            **data,
            "shape": None if shape is None else tuple(shape),
            "interval": None if interval is None else (float(interval[0]), float(interval[1])),
            "contract": Contract(data["contract"]),
            "chain": tuple(data["chain"]),
        }
    )


def _finding(data: dict[str, Any]) -> Finding:
    contract = data["contract"]
    return Finding(
        **{
            **data,
            "severity": Severity(data["severity"]),
            "confidence": Confidence(data["confidence"]),
            "location": Location(**data["location"]),
            "contract": None if contract is None else Contract(contract),
        }
    )


def _remark(data: dict[str, Any]) -> Remark:
    return Remark(**{**data, "location": Location(**data["location"])})
