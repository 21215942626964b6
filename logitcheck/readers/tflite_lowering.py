"""The nodes made of a TensorFlow Lite subgraph, and one op of it with what it reads."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from logitcheck.graph import Node, Ref
from logitcheck.readers.flatbuffer import Table
from logitcheck.readers.tflite_schema import RELU, RELU6, RELU_N1_TO_1, TANH
from logitcheck.readers.tflite_tensors import LiteTensor


class Lowering:
    """Collects the nodes of one subgraph."""

    def __init__(self) -> None:
        self.nodes: dict[str, Node] = {}

    def add(self, name: str, op: str, *inputs: Ref, **attrs: Any) -> Ref:
        """Append a node and return its first output; a name that is taken gets a number."""
        unique, count = name, 1
        while unique in self.nodes:
            unique, count = f"{name}_{count}", count + 1
        self.nodes[unique] = Node(unique, op, inputs, attrs)
        return Ref(unique)

    def constant(self, name: str, value: Any, dtype: str = "int32") -> Ref:
        """Append a constant of our own making."""
        import numpy as np

        array = np.array(value, dtype)
        return self.add(name, "Const", dtype=dtype, shape=array.shape, value=array)

    def activated(self, name: str, ref: Ref, fused: int) -> Ref:
        """Append the activation that an op has built in."""
        if fused == RELU_N1_TO_1:
            low = self.constant(f"{name}/low", -1.0, "float32")
            high = self.constant(f"{name}/high", 1.0, "float32")
            return self.add(name, "Minimum", self.add(f"{name}/Maximum", "Maximum", ref, low), high)
        op = {RELU: "Relu", RELU6: "Relu6", TANH: "Tanh"}.get(fused)
        if op is None:
            return self.add(name, "Unknown", ref, what=f"fused activation {fused}")
        return self.add(name, op, ref)


class Operator:
    """One op with what it reads."""

    def __init__(
        self,
        kind: str,
        options: Table | None,
        tensors: list[LiteTensor | None],
        refs: list[Ref],
        slots: Sequence[int] = (),
    ):
        self.kind = kind
        self.options = options
        self.tensors = [tensor for tensor in tensors if tensor is not None]
        self.refs = refs
        self.slots = slots
        """The places of the inputs that are given: optional ones may be left out."""

    def number(self, field: int, code: str = "<i", default: int = 0) -> int:
        """Return an integer option."""
        return self.options.integer(field, code, default) if self.options else default

    def flag(self, field: int) -> bool:
        """Return a bool option."""
        return self.options.flag(field) if self.options else False
