"""Recurrent layers: one composite node for the loop, with the weights of its cell as inputs.

Attributes of ``KerasLSTM``, ``KerasGRU``, ``KerasSimpleRNN`` and ``KerasConvLSTM``: ``units`` (``filters``),
``activation``, ``recurrent_activation``, ``return_sequences``, ``return_state``, ``go_backwards``,
``reset_after`` (GRU), ``keras`` (major version: the meaning of ``hard_sigmoid``) and ``roles``, what the
node's inputs are, in order: ``x``, ``kernel``, ``recurrent_kernel``, ``bias``, ``state_0``…, ``mask``.
Outputs: the last output or all of them, then the states where ``return_state`` is set.
"""

from __future__ import annotations

from typing import Any

from logitcheck.graph import Shape
from logitcheck.layers.activation_names import ACTIVATIONS, foreign, name_of
from logitcheck.layers.builder import Builder
from logitcheck.layers.state import Value
from logitcheck.layers.structure import container_names
from logitcheck.topology import LayerConfig

GATES = {"LSTM": 4, "GRU": 3, "SimpleRNN": 1}
STATES = {"LSTM": 2, "GRU": 1, "SimpleRNN": 1}
PIECES = {"LSTM": ("icfo", "ifco"), "ConvLSTM": ("icfo", "ifco"), "GRU": ("zrh", "zrh")}
"""The gates of a layer as Keras 1 stored them one by one, and as they stand in one kernel since."""


def recurrent(
    b: Builder,
    x: Any,
    mask: Value | None = None,
    initial_state: Any = None,
    sequence: Value | None = None,
    **_: Any,
) -> Any:
    """LSTM, GRU and SimpleRNN, those of cuDNN included."""
    kind = b.layer.class_name.removeprefix("CuDNN")
    x = sequence if x is None else x
    inputs, states = split_states(x, initial_state)
    return run_cell(b, b.sub(b.layer, "cell"), kind, inputs, states, mask or b.mask(inputs), b.config)


def split_states(x: Any, initial_state: Any) -> tuple[Value, list[Value]]:
    """Take apart a list of input and first states, as Keras 2 stores a call with states."""
    if isinstance(x, Value):
        states = initial_state
    else:
        x, *states = x
        states = states or initial_state
    if isinstance(states, Value):
        states = [states]
    return x, list(states or [])


def run_cell(
    b: Builder, cell: Builder, kind: str, x: Value, states: list[Value], mask: Value | None, loop: Any
) -> Any:
    """Write the composite node of one cell's loop; ``loop`` holds the loop's own settings."""
    units = int(cell.config["units"])
    weights = _cell_weights(cell, kind, units, None if x.shape is None else x.shape[-1])
    named = {"x": x, **weights, **{f"state_{i}": s for i, s in enumerate(states)}}
    if mask is not None:
        named["mask"] = mask
    attrs = _cell_attrs(cell, kind, units) | loop_attrs(loop)
    batch, time = (None, None) if x.shape is None else (x.shape[0], x.shape[1])
    return loop_node(b, f"Keras{kind}", named, attrs, (batch, time, units), (batch, units), STATES[kind])


def loop_node(
    b: Builder, op: str, named: dict[str, Value], attrs: dict[str, Any], all_: Shape, last: Shape, states: int
) -> Any:
    """Write the loop as one node; ``named`` are inputs by role, ``all_`` and ``last`` shapes of outputs."""
    dtype = named["x"].dtype
    shapes = [all_ if attrs["return_sequences"] else last]
    shapes += [last] * states if attrs["return_state"] else []
    results = b.outputs(op, named.values(), [(shape, dtype) for shape in shapes], **attrs, roles=tuple(named))
    if attrs["return_sequences"] and "mask" in named:
        b.state.masks[results[0].ref] = named["mask"]
    return results if len(results) > 1 else results[0]


def _cell_weights(cell: Builder, kind: str, units: int, width: int | None) -> dict[str, Value]:
    if in_pieces(cell, kind):
        return joined_gates(cell, kind, (width, units), (units, units), (units,))
    gates = GATES[kind] * units
    own = {
        "kernel": cell.weight("kernel", (width, gates)),
        "recurrent_kernel": cell.weight("recurrent_kernel", (units, gates)),
    }
    shape: Shape = (gates,)
    if cell.layer.class_name.startswith("CuDNN"):
        shape = (2 * gates,)
    elif kind == "GRU" and cell.config.get("reset_after"):
        shape = (2, gates)
    if cell.config.get("use_bias", True):
        own["bias"] = cell.weight("bias", shape)
    return own


def in_pieces(cell: Builder, kind: str) -> bool:
    """Tell whether a layer keeps every gate apart, as Keras 1 did unless it was built for a GPU."""
    return cell.keras == 1 and kind in PIECES and cell.config.get("consume_less") != "gpu"


def joined_gates(cell: Builder, kind: str, kernel: Shape, recurrent: Shape, bias: Shape) -> dict[str, Value]:
    """Join the gates that Keras 1 stored apart, kernels and bias in turn, in the order of Keras 2.

    Source: ``preprocess_weights_for_loading`` of Keras 2.0 to 2.3.
    """
    from logitcheck.layers.tensors import concat

    shapes = {"W": kernel, "U": recurrent, "b": bias}
    stored, order = PIECES[kind]
    parts = {gate: [cell.weight(f"{of}_{gate}", shape) for of, shape in shapes.items()] for gate in stored}
    joined = [concat(cell, values, -1) for values in zip(*(parts[gate] for gate in order), strict=True)]
    return dict(zip(("kernel", "recurrent_kernel", "bias"), joined, strict=True))


def _cell_attrs(cell: Builder, kind: str, units: int) -> dict[str, Any]:
    config, cudnn = cell.config, cell.layer.class_name.startswith("CuDNN")
    attrs = {
        "units": units,
        "activation": function_name(config.get("activation", "tanh")),
        "keras": cell.keras,
        "cudnn": cudnn,
    }
    if kind != "SimpleRNN":
        attrs["recurrent_activation"] = function_name(config.get("recurrent_activation", "sigmoid"))
    if kind == "GRU":
        attrs["reset_after"] = cudnn or bool(config.get("reset_after"))
    return attrs


def function_name(spec: Any) -> str:
    """Return an activation's name; ValueError for one that is not Keras's."""
    name = name_of(spec)
    if foreign(spec) or (name != "linear" and name not in ACTIVATIONS):
        raise ValueError(f"activation {name}")
    return name


def loop_attrs(loop: Any) -> dict[str, Any]:
    """Return what a layer's configuration says of its loop."""
    return {name: bool(loop.get(name)) for name in ("return_sequences", "return_state", "go_backwards")}


def rnn(b: Builder, x: Any, mask: Value | None = None, initial_state: Any = None, **_: Any) -> Any:
    """The loop around a cell, or around several stacked."""
    inputs, states = split_states(x, initial_state)
    mask = mask or b.mask(inputs)
    cell = b.layer.inner[0]
    if cell.class_name == "StackedRNNCells":
        names = [f"cell/cells/{name}" for name in container_names(cell.inner)]
        return _stack(b, [*zip(cell.inner, names, strict=True)], inputs, states, mask)
    kind = _kind(cell)
    return run_cell(b, b.sub(cell, "cell"), kind, inputs, states, mask, b.config)


def _kind(cell: LayerConfig) -> str:
    kind = cell.class_name.removesuffix("Cell")
    if kind not in GATES or kind == cell.class_name:
        raise ValueError(f"cell {cell.class_name}")
    return kind


def cell_call(b: Builder, x: Value, states: Any = None, **_: Any) -> Any:
    """One step of a cell called by itself: a loop of one step. Answers the output and the new states."""
    from logitcheck.layers.tensors import expand

    given = [states] if isinstance(states, Value) else list(states or [])
    loop = {"return_state": True}
    y, *new = run_cell(b, b, _kind(b.layer), expand(b, x, 1), given, None, loop)
    return [y, new]


def stacked_cells(b: Builder, x: Value, states: Any = None, **_: Any) -> Any:
    """One step of several cells, each fed by the one before."""
    new = []
    per_cell = list(states or [None] * len(b.layer.inner))
    for cell, name, own in zip(b.layer.inner, container_names(b.layer.inner), per_cell, strict=True):
        x, after = cell_call(b.sub(cell, f"cells/{name}"), x, own)
        new.append(after)
    return [x, new]


def _stack(
    b: Builder, cells: list[tuple[LayerConfig, str]], x: Value, states: list[Value], mask: Value | None
) -> Any:
    """Run stacked cells one after another: each sees the whole sequence of the one before."""
    last: list[Value] = []
    loop = dict(b.config)
    for number, (cell, inner) in enumerate(cells):
        kind = _kind(cell)
        own, states = states[: STATES[kind]], states[STATES[kind] :]
        final = number == len(cells) - 1
        settings = {
            "return_sequences": loop.get("return_sequences") if final else True,
            "return_state": loop.get("return_state"),
            "go_backwards": loop.get("go_backwards") if number == 0 else False,
        }
        result = run_cell(b, b.sub(cell, inner), kind, x, own, mask, settings)
        x, *new = [result] if isinstance(result, Value) else result
        last += new
    return [x, *last] if last else x
