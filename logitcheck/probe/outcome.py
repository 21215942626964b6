"""From the worker's answer to a report: measurements, or a plain sentence why there are none."""

from __future__ import annotations

import signal
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from logitcheck.finding import ProbeReport
from logitcheck.probe.codec import measurements_from_json
from logitcheck.probe.protocol import Measurements, ProbeRequest
from logitcheck.probe.witness import sentence

INSTALL = "pip install 'logitcheck[tensorflow]' here, or --python of an environment that has it"

LABELS = {
    "keras3": "keras 3",
    "saved_model": "saved-model",
    "saved_object": "saved-model",
    "graph_def": "graph-def",
}
"""What runs a model → as the report names it, where that is another name."""


def report_of(frame: Mapping[str, Any], request: ProbeRequest) -> tuple[Measurements | None, ProbeReport]:
    """Return measurements and report for one answer of the worker, which may be anything at all.

    ``details["kind"]`` of a failed probe: ``timeout``, ``crash``, ``memory``, ``ended``, ``garbage``,
    ``missing-tensorflow``, ``missing-library``, ``missing-classes``, ``load-failure``, ``run-failure``,
    ``no-weights``, ``code``, ``data``, ``no-worker``.
    """
    try:
        notes = _notes(frame)
    except (LookupError, TypeError, ValueError, AttributeError):
        notes = {}
    measurements, report = _answered(frame, request)
    if "tried" in notes:
        said = sentence(notes["tried"])
        report = replace(report, reason=f"{report.reason}; {said}" if report.reason else said)
    return measurements, replace(report, details={**notes, **report.details})


def _answered(frame: Mapping[str, Any], request: ProbeRequest) -> tuple[Measurements | None, ProbeReport]:
    if frame.get("kind") == "reply":
        try:
            return _reply(frame["reply"])
        except (LookupError, TypeError, ValueError, AttributeError):
            frame = {"kind": "garbage", "reason": "its reply has not the agreed form"}
    kind, reason = explained(frame, request)
    details = {"kind": kind}
    if frame.get("output"):
        details["output"] = str(frame["output"])[-2000:]
    return None, ProbeReport("failed", reason, details=details)


def _notes(frame: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the supervisor noted: the isolation in force, and what the model tried beside computing."""
    isolation = {str(key): str(value) for key, value in frame.get("isolation", {}).items()}
    tried = {
        str(kind): {"times": int(item["times"]), "first": str(item["first"])}
        for kind, item in frame.get("tried", {}).items()
    }
    return {name: value for name, value in (("isolation", isolation), ("tried", tried)) if value}


def _reply(reply: Mapping[str, Any]) -> tuple[Measurements | None, ProbeReport]:
    attempts = [_attempt(item) for item in reply["attempts"]]
    isolation = {str(key): str(value) for key, value in reply["isolation"].items()}
    details: dict[str, Any] = {"isolation": isolation}
    if attempts:
        details["attempts"] = attempts
    if reply["measurements"] is None:
        first = attempts[0]
        details["kind"] = first["kind"]
        return None, ProbeReport("failed", first["reason"], first["runtime"], details=details)
    measurements = measurements_from_json(reply["measurements"])
    details.update(versions=dict(measurements.versions), **measurements.extra)
    return measurements, ProbeReport("ran", None, measurements.runtime, details=details)


def _attempt(item: Mapping[str, Any]) -> dict[str, str]:
    """Return what stopped one runtime, under the runtime's name in reports."""
    told = {key: str(item[key]) for key in ("runtime", "kind", "reason")}
    return {**told, "runtime": LABELS.get(told["runtime"], told["runtime"])}


def explained(frame: Mapping[str, Any], request: ProbeRequest) -> tuple[str, str]:
    """Return kind and sentence for an answer without a reply."""
    kind = str(frame.get("kind"))
    said = str(frame.get("reason", ""))[:300]
    if kind == "ended":
        return _ended(frame, request)
    sentences = {
        "timeout": f"it did not finish within {request.timeout:g} s (--probe-timeout)",
        "garbage": f"the model's process wrote rubbish into the protocol ({said})",
        "missing-tensorflow": f"TensorFlow cannot be imported ({said}); {INSTALL}",
        "no-worker": f"the worker did not start ({said})",
        "lost": f"the worker was lost ({said})",
        "hung": "the worker did not answer",
    }
    if kind not in sentences:
        return "garbage", "the worker's answer has not the agreed form"
    return {"lost": "no-worker", "hung": "timeout"}.get(kind, kind), sentences[kind]


def _ended(frame: Mapping[str, Any], request: ProbeRequest) -> tuple[str, str]:
    """The model's process ended by itself, without a reply: by a signal, or with an exit status."""
    number = frame.get("signal")
    printed = str(frame.get("output", ""))
    if number == signal.SIGKILL or (number == signal.SIGABRT and out_of_memory(printed)):
        return (
            "memory",
            f"it was ended for want of memory (limit {request.memory >> 20} MiB beyond TensorFlow)",
        )
    if number == signal.SIGXCPU:
        return "timeout", "it used up its processor time"
    if isinstance(number, int):
        return "crash", f"it crashed with {signal_name(number)}"
    return "ended", f"the model's process ended itself with status {frame.get('status')} and said nothing"


def signal_name(number: int) -> str:
    """Return ``SIGSEGV`` and the like."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def out_of_memory(printed: str) -> bool:
    """Tell whether a C++ library's last words are about memory."""
    marks = (
        "bad_alloc",
        "out of memory",
        "Cannot allocate memory",
        "Resource temporarily unavailable",
        "OOM",
    )
    return any(mark in printed for mark in marks)
