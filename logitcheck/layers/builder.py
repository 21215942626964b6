"""What a lowering writes with: nodes, constants and weights of one layer, shapes and dtypes tracked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from operator import attrgetter
from typing import Any

import numpy as np

from logitcheck.graph import Ref, Shape
from logitcheck.layers.dtypes import policy_name
from logitcheck.layers.shapes import broadcast
from logitcheck.layers.state import State, Value
from logitcheck.model import Sighting
from logitcheck.topology import LayerConfig

SAME: Any = object()
"""Marks a shape that is that of the first input."""

REF = attrgetter("ref")
NO_ATTRS: Mapping[str, Any] = {}
FLOATS = frozenset(("float16", "bfloat16", "float32", "float64"))


class Builder:
    """Writes the nodes of one layer."""

    def __init__(
        self,
        state: State,
        layer: LayerConfig,
        owner: str,
        inner: str = "",
        compute: str = "float32",
        variable: str = "float32",
    ) -> None:
        self.state, self.layer = state, layer
        self.config: Mapping[str, Any] = layer.config
        """The layer's arguments."""

        self.keras = state.keras
        """Major version of the Keras whose semantics count."""

        self.owner = owner
        """Path of the layer as the model lists it: nested models' names and its own, joined by ``/``."""

        self.inner = inner
        """Inside a layer that holds others: attribute names from it to here (``forward_layer/cell``)."""

        self._prefix = f"{owner}/{inner}/" if inner else f"{owner}/"
        self.compute, self.variable = compute, variable
        """Dtypes: what the layer computes in, and what its weights are kept in."""

    @property
    def quantized(self) -> bool:
        """Whether the layer's weights are integers with scales (Keras 3's ``int8_from_float32``)."""
        return "_from_" in (policy_name(self.layer.config.get("dtype")) or "")

    def op(self, op: str, *inputs: Value, shape: Any = SAME, dtype: str | None = None, **attrs: Any) -> Value:
        """Write one node with one output; shape and dtype are the first input's where not given."""
        name = self.state.write(self._prefix + op, op, tuple(map(REF, inputs)), attrs or NO_ATTRS, self.owner)
        return Value(Ref(name), inputs[0].shape if shape is SAME else shape, dtype or inputs[0].dtype)

    def placeholder(self, name: str, shape: Shape, dtype: str) -> Value:
        """Write an input of the whole model."""
        node = self.state.write(name, "Placeholder", (), {"dtype": dtype, "shape": shape}, self.owner)
        return Value(Ref(node), shape, dtype)

    def outputs(
        self, op: str, inputs: Iterable[Value], results: Iterable[tuple[Shape, str | None]], **attrs: Any
    ) -> tuple[Value, ...]:
        """Write one node with several outputs, each of the given shape and dtype."""
        name = self.state.write(self._prefix + op, op, tuple(map(REF, inputs)), attrs or NO_ATTRS, self.owner)
        return tuple(Value(Ref(name, i), shape, dtype) for i, (shape, dtype) in enumerate(results))

    def binary(self, op: str, x: Value, y: Value, dtype: str | None = None, **attrs: Any) -> Value:
        """Write an elementwise node of two inputs that broadcast."""
        shape = x.shape if x.shape == y.shape else broadcast(x.shape, y.shape)
        return self.op(op, x, y, shape=shape, dtype=dtype, **attrs)

    def scalar(self, value: float, like: Value) -> Value:
        """Return a constant of the dtype of another tensor (of the layer, where that one's is unknown)."""
        return self.const(value, like.dtype or self.compute)

    def const(self, value: Any, dtype: str = "int32") -> Value:
        """Return a constant; small ones of the same value share a node."""
        array = np.asarray(value, _numpy_dtype(dtype))
        key = (
            ("const", dtype, array.shape, array.tobytes()) if array.size <= 16 and dtype != "string" else None
        )
        if key is not None and key in self.state.values:
            return self.state.values[key]
        wish, owner = (f"{self.owner}/Const", self.owner) if key is None else ("Const", None)
        name = self.state.write(wish, "Const", (), {"value": array, "dtype": dtype}, owner)
        result = Value(Ref(name), array.shape, dtype)
        if key is not None:
            self.state.values[key] = result
        return result

    def values_of(self, x: Value) -> list[Any] | None:
        """Return the numbers of a small constant vector, None for anything else."""
        for key, value in self.state.values.items():
            if key[0] == "const" and value.ref == x.ref and len(key[2]) == 1:
                return list(np.frombuffer(key[3], _numpy_dtype(key[1])))
        return None

    def axes(self, *axes: int) -> Value:
        """Return a constant vector of axes."""
        return self.const(axes, "int32")

    def weight(
        self,
        slot: str,
        shape: Shape,
        dtype: str | None = None,
        *,
        inner: str = "",
        trainable: bool = True,
        cast: bool = True,
    ) -> Value:
        """Return a stored tensor of the layer, cast to what the layer computes in.

        Weights must be asked for in Keras's order (``layer.weights``): that gives them their position.
        ``inner`` goes on from the builder's own. Attributes of the node: ``path`` (of the layer that the
        model lists), ``slot``, ``position`` (in all of that layer's), ``inner`` (attribute names
        from there to the object that owns the tensor, as Keras 3 files do), ``inner_position`` (in that
        object's own tensors), ``trainable``, ``key`` (None until bound), ``shape``, ``dtype``.
        """
        inside = self._inside(inner)
        place = ("weight", self.owner, inside, slot)
        values = self.state.values
        value = values.get(place)
        if value is None:
            value = values[place] = self._new_weight(slot, shape, dtype or self.variable, inside, trainable)
        return self.cast(value, self.compute) if cast and value.dtype in FLOATS else value

    def _inside(self, inner: str) -> str:
        """Return the attribute names from the layer that the model lists to something inside this one."""
        return f"{self.inner}/{inner}" if self.inner and inner else self.inner or inner

    def _new_weight(self, slot: str, shape: Shape, dtype: str, inside: str, trainable: bool) -> Value:
        state, owner = self.state, self.owner
        positions, own = state.positions, f"{owner}\0{inside}"
        position, inner_position = positions.get(owner, 0), positions.get(own, 0)
        positions[own], positions[owner] = inner_position + 1, position + 1
        attrs = {
            "key": None,
            "path": owner,
            "slot": slot,
            "position": position,
            "inner": inside,
            "inner_position": inner_position,
            "trainable": trainable and self.config.get("trainable", True) is not False,
            "shape": shape,
            "dtype": dtype,
        }
        wish = f"{owner}/{inside}/{slot}" if inside else f"{owner}/{slot}"
        name = state.write(wish, "Weight", (), attrs, owner)
        return Value(Ref(name), shape, dtype)

    def skip(self) -> None:
        """Leave out a tensor of the layer's own that a Keras 3 file holds a second time elsewhere."""
        own = f"{self.owner}\0{self.inner}"
        self.state.positions[own] = self.state.positions.get(own, 0) + 1

    def cast(self, x: Value, dtype: str) -> Value:
        """Return the tensor in another dtype; itself where it already is."""
        if x.dtype == dtype:
            return x
        key = ("cast", x.ref, dtype)
        if key not in self.state.values:
            self.state.values[key] = self.op("Cast", x, dtype=dtype, DstT=dtype)
        return self.state.values[key]

    def floated(self, x: Value) -> Value:
        """Return the tensor in the dtype the layer computes in, whatever it was."""
        return x if x.dtype is None else self.cast(x, self.compute)

    def unknown(self, what: str, *inputs: Value, shape: Shape = None, dtype: str | None = None) -> Value:
        """Write a node that is not understood, and take note of it."""
        value = self.op("Unknown", *inputs, shape=shape, dtype=dtype, what=what) if inputs else None
        if value is None:
            name = self.state.write(f"{self._prefix}Unknown", "Unknown", (), {"what": what}, self.owner)
            value = Value(Ref(name), shape, dtype)
        self.note("unknown-layer", what)
        return Value(value.ref, shape, dtype)

    def note(self, kind: str, what: str, **detail: Any) -> None:
        """Remember something a rule has to know."""
        self.state.sightings.append(Sighting(kind, self.owner, what, detail))

    def sub(self, layer: LayerConfig, inner: str) -> Builder:
        """Return a builder for a layer inside this one."""
        return Builder(self.state, layer, self.owner, self._inside(inner), self.compute, self.variable)

    def call(self, layer: LayerConfig, inner: str, *args: Any, **kwargs: Any) -> Any:
        """Lower a call of a layer inside this one; ``inner`` is the attribute Keras keeps it under."""
        return self.state.call(self.state, layer, self.owner, self._inside(inner), args, kwargs)

    def mask(self, x: Any) -> Value | None:
        """Return the mask that travels with a tensor, None where there is none."""
        return self.state.masks.get(x.ref) if isinstance(x, Value) else None


def _numpy_dtype(dtype: str) -> Any:
    if dtype == "bfloat16":
        return np.float32
    return object if dtype == "string" else np.dtype(dtype)
