"""TensorFlow's dtypes by number: their NumPy names, and values out of raw bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

NAMES = [
    "invalid",
    "float32",
    "float64",
    "int32",
    "uint8",
    "int16",
    "int8",
    "string",
    "complex64",
    "int64",
    "bool",
    "qint8",
    "quint8",
    "qint32",
    "bfloat16",
    "qint16",
    "quint16",
    "uint16",
    "complex128",
    "float16",
    "resource",
    "variant",
    "uint32",
    "uint64",
    "float8_e5m2",
    "float8_e4m3fn",
    "float8_e4m3fnuz",
    "float8_e4m3b11fnuz",
    "float8_e5m2fnuz",
    "int4",
    "uint4",
]
"""Indexed by ``DataType``, after ``tensorflow/core/framework/types.proto``."""

STORED = {
    "float32": 4, "float64": 8, "int32": 4, "uint8": 1, "int16": 2, "int8": 1, "complex64": 8, "int64": 8,
    "bool": 1, "qint8": 1, "quint8": 1, "qint32": 4, "bfloat16": 2, "qint16": 2, "quint16": 2, "uint16": 2,
    "complex128": 16, "float16": 2, "uint32": 4, "uint64": 8,
}  # fmt: skip
"""Bytes of one value, for the dtypes whose values we read."""


def dtype_name(number: int) -> str:
    """Return the NumPy name of a ``DataType`` or of the base of a reference type, else ``invalid``."""
    base = number - 100 if number > 100 else number
    return NAMES[base] if 0 <= base < len(NAMES) else "invalid"


def from_bytes(raw: bytes | memoryview, dtype: str) -> np.ndarray[Any, Any]:
    """Return little-endian bytes as flat values: bfloat16 as float32, quantised integers as plain ones."""
    import numpy as np

    if dtype == "bfloat16":
        return widen_bfloat16(np.frombuffer(raw, "<u2"))
    return np.frombuffer(raw, numpy_dtype(dtype))


def numpy_dtype(dtype: str) -> np.dtype[Any]:
    """Return the little-endian NumPy type of a dtype's values as stored; KeyError if there is none."""
    import numpy as np

    if dtype not in STORED:
        raise KeyError(dtype)
    plain = {"bfloat16": "uint16", "qint8": "int8", "quint8": "uint8", "qint16": "int16", "quint16": "uint16"}
    return np.dtype(plain.get(dtype, dtype.lstrip("q"))).newbyteorder("<")


def widen_bfloat16(bits: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Return bfloat16 bit patterns as float32: the upper half of the same number."""
    import numpy as np

    return (bits.astype(np.uint32) << 16).view(np.float32)
