"""Fused recurrent cells of TensorFlow and TensorFlow Lite: gates in [0, 1], outputs o tanh(c) in [-1, 1]."""

from __future__ import annotations

from logitcheck.analysis.context import Context
from logitcheck.analysis.interval import REALS, UNIT, Interval
from logitcheck.analysis.laws.base import Law, result
from logitcheck.analysis.tensor import Tensor
from logitcheck.graph import Node

SIGNED = Interval(-1.0, 1.0)


def lstm_block(node: Node, inputs: list[Tensor], ctx: Context) -> tuple[Tensor, ...]:
    """y = i, cs, f, o, ci, co, h of one step, or of all steps with time first."""
    every = node.op.startswith("BlockLSTM")
    x, cell = inputs[1 if every else 0], inputs[2 if every else 1]
    shape = None if cell.shape is None else (x.size(0), *cell.shape) if every else cell.shape
    images = (UNIT, REALS, UNIT, UNIT, SIGNED, SIGNED, SIGNED)
    return tuple(result(inputs, shape, x.dtype, image, trained=True) for image in images)


def gru_block(node: Node, inputs: list[Tensor], ctx: Context) -> tuple[Tensor, ...]:
    """y = r, u, c, h of one step: h = u h' + (1 - u) c lies between the last state and the candidate."""
    x, state = inputs[:2]
    images = (UNIT, UNIT, SIGNED, state.interval.join(SIGNED))
    return tuple(result(inputs, state.shape, x.dtype, image, trained=True) for image in images)


def lite_lstm(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = o tanh(c) of every step; anything where a projection or another activation comes after."""
    plain = not node.attrs.get("projected") and node.attrs.get("activation") == "tanh"
    return result(inputs, node.attrs.get("shape"), inputs[0].dtype, SIGNED if plain else REALS, trained=True)


LAWS: dict[str, Law] = {
    **dict.fromkeys(("LSTMBlockCell", "BlockLSTM", "BlockLSTMV2"), lstm_block),
    "GRUBlockCell": gru_block,
    "LiteLSTM": lite_lstm,
}
