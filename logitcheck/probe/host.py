"""The probe as the auditor sees it: hand in a model, get measurements or the reason why there are none."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import TracebackType
from typing import TYPE_CHECKING, Any

from logitcheck.finding import ProbeReport
from logitcheck.probe.options import ProbeOptions
from logitcheck.probe.outcome import report_of

if TYPE_CHECKING:
    from logitcheck.model import Model
    from logitcheck.probe.finds import Hunt
    from logitcheck.probe.protocol import Measurements, Notify, ProbeRequest, Span, Suspect
    from logitcheck.probe.workers import Worker

LOADING = 30.0
"""Seconds beyond the budget of a search for reading the file and making its graph run."""

GRACE = 60.0
"""Seconds beyond a model's own time that the worker has for importing its libraries and for tidying up."""


@dataclass(frozen=True)
class ProbeOutcome:
    """What came of probing one model."""

    measurements: Measurements | None
    report: ProbeReport


class Prober:
    """Probes one model after another in one worker process, which is replaced when it dies.

    :meth:`start` may be called as soon as it is clear that there will be something to probe: the worker
    then imports TensorFlow while the caller reads and analyses. Use it as a context manager, or call
    :meth:`close`.
    """

    def __init__(self, options: ProbeOptions | None = None, progress: Notify | None = None):
        self.options = options or ProbeOptions()
        self._progress = progress
        self._worker: Worker | None = None

    def __enter__(self) -> Prober:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def start(self) -> None:
        """Start the worker if there is none; returns at once."""
        from logitcheck.probe.workers import Worker

        if self._worker is None or not self._worker.alive:
            self.close()
            self._worker = Worker(self.options.python, self.options.device)

    def run(self, model: Model, **changes: Any) -> ProbeOutcome:
        """Probe one model; ``changes`` are options for it alone. Never raises for what a model does."""
        from logitcheck.probe.plan import plan

        begun = time.monotonic()
        request = plan(model, replace(self.options, **changes))
        request = replace(request, progress=self._progress is not None)
        frame = self._ask(request)
        measurements, report = report_of(frame, request)
        return ProbeOutcome(measurements, replace(report, seconds=time.monotonic() - begun))

    def hunt(self, model: Model, suspects: Sequence[Suspect], spans: Sequence[Span], budget: float) -> Hunt:
        """Search inputs that make suspected ops break; never raises for what a model does."""
        from logitcheck.probe.finds import hunt_of
        from logitcheck.probe.plan import plan

        request = replace(
            plan(model, self.options),
            task="hunt",
            suspects=tuple(suspects),
            spans=tuple(spans),
            budget=budget,
            timeout=budget + LOADING,
        )
        return hunt_of(self._ask(request), request)

    def replay(self, model: Model, witness: str) -> Mapping[str, Any]:
        """Run saved inputs; return what :func:`logitcheck.probe.hunt.replay.replay` tells, or ``reason``."""
        from logitcheck.probe.finds import replay_of
        from logitcheck.probe.plan import plan

        request = replace(plan(model, self.options), task="replay", witness=witness)
        return replay_of(self._ask(request), request)

    def _ask(self, request: ProbeRequest) -> dict[str, Any]:
        """Send one request to the worker and return its frame, or one that says why there is none."""
        from logitcheck.probe.codec import request_to_json

        try:
            self.start()
            assert self._worker is not None
            frame = self._worker.ask(request_to_json(request), request.timeout + GRACE, self._progress)
        except OSError as problem:
            frame = {"kind": "no-worker", "reason": str(problem)}
        except BaseException:
            self.close()
            raise
        if frame.get("kind") in ("no-worker", "lost", "hung"):
            self.close()
        if frame.get("kind") == "no-worker" and self.options.python:
            asked = f"is {self.options.python} a Python from 3.7 on, with NumPy?"
            frame = {**frame, "reason": f"{frame.get('reason')}; {asked}"}
        return frame

    def close(self) -> None:
        """End the worker and everything it started, and remove its files."""
        if self._worker is not None:
            self._worker.close()
            self._worker = None


def probe(model: Model, options: ProbeOptions | None = None) -> ProbeOutcome:
    """Probe one model in a worker of its own."""
    with Prober(options) as prober:
        return prober.run(model)


def skipped(reason: str, details: Mapping[str, Any] | None = None) -> ProbeOutcome:
    """Return the outcome of a probe that was not tried."""
    return ProbeOutcome(None, ProbeReport("skipped", reason, details=details or {}))
