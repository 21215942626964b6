"""A real worker, with a runtime in place of TensorFlow that executes the model file as Python code."""

from __future__ import annotations

import time
from pathlib import Path

from logitcheck.graph import Ref
from logitcheck.model import Input, Model, Output, Writer
from logitcheck.probe.workers import BOOT

FAKE = """
import ctypes, os, resource, signal, socket, sys, time, types
import numpy as np
sys.modules["tensorflow"] = types.ModuleType("tensorflow")
runtime = types.ModuleType("logitcheck.probe.runtimes.fake")
sys.modules["logitcheck.probe.runtimes.fake"] = runtime
from logitcheck.probe.protocol import InputPlan
from logitcheck.probe.runtimes.runtime import RuntimeProblemError
class Fake:
    label, versions, inputs = "fake", {"fake": "1"}, (InputPlan("x", (None, 2), "float32"),)
    def run(self, arrays):
        return {"out": arrays[0] * 2 + np.float32(told)}
def load(request):
    global told
    told = 0.0
    with open(request.path) as file:
        exec(file.read(), globals())
    return Fake()
runtime.load = load
"""
FAKE_BOOT = BOOT.replace("from logitcheck.probe.worker", FAKE + "from logitcheck.probe.worker")


def boot_without(*measures: str) -> str:
    """The worker's first words where the kernel refuses namespaces, seccomp or Landlock."""
    replaced = {
        "namespaces": "import logitcheck.probe.namespaces as n\nn.enter = lambda: 'refused'\n",
        "seccomp": "import logitcheck.probe.seccomp as s\ns.restrict = refuse\n",
        "landlock": "import logitcheck.probe.landlock as l\nl.restrict = refuse\n",
    }
    refuse = "def refuse(*_, **__): raise OSError('refused')\n"
    lines = "".join(replaced[name] for name in measures)
    return FAKE_BOOT.replace("from logitcheck.probe.worker", refuse + lines + "from logitcheck.probe.worker")


def model_at(path):
    return Model(
        str(path),
        "keras-hdf5",
        Writer("keras", "2.4.0"),
        inputs=(Input("x", "x", (None, 2)),),
        outputs=(Output("out", Ref("out")),),
    )


def descendants(folder):
    """Every living process that was forked from the worker of this folder: they keep its command line."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            words = (entry / "cmdline").read_bytes().split(b"\0") if entry.name.isdigit() else []
        except OSError:
            continue
        if folder.encode() in words:
            found.append(int(entry.name))
    return found


def assert_alone(worker):
    """The supervisor answers just before it ends, so give it a moment."""
    end = time.monotonic() + 5
    while (living := descendants(worker.folder)) != [worker._process.pid]:
        assert time.monotonic() < end, living
        time.sleep(0.005)
