"""The worker: imports its libraries once, then forks a confined process for each model it is asked about.

It never touches a model itself, so it stays clean and quick however bad the models are. Started as
``main(requests, replies, folder)``: two pipe ends and a scratch folder that it removes when the requests end.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import importlib.util
import os
import shutil
import sys

from logitcheck.probe import framing, supervisor
from logitcheck.probe.codec import request_from_json

LIBRARIES = {
    "keras3": ("keras",),
    "tf_keras": ("tf_keras", "keras"),
    "tflite": ("tensorflow.lite.python.interpreter",),
}
"""What a runtime needs beside TensorFlow, the first of these that there is."""


BACKENDS = ("tensorflow", "jax", "torch")
"""What Keras 3 may run on, in the order in which they are tried where nobody chose."""


def main(requests: int, replies: int, folder: str) -> None:
    """Serve requests until the pipe is closed."""
    gc.disable()  # a third of the time that importing TensorFlow takes; the children collect again
    problems: dict[str, str] = {}
    os.environ["KERAS_BACKEND"] = backend(os.environ.get("KERAS_BACKEND"))
    _import_tensorflow(problems)
    _import("logitcheck.probe.session", problems)
    try:
        while True:
            _serve(requests, replies, folder, problems)
    except (framing.ClosedPipeError, framing.BadFrameError, BrokenPipeError):
        pass
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _serve(requests: int, replies: int, folder: str, problems: dict[str, str]) -> None:
    request = request_from_json(framing.receive(requests))
    for runtime in request.runtimes:
        for library in LIBRARIES.get(runtime, ()):
            _import(library, problems)
            if library not in problems:
                break
    elsewhere = "keras3" in request.runtimes and os.environ["KERAS_BACKEND"] != "tensorflow"
    if "tensorflow" in problems and not elsewhere:
        framing.send(replies, {"kind": "missing-tensorflow", "reason": problems["tensorflow"]})
        return
    gc.freeze()  # a collection in the child would copy every page of the libraries
    child = os.fork()
    if child == 0:
        gc.enable()
        supervisor.main(request, replies, requests, folder)
    status = os.waitpid(child, 0)[1]
    if status:
        framing.send(replies, {"kind": "lost", "reason": f"its supervisor ended with status {status}"})


def backend(chosen: str | None) -> str:
    """Return what Keras 3 is to run on here: what was chosen if it is installed, else what is."""
    there = [name for name in BACKENDS if name in sys.modules or importlib.util.find_spec(name) is not None]
    return chosen if chosen in there else there[0] if there else BACKENDS[0]


def _import_tensorflow(problems: dict[str, str]) -> None:
    """Import TensorFlow without the Keras 3 that it imports along, and can do without, for its registrations.

    That is a fifth of the time, and only Keras 3 files need it: they import it themselves.
    """
    sys.modules["keras"] = None  # type: ignore[assignment]
    with contextlib.suppress(Exception):  # a TensorFlow that insists on Keras gets it below
        importlib.import_module("tensorflow")
    del sys.modules["keras"]
    _import("tensorflow", problems)


def _import(name: str, problems: dict[str, str]) -> None:
    """Import a library; what goes wrong is kept for the reply."""
    if sys.modules.get(name) or name in problems:
        return
    try:
        importlib.import_module(name)
    except Exception as problem:  # a broken installation raises anything
        problems[name] = f"{type(problem).__name__}: {problem}"
