"""What the model's process does when it is asked to hunt or to replay."""

from __future__ import annotations

from typing import Any

from logitcheck.errors import NotAudited
from logitcheck.model import Model
from logitcheck.probe.protocol import ProbeRequest
from logitcheck.probe.runtimes.runtime import RuntimeProblemError, shortened


def run(request: ProbeRequest) -> dict[str, Any]:
    """Return ``finds`` or ``replay``, or the ``reason`` why there are none."""
    try:
        model = _model(request)
        if request.task == "replay":
            from logitcheck.probe.hunt.replay import replay

            return {"replay": replay(model, request.witness or "")}
        from logitcheck.probe.hunt.answers import answers
        from logitcheck.probe.hunt.search import hunt

        return {"finds": answers(hunt(model, request))}
    except RuntimeProblemError as problem:
        return {"reason": problem.reason}
    except MemoryError:
        return {"reason": "the memory limit was reached"}
    except Exception as problem:  # whatever a library raises is an outcome, never a traceback
        return {"reason": shortened(problem)}


def _model(request: ProbeRequest) -> Model:
    from logitcheck.readers.dispatch import read

    try:
        return read(request.path)
    except NotAudited as problem:
        raise RuntimeProblemError("load-failure", problem.reason) from problem
