"""What a topic may look at, and how topics are run one after another."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from logitcheck.probe.array import Array
from logitcheck.probe.inputs import Batch
from logitcheck.probe.protocol import ProbeRequest
from logitcheck.probe.runtimes.runtime import Runtime, shortened

NOT_MEASURED = "not_measured"
"""Key of ``Measurements.extra``: topic → why it could not be measured."""


@dataclass(frozen=True)
class Observation:
    """A loaded model, what it was asked and what it answered."""

    runtime: Runtime
    request: ProbeRequest
    batch: Batch
    length: int | None
    """The fixed length of the batch axis; None where any length is taken."""

    answers: Mapping[str, Array]
    """Every output on the whole batch."""

    labels: Mapping[str, Array] = field(default_factory=dict)
    """The user's labels of the batch, by output; empty where there are none."""

    shared: dict[str, Any] = field(default_factory=dict)
    """What one topic leaves for the next, so that two need not pay for it."""


def topics(seen: Observation) -> dict[str, Any]:
    """Return what the requested topics observed, by topic; one that fails is told under ``not_measured``."""
    told: dict[str, Any] = {}
    missing: dict[str, str] = {}
    for name in seen.request.topics:
        module = importlib.import_module(f"logitcheck.probe.topics.{name}")
        try:
            told[name] = module.observe(seen)
        except MemoryError:
            missing[name] = "the memory limit was reached"
        except ModuleNotFoundError as problem:
            missing[name] = f"it needs {problem.name}, which is not installed there"
        except Exception as problem:  # a topic that fails must not take the others' answers along
            missing[name] = shortened(problem)
    return {**told, NOT_MEASURED: missing} if missing else told
