"""A runtime that needs no Keras: the audited op graph, run with TensorFlow's raw ops and the file's weights.

It runs every file whose layers are lowered, whichever Keras wrote it, and deserialises nothing foreign.
"""

from logitcheck.probe.runtimes.own.runtime import load

__all__ = ["load"]
