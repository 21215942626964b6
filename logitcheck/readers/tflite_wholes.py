"""TensorFlow Lite's ops that hold a whole computation: an LSTM, a normalisation, the end of a detector.

Source: ``tensorflow/lite/kernels`` (``unidirectional_sequence_lstm``, ``l2norm``, ``detection_postprocess``).
"""

from __future__ import annotations

from logitcheck.graph import Ref
from logitcheck.readers.tflite_lowering import Lowering, Operator
from logitcheck.readers.tflite_schema import TANH
from logitcheck.readers.tflite_tensors import LiteTensor

PROJECTION = 16
"""Where an LSTM's projection weights stand among its inputs."""

SMALLEST = 1e-12
"""What a sum of squares is held above."""


def lstm(made: Lowering, name: str, op: Operator, out: LiteTensor) -> Ref:
    """Append an LSTM over all steps: only its bounds are followed, so it reads its input alone."""
    activation = "tanh" if op.number(0, "<b") == TANH else "other"
    projected = PROJECTION in op.slots
    return made.add(name, "LiteLSTM", op.refs[0], shape=out.shape, activation=activation, projected=projected)


def unit_length(made: Lowering, name: str, op: Operator, _: LiteTensor) -> Ref:
    """x / sqrt(sum of x² along the last axis)."""
    x = op.refs[0]
    squares = made.add(f"{name}/Square", "Square", x)
    total = made.add(f"{name}/Sum", "Sum", squares, made.constant(f"{name}/axis", -1), keep_dims=True)
    held = made.add(f"{name}/Maximum", "Maximum", total, made.constant(f"{name}/least", SMALLEST, "float32"))
    return made.add(name, "Mul", x, made.add(f"{name}/Rsqrt", "Rsqrt", held))


def post_process(made: Lowering, name: str, op: Operator, out: LiteTensor) -> Ref:
    """Append the suppression of overlapping boxes: boxes, classes, scores and how many are valid.

    The inputs are encoded boxes, scores ``[batch, n, classes]`` and anchors.
    """
    return made.add(name, "LiteDetection", *op.refs, shape=out.shape)
