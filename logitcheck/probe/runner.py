"""What happens inside a model's own process: confine it, load the model, measure, reply."""

from __future__ import annotations

import importlib
import os
import tempfile
import time
from typing import TYPE_CHECKING, Any, NoReturn

from logitcheck.probe import framing, isolation, witness
from logitcheck.probe.codec import measurements_to_json
from logitcheck.probe.data.kinds import split_labels
from logitcheck.probe.protocol import Notify, ProbeRequest
from logitcheck.probe.runtimes.runtime import RuntimeProblemError, shortened
from logitcheck.readers import limited_child

if TYPE_CHECKING:
    from typing import TypeAlias

Complaints: TypeAlias = "tuple[str | None, str | None]"
"""Why there are no namespaces, and why no disk for scratch files alone; None where there are."""


def main(
    request: ProbeRequest, reply: int, notes: int, scratch: str, output: str, complaints: Complaints
) -> NoReturn:
    """Run one request and end the process; never returns to the caller's code."""
    try:
        _redirect(output)
        _move(scratch)
        told = isolation.confine(
            readable(request),
            scratch,
            seconds=request.timeout,
            memory=request.memory,
            namespaces=complaints[0],
            disk=complaints[1],
            device=request.device,
        )
        limited_child.CONFINED = True
        witness.told(notes, told)
        witness.watch(notes, isolation.view(readable(request)), scratch)
        notify = Teller(reply).tell if request.progress else None
        answer = other_task(request) if request.task != "measure" else run(request, notify)
        framing.send(reply, {**answer, "isolation": told})
    finally:
        os._exit(0)


def readable(request: ProbeRequest) -> tuple[str, ...]:
    """Return what the model's process may read beside the libraries."""
    labels = None if request.labels is None else split_labels(request.labels)[0]
    paths = (request.path, request.data, labels, request.witness, request.code)
    return tuple(path for path in paths if path is not None)


class Teller:
    """Tells the supervisor, five times a second at most, how far the user's data are done."""

    def __init__(self, reply: int) -> None:
        self._reply = reply
        self._next = 0.0

    def tell(self, rows: int, of: int | None) -> None:
        """Send how many rows are done, and of how many where that is known."""
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + 0.2
            framing.send(self._reply, {"kind": "progress", "rows": rows, "of": of})


def other_task(request: ProbeRequest) -> dict[str, Any]:
    """Search inputs that make the graph break, or run such again."""
    from logitcheck.probe.hunt import task

    return task.run(request)


def _move(scratch: str) -> None:
    """Make the scratch folder this process's own place for everything."""
    os.chdir(scratch)
    tempfile.tempdir = scratch
    os.environ.update(HOME=scratch, TMPDIR=scratch)


def _redirect(output: str) -> None:
    """Send what anybody prints to a file, and give nothing to read."""
    printed = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(printed, 1)
    os.dup2(printed, 2)


def run(request: ProbeRequest, notify: Notify | None = None) -> dict[str, Any]:
    """Try the runtimes in order; return the first's measurements and what stopped the others.

    Data that do not fit the model fit it in no runtime, so they end the attempts.
    """
    attempts: list[dict[str, str]] = []
    measurements: dict[str, Any] | None = None
    for name in request.runtimes:
        try:
            measurements = _attempt(name, request, notify)
            break
        except RuntimeProblemError as problem:
            told = {"runtime": name, "kind": problem.kind, "reason": problem.reason}
            if problem.kind == "data":
                return {"measurements": None, "attempts": [told, *attempts]}
            attempts.append(told)
        except MemoryError:
            attempts.append({"runtime": name, "kind": "memory", "reason": "the memory limit was reached"})
        except Exception as problem:  # whatever a library raises is an outcome, never a traceback
            attempts.append({"runtime": name, "kind": "load-failure", "reason": shortened(problem)})
    return {"measurements": measurements, "attempts": attempts}


def _attempt(name: str, request: ProbeRequest, notify: Notify | None) -> dict[str, Any]:
    """Load the model in one runtime and measure it."""
    from logitcheck.probe.session import measured, silent

    module = importlib.import_module(f"logitcheck.probe.runtimes.{name}")
    return measurements_to_json(measured(module.load(request), request, notify or silent))
