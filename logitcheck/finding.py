"""What an audit says: findings with their place, what stayed undecided, and the report over all models."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum
from typing import Any

from logitcheck.record import dataclass


class Severity(StrEnum):
    """How bad it is, whatever we know of it."""

    ERROR = "error"
    """Wrong whatever the data."""

    WARNING = "warning"
    """Wrong for most uses, or a risk with a bound."""

    INFO = "info"
    """Worth knowing."""


class Confidence(StrEnum):
    """How we know."""

    PROVED = "proved"
    """It follows from the file."""

    MEASURED = "measured"
    """It was seen on the probe."""

    POSSIBLE = "possible"
    """A bound allows it; there is no witness."""


class Contract(StrEnum):
    """Whether an output keeps what its loss expects; worst first."""

    VIOLATED = "violated"
    SUSPICIOUS = "suspicious"
    UNDECIDED = "undecided"
    OK = "ok"


@dataclass(frozen=True)
class Location:
    """Where in the file."""

    output: str | None = None
    layer: str | None = None
    node: str | None = None
    """Op name as in the file's graph, the function's path before it."""

    weight: str | None = None


@dataclass(frozen=True)
class Finding:
    """One defect."""

    rule: str
    """Code: ``LC101``."""

    name: str
    """Kebab-case name: ``double-softmax``."""

    severity: Severity
    confidence: Confidence
    location: Location
    message: str
    """What is wrong here, one sentence, with the names and figures of this file."""

    why: str
    """What it costs, with a number."""

    fix: str
    """The change to make, as the line of code to write."""

    evidence: Mapping[str, Any] = field(default_factory=dict)
    """Figures behind it, JSON values."""

    contract: Contract | None = None
    """What this says of its output's contract, None where it says nothing (NaN risk, file, safety)."""


@dataclass(frozen=True)
class Remark:
    """An item of ``undecided``, ``skipped`` or ``errors``: what, and why or what to do."""

    subject: str
    """Rule code, output, check or stage it is about."""

    reason: str
    advice: str = ""
    location: Location = Location()


@dataclass(frozen=True)
class RuleInfo:
    """A rule's identity and text; travels in the report so that writers import no rule."""

    code: str
    name: str
    severity: Severity
    summary: str
    why: str
    fix: str


@dataclass(frozen=True)
class OutputReport:
    """One output as judged."""

    name: str
    shape: tuple[int | None, ...] | None
    dtype: str | None
    values: str
    """``probabilities``, ``independent-probabilities``, ``log-probabilities``, ``logits``, ``nonnegative``,
    ``bounded`` or ``unknown``.
    """

    loss: str | None
    from_logits: bool | None
    loss_source: str
    """``file``, ``command line`` or ``none``."""

    contract: Contract
    measured: Mapping[str, Any] | None = None
    effective_loss: Mapping[str, Any] | None = None
    interval: tuple[float, float] | None = None
    """Bounds of the values, by analysis."""

    loss_note: str = ""
    """How this runtime treats the loss (rescued, doubled), where the contract depends on it."""

    chain: tuple[str, ...] = ()
    """The last layers or ops before it and what each hands on, the earliest first."""


@dataclass(frozen=True)
class ProbeReport:
    """What became of the probe."""

    status: str = "skipped"
    """``ran``, ``skipped`` or ``failed``."""

    reason: str | None = None
    runtime: str | None = None
    seconds: float | None = None
    details: Mapping[str, Any] = field(default_factory=dict)
    """Isolation in force, versions, attempts, and the measurements that belong to no single output."""


@dataclass(frozen=True)
class Coverage:
    """How much of the graph was understood."""

    nodes: int = 0
    with_law: int = 0
    unknown_ops: Mapping[str, int] = field(default_factory=dict)
    """Op or class without a law → how many nodes."""


@dataclass(frozen=True)
class ModelReport:
    """One model."""

    path: str
    format: str
    framework: str | None = None
    version: str | None = None
    backend: str | None = None
    reason: str | None = None
    """Why it was not audited; None where it was."""

    inputs: tuple[str, ...] = ()
    """What ``--input-range`` may name: inputs, and the placeholders of every graph in the file."""

    outputs: tuple[OutputReport, ...] = ()
    probe: ProbeReport = ProbeReport()
    coverage: Coverage = Coverage()
    findings: tuple[Finding, ...] = ()
    undecided: tuple[Remark, ...] = ()
    skipped: tuple[Remark, ...] = ()
    errors: tuple[Remark, ...] = ()

    @property
    def audited(self) -> bool:
        """Whether the file was read and judged."""
        return self.reason is None


@dataclass(frozen=True)
class Report:
    """A whole call."""

    models: tuple[ModelReport, ...]
    exit_code: int = 0
    interrupted: bool = False
    rules: tuple[RuleInfo, ...] = ()
