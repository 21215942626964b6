"""Writes small graphs by hand, for cases of what sums to one."""

from __future__ import annotations

from typing import Any

import numpy as np

from logitcheck.analysis.analyse import analyse
from logitcheck.analysis.facts import Facts
from logitcheck.analysis.tensor import Tensor
from logitcheck.graph import Graph, Node, Ref
from logitcheck.model import Input, Model


class Sheet:
    """Collects nodes; :meth:`tensor` analyses them all and tells about one."""

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self.inputs: list[Input] = []

    def x(self, *shape: int | None, dtype: str = "float32") -> Ref:
        name = f"x{len(self.inputs)}"
        self.inputs.append(Input(name, name, shape, dtype))
        return self._add(name, "Placeholder", (), {"dtype": dtype, "shape": shape})

    def weight(self, *shape: int) -> Ref:
        return self.op("Weight", shape=shape, dtype="float32", key=None)

    def const(self, value: Any, dtype: str = "float32") -> Ref:
        return self.op("Const", value=np.array(value, dtype), dtype=dtype)

    def axis(self, *axes: int) -> Ref:
        return self.const(axes, "int32")

    def op(self, op: str, *inputs: Ref, **attrs: Any) -> Ref:
        return self._add(f"{op}_{len(self.nodes)}", op, inputs, attrs)

    def _add(self, name: str, op: str, inputs: tuple[Ref, ...], attrs: dict[str, Any]) -> Ref:
        self.nodes.append(Node(name, op, inputs, attrs))
        return Ref(name)

    def facts(self) -> Facts:
        graph = Graph(tuple(self.nodes), tuple(i.node for i in self.inputs))
        return analyse(Model("sheet", "graph-def", graph=graph, inputs=tuple(self.inputs)))

    def tensor(self, ref: Ref) -> Tensor:
        return self.facts().serving.of(ref)

    def softmax(self, *shape: int | None) -> Ref:
        return self.op("Softmax", self.x(*shape))

    def reduce(self, op: str, x: Ref, *axes: int, keep: bool = True) -> Ref:
        return self.op(op, x, self.axis(*axes), keep_dims=keep)
