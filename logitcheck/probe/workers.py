"""Starts a worker process, talks to it, and ends it with everything that came of it."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from logitcheck.probe import framing
from logitcheck.probe.protocol import Notify

LOG = "worker.log"
"""File in the worker's folder that takes what it and its libraries print."""

PASSED_ON = ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "TZ", "SYSTEMROOT")
"""Environment variables that a worker keeps; secrets live in the others."""

BOOT = """
import importlib.util, sys

def bring(name, path, folders=None):
    spec = importlib.util.spec_from_file_location(name, path, submodule_search_locations=folders)
    sys.modules[name] = module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module

package, requests, replies, folder = sys.argv[1:]
if sys.version_info < (3, 7):
    sys.exit("logitcheck runs models in Python 3.7 or newer, this is %d.%d" % sys.version_info[:2])
if sys.version_info < (3, 10):
    bring("logitcheck_older", package + "/probe/older.py").prepare()
bring("logitcheck", package + "/__init__.py", [package])
from logitcheck.probe.worker import main
main(int(requests), int(replies), folder)
"""
"""Imports this very package, and nothing else of ours, into whichever interpreter runs the worker."""


class Worker:
    """One worker process; ``python`` and ``device`` as in ProbeOptions. Raises OSError if it cannot start."""

    def __init__(self, python: str | None = None, device: str | None = None, boot: str = BOOT):
        self.folder = tempfile.mkdtemp(prefix="logitcheck-probe-")
        theirs, self._requests = os.pipe()
        self._replies, answers = os.pipe()
        package = str(Path(__file__).resolve().parents[1])
        flags = ["-B"] if sys.dont_write_bytecode else []
        arguments = [package, str(theirs), str(answers), self.folder]
        try:
            with Path(self.folder, LOG).open("wb") as log:
                self._process = subprocess.Popen(  # noqa: S603
                    [python or sys.executable, "-I", *flags, "-c", boot, *arguments],
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    pass_fds=(theirs, answers),
                    env=environment(self.folder, device, own=python is None),
                    cwd=self.folder,
                    start_new_session=True,
                )
        except OSError:
            self._release()
            raise
        finally:
            os.close(theirs)
            os.close(answers)

    @property
    def alive(self) -> bool:
        """Whether the process still runs."""
        return self._process.poll() is None

    def ask(self, request: dict[str, Any], timeout: float, progress: Notify | None = None) -> dict[str, Any]:
        """Send one request and return the answer, or a frame of kind ``no-worker``, ``lost`` or ``hung``.

        ``progress`` takes how many rows of the user's data are done, and of how many where that is known.
        """
        end = time.monotonic() + timeout
        try:
            framing.send(self._requests, request)
            while True:
                frame = framing.receive(self._replies, max(0.0, end - time.monotonic()))
                if frame.get("kind") != "progress":
                    return frame
                if progress:
                    progress(frame.get("rows", 0), frame.get("of"))
        except framing.LateFrameError:
            return {"kind": "hung"}
        except framing.BadFrameError as problem:
            return {"kind": "lost", "reason": f"rubbish in its answer: {problem}"}
        except (framing.ClosedPipeError, BrokenPipeError):
            return {"kind": "no-worker", "reason": self._last_words()}

    def close(self) -> None:
        """End the worker's whole process group and remove its folder."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._release()

    def _release(self) -> None:
        os.close(self._requests)
        os.close(self._replies)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _last_words(self) -> str:
        """Return the last line the worker printed."""
        try:
            lines = Path(self.folder, LOG).read_text(errors="replace").strip().splitlines()
        except OSError:
            lines = []
        return lines[-1][-300:] if lines else "it said nothing"


def environment(folder: str, device: str | None, *, own: bool = True) -> dict[str, str]:
    """Return the worker's environment: a few plain variables, everything else pointed at its own folder.

    In our ``own`` interpreter Keras runs on TensorFlow, in another on what its user has chosen for Keras.
    """
    kept = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    visible = "-1" if device is None else os.environ.get("CUDA_VISIBLE_DEVICES", "0")
    if device is not None and device.isdigit():
        visible = device
    return {
        **kept,
        "HOME": folder,
        "TMPDIR": folder,
        "KERAS_HOME": folder,
        "KERAS_BACKEND": "tensorflow" if own else chosen_backend(),
        "TF_CPP_MIN_LOG_LEVEL": "2",
        "CUDA_VISIBLE_DEVICES": visible,
    }


def chosen_backend() -> str:
    """Return the backend that the user chose for Keras 3, as Keras finds it: the variable, then the file.

    Empty where he chose none.
    """
    named = os.environ.get("KERAS_BACKEND")
    if named:
        return named
    folder = os.environ.get("KERAS_HOME")
    try:
        text = (Path(folder) if folder else Path.home() / ".keras").joinpath("keras.json").read_text()
        stored = json.loads(text).get("backend")
    except (OSError, ValueError, RuntimeError, AttributeError):
        return ""
    return stored if isinstance(stored, str) else ""
