"""What the user asks of an audit, as pure data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from logitcheck.record import dataclass

FAIL_ON = ("error", "warning", "info", "never")
"""Thresholds of the exit code, worst first."""


@dataclass(frozen=True)
class AuditOptions:
    """Everything that changes what is found, and nothing that changes how it is shown."""

    losses: Mapping[str, str] = field(default_factory=dict)
    """Output → loss; the key ``""`` stands for every output that is not named."""

    from_logits: bool | None = None
    """What the losses take, where the user says so."""

    ranges: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    """Input → lowest and highest value; the key ``""`` stands for every input that is not named."""

    select: tuple[str, ...] = ()
    """Codes, families or names of the only rules to report; empty for the default ones."""

    ignore: tuple[str, ...] = ()
    """Codes, families or names of rules to leave out."""

    probe: bool = True
    require_probe: bool = False
    probe_timeout: float = 120.0
    """Seconds of wall time for one model."""

    probe_data: str | None = None
    """The user's own data: a file or a folder."""

    labels: str | None = None
    """The file with its labels, perhaps ``FILE:COLUMN``."""

    image_scale: str | None = None
    """Range that pictures are brought to: ``0:1``, ``-1:1`` or ``0:255``; None where the graph decides."""

    deep: bool | None = None
    """Measure training as well (gradients, inner layers); None does so for small models."""

    python: str | None = None
    """Interpreter that runs the models; None is our own."""

    custom_objects: str | None = None
    """``module:function`` that gives the user's own classes by name."""

    device: str | None = None
    """``gpu`` or a device's number; None is the CPU."""

    witness_budget: float = 10.0
    """Seconds for searching inputs that prove alarms of NaN and Inf in one model; 0 searches none."""

    save_witness: str | None = None
    """Folder for what was found."""

    trust: bool = False
    """Run files that hold code or whose safety is in doubt."""

    isolate: bool = False
    """Audit each file in a limited child process, and do not run it."""

    show_strings: bool = False
    """Leave URLs, tokens and source text from the file in the messages."""
