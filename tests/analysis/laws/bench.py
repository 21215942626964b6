"""A bench for laws: one op on boxes, constants or distributions, and what must hold of its result."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from logitcheck.analysis.interpreter import Interpreter
from logitcheck.analysis.interval import Interval
from logitcheck.analysis.tensor import Tensor
from logitcheck.graph import Graph, Node, Ref

SLACK = 1e-4


class Box(NamedTuple):
    """Any numbers of a shape between two ends."""

    shape: tuple[int, ...]
    low: float = -2.0
    high: float = 3.0
    dtype: str = "float32"

    def sample(self, random: np.random.Generator) -> np.ndarray:
        """Numbers inside, both ends among them."""
        values = random.uniform(self.low, self.high, self.shape)
        flat = values.reshape(-1)
        flat[:1], flat[-1:] = self.low, self.high
        return values.astype(self.dtype)

    def tensor(self) -> Tensor:
        return Tensor(self.shape, self.dtype, Interval(self.low, self.high), may_nan=False, may_inf=False)


class Simplex(NamedTuple):
    """Nonnegative numbers that sum to 1 along an axis."""

    shape: tuple[int, ...]
    axis: int = -1

    def sample(self, random: np.random.Generator) -> np.ndarray:
        values = random.uniform(0.01, 1, self.shape)
        return (values / values.sum(self.axis, keepdims=True)).astype("float32")

    def tensor(self) -> Tensor:
        return Tensor(self.shape, "float32", Interval(0, 1), self.axis, may_nan=False, may_inf=False)


def derive(op: str, arguments: Sequence[Any], attrs: dict[str, Any], outputs: int = 1) -> list[Tensor]:
    """What the law of an op says on boxes and constants."""
    nodes, given = [], {}
    for i, argument in enumerate(arguments):
        if isinstance(argument, np.ndarray):
            nodes.append(Node(f"a{i}", "Const", (), {"value": argument, "dtype": str(argument.dtype)}))
        else:
            nodes.append(Node(f"a{i}", "Placeholder", (), {"dtype": argument.tensor().dtype}))
            given[f"a{i}"] = argument.tensor()
    refs = tuple(Ref(f"a{i}") for i in range(len(arguments)))
    nodes.append(Node("y", op, refs, attrs))
    found = Interpreter(given).run(Graph(tuple(nodes)))
    return [found[Ref("y", i)] for i in range(outputs)]


def holds(tensor: Tensor, actual: np.ndarray) -> None:
    """Assert that everything said of a tensor is true of these numbers."""
    assert tensor.known, "unknown"
    if tensor.shape is not None:
        assert len(tensor.shape) == actual.ndim, (tensor.shape, actual.shape)
        assert all(m in (None, n) for m, n in zip(tensor.shape, actual.shape, strict=True)), (
            tensor.shape,
            actual.shape,
        )
    if actual.dtype.kind not in "iufb":
        return
    if tensor.dtype is not None:
        assert tensor.dtype == str(actual.dtype)
    values = actual.astype("float64")
    assert tensor.may_nan or not np.isnan(values).any()
    assert tensor.may_inf or not np.isinf(values).any()
    finite = values[np.isfinite(values)]
    if finite.size:
        low, high = tensor.interval[:2]
        assert finite.min() >= low - SLACK * max(1, abs(low)), (finite.min(), low)
        assert finite.max() <= high + SLACK * max(1, abs(high)), (finite.max(), high)
    if tensor.sums_to_one is not None:
        np.testing.assert_allclose(values.sum(tensor.sums_to_one), 1, atol=1e-3)
    if tensor.scaled_sum is not None:
        np.testing.assert_allclose(values.sum(tensor.scaled_sum[0]), tensor.scaled_sum[1], rtol=1e-3)
    if tensor.log_probabilities is not None:
        np.testing.assert_allclose(np.exp(values).sum(tensor.log_probabilities), 1, atol=1e-3)
    if tensor.value is not None:
        np.testing.assert_allclose(tensor.value.astype("float64"), values, rtol=1e-5)
    if tensor.shape_value is not None:
        assert all(m in (None, n) for m, n in zip(tensor.shape_value, actual.tolist(), strict=True))
