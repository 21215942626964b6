"""The worker: imports TensorFlow once, then forks a confined process for each model it is asked about.

It never touches a model itself, so it stays clean and quick however bad the models are. Started as
``main(requests, replies, folder)``: two pipe ends and a scratch folder that it removes when the requests end.
"""

from __future__ import annotations

import importlib
import os
import shutil
import sys

from logitcheck.probe import framing, supervisor
from logitcheck.probe.protocol import request_from_json

LIBRARIES = {"keras3": "keras", "tf_keras": "tf_keras", "tflite": "tensorflow.lite.python.interpreter"}
"""What a runtime needs beside TensorFlow."""


def main(requests: int, replies: int, folder: str) -> None:
    """Serve requests until the pipe is closed."""
    problems: dict[str, str] = {}
    _import("tensorflow", problems)
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
        if runtime in LIBRARIES:
            _import(LIBRARIES[runtime], problems)
    if "tensorflow" in problems:
        framing.send(replies, {"kind": "missing-tensorflow", "reason": problems["tensorflow"]})
        return
    child = os.fork()
    if child == 0:
        supervisor.main(request, replies, requests, folder)
    status = os.waitpid(child, 0)[1]
    if status:
        framing.send(replies, {"kind": "lost", "reason": f"its supervisor ended with status {status}"})


def _import(name: str, problems: dict[str, str]) -> None:
    """Import a library; what goes wrong is kept for the reply."""
    if sys.modules.get(name) or name in problems:
        return
    try:
        importlib.import_module(name)
    except Exception as problem:  # a broken installation raises anything
        problems[name] = f"{type(problem).__name__}: {problem}"
