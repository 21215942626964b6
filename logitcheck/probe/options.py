"""What the caller may say about a probe."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class ProbeOptions:
    """How, where and within which limits a model is run."""

    python: str | None = None
    """Interpreter of the worker; None is our own."""

    timeout: float = 120.0
    """Seconds of wall time for one model, TensorFlow's import apart."""

    memory: int = 8 << 30
    """Bytes that a model may take on top of TensorFlow itself."""

    rows: int = 32
    """Rows of made input, fewer where a row is large."""

    deep: bool | None = None
    """Measure training as well (gradients, inner layers); None where the model is small enough."""

    seed: int = 0
    data: str | None = None
    """The user's own data: a file or a folder, see :mod:`logitcheck.probe.data`."""

    labels: str | None = None
    """The file with its labels."""

    image_scale: str | None = None
    """``0:1``, ``-1:1`` or ``0:255``, for pictures; None where the graph may decide."""

    ranges: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    """Input → lowest and highest value; the key ``""`` stands for every input that is not named."""

    trust: bool = False
    """Let Keras deserialise the code that a file holds."""

    custom_objects: str | None = None
    """``module:function`` that gives the user's own classes by name."""

    device: str | None = None
    """``gpu`` or a device's number; None is the CPU."""
