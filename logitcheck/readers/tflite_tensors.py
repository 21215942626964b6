"""Tensors of a TensorFlow Lite file: shapes, quantisation, constants as real numbers."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from logitcheck.errors import NotAudited
from logitcheck.graph import Shape
from logitcheck.model import WeightRef
from logitcheck.readers.attr_values import SMALL
from logitcheck.readers.dtypes import STORED, from_bytes
from logitcheck.readers.flatbuffer import Damaged, Table
from logitcheck.readers.tensor_proto import CHUNK_BYTES
from logitcheck.readers.tflite_schema import dtype_name

if TYPE_CHECKING:
    import numpy as np


class Quantisation(NamedTuple):
    """real = scale * (stored - zero_point), per tensor or along one axis."""

    scale: tuple[float, ...]
    zero_point: tuple[int, ...]
    axis: int

    def range(self, dtype: str) -> tuple[float, float]:
        """Return the smallest and largest real number that a dtype can stand for, per-tensor."""
        bits = int(dtype.lstrip("uint"))
        low = 0 if dtype.startswith("u") else -(1 << bits - 1)
        scale, zero = self.scale[0], self.zero_point[0]
        return scale * (low - zero), scale * (low + (1 << bits) - 1 - zero)


class LiteTensor(NamedTuple):
    """One tensor of the file."""

    name: str
    dtype: str
    shape: Shape
    fixed: tuple[int, ...]
    """The shape as allocated: unknown sizes are 1."""

    quantisation: Quantisation | None
    data: memoryview | None
    """The stored bytes of a constant."""

    variable: bool = False
    """A state that a recurrent op keeps from call to call; it starts at 0."""

    @property
    def real_dtype(self) -> str:
        """The dtype of the values that are meant: those of a quantised tensor are real."""
        return "float32" if self.quantisation else self.dtype


def read_tensors(graph: Table, buffers: list[memoryview]) -> list[LiteTensor]:
    """Return all tensors of a subgraph under unique names. Raises NotAudited where a buffer is missing."""
    found: list[LiteTensor] = []
    taken: set[str] = set()
    for number, table in enumerate(graph.tables(0)):
        name = table.text(3) or f"tensor_{number}"
        while name in taken:
            name = f"{name}_{number}"
        taken.add(name)
        found.append(_tensor(name, table, buffers))
    return found


def _tensor(name: str, table: Table, buffers: list[memoryview]) -> LiteTensor:
    dtype, buffer = dtype_name(table.integer(1, "<b")), table.integer(2, "<I")
    if buffer >= len(buffers):
        raise Damaged
    fixed, signature = table.integers(0), table.integers(7)
    shape: Shape = tuple(None if size < 0 else size for size in signature or fixed)
    if any(size < 0 for size in fixed):
        raise Damaged
    quantisation = _quantisation(table.table(4)) if dtype.lstrip("u").startswith("int") else None
    return LiteTensor(name, dtype, shape, fixed, quantisation, buffers[buffer] or None, table.flag(5))


def _quantisation(table: Table | None) -> Quantisation | None:
    scale = tuple(float(value) for value in table.numbers(2, "f")) if table else ()
    if not table or not scale or not all(0 < value < math.inf for value in scale):
        return None
    zero = tuple(int(value) for value in table.numbers(3, "q")) or (0,) * len(scale)
    if len(zero) == 1:
        zero *= len(scale)
    return Quantisation(scale, zero, table.integer(6)) if len(zero) == len(scale) else None


class LiteConstants:
    """A file's constants by name, dequantised a piece at a time."""

    def __init__(self, tensors: Mapping[str, LiteTensor]):
        self.tensors = tensors

    def chunks(self, key: str) -> Iterator[np.ndarray[Any, Any]]:
        """Yield a tensor's real values flat, at most 2 MiB a piece.

        Raises KeyError for an unknown key, NotAudited where bytes and shape disagree.
        """
        tensor = self.tensors[key]
        width = STORED.get(tensor.dtype)
        data = tensor.data
        if width is None or data is None or len(data) != math.prod(tensor.fixed) * width:
            raise NotAudited(f"tensor {key!r} of {tensor.dtype} {tensor.fixed} is not stored as such")
        step = CHUNK_BYTES // 4
        for start in range(0, len(data) // width, step):
            values = from_bytes(data[start * width : (start + step) * width], tensor.dtype)
            yield _real(values, start, tensor)

    def array(self, key: str) -> np.ndarray[Any, Any]:
        """Return a whole tensor in its shape. Raises like :meth:`chunks`."""
        import numpy as np

        pieces = list(self.chunks(key)) or [np.zeros(0, np.float32)]
        flat: np.ndarray[Any, Any] = np.concatenate(pieces)
        return flat.reshape(self.tensors[key].fixed)


def _real(values: np.ndarray[Any, Any], start: int, tensor: LiteTensor) -> Any:
    """Return stored values as what they mean; ``start`` is the flat index of the first."""
    import numpy as np

    if tensor.quantisation is None:
        return values
    scale = np.array(tensor.quantisation.scale, np.float32)
    zero = np.array(tensor.quantisation.zero_point, np.float32)
    if len(scale) == 1:
        return (values.astype(np.float32) - zero[0]) * scale[0]
    axis = tensor.quantisation.axis
    if not 0 <= axis < len(tensor.fixed) or tensor.fixed[axis] != len(scale):
        raise NotAudited(f"tensor {tensor.name!r} has {len(scale)} scales for shape {tensor.fixed}")
    channel = np.arange(start, start + len(values)) // math.prod(tensor.fixed[axis + 1 :]) % len(scale)
    return (values.astype(np.float32) - zero[channel]) * scale[channel]


def constant_attrs(tensor: LiteTensor, constants: LiteConstants) -> dict[str, Any]:
    """Return the attributes of a constant's node: its value where it is small, else its key."""
    attrs: dict[str, Any] = {"dtype": tensor.real_dtype, "shape": tensor.fixed}
    if tensor.dtype in STORED and math.prod(tensor.fixed) <= SMALL:
        return {**attrs, "value": constants.array(tensor.name)}
    return {**attrs, "key": tensor.name}


def weight_refs(tensors: Mapping[str, LiteTensor]) -> tuple[WeightRef, ...]:
    """Return every constant of numbers that is too large to stand in the graph."""
    return tuple(
        WeightRef(tensor.name, tensor.fixed, tensor.real_dtype, nbytes=len(tensor.data))
        for tensor in tensors.values()
        if tensor.data is not None and tensor.dtype in STORED and math.prod(tensor.fixed) > SMALL
    )
