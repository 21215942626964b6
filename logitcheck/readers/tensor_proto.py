"""Values of a ``TensorProto``: packed bytes or typed lists, whose last value fills the rest."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from logitcheck.errors import NotAudited
from logitcheck.graph import Shape
from logitcheck.readers.dtypes import STORED, dtype_name, from_bytes, numpy_dtype, widen_bfloat16

if TYPE_CHECKING:
    import numpy as np

CHUNK_BYTES = 2 << 20
FILL_LIMIT = 1 << 28
"""Values that a short list may be spread to: more is a bomb, or nothing anybody needs to see."""

MAX_AXES = 16
"""Axes that a list of them may name."""

SMALL = ("int32", "int16", "int8", "uint8", "uint16", "qint8", "quint8", "qint16", "quint16", "qint32")
"""Dtypes whose values stand in one list of whole numbers."""

FIELDS = {
    **dict.fromkeys(SMALL, "int_val"),
    "float32": "float_val",
    "float64": "double_val",
    "int64": "int64_val",
    "bool": "bool_val",
    "uint32": "uint32_val",
    "uint64": "uint64_val",
    "float16": "half_val",
    "bfloat16": "half_val",
    "complex64": "scomplex_val",
    "complex128": "dcomplex_val",
    "string": "string_val",
}
"""Which list of a ``TensorProto`` holds the values of a dtype."""


def shape_of(proto: Any) -> Shape:
    """Return a ``TensorShapeProto`` as a shape; a size below 0 is unknown."""
    if proto.unknown_rank:
        return None
    return tuple(dim.size if dim.size >= 0 else None for dim in proto.dim)


def fixed_shape(proto: Any) -> tuple[int, ...]:
    """Return a stored tensor's shape. Raises NotAudited where a size is unknown or absurd."""
    sizes = tuple(dim.size for dim in proto.dim)
    if proto.unknown_rank or any(size < 0 for size in sizes) or len(sizes) > 254:
        raise NotAudited("a stored tensor has no definite shape")
    return sizes


def stored_bytes(proto: Any) -> int:
    """Return how many bytes of numbers a ``TensorProto`` really holds."""
    if proto.tensor_content:
        return len(proto.tensor_content)
    dtype = dtype_name(proto.dtype)
    return len(getattr(proto, FIELDS.get(dtype, "string_val"))) * STORED.get(dtype, 0)


def holds_zero(proto: Any) -> bool:
    """Tell whether 0 is among the few whole numbers of a stored tensor, as axes are. False for others."""
    sizes = [dim.size for dim in proto.tensor_shape.dim]
    if dtype_name(proto.dtype) not in ("int32", "int64") or any(not 0 < size <= MAX_AXES for size in sizes):
        return False
    try:
        return any(0 in values for values in chunks(proto))
    except NotAudited:
        return False


def chunks(proto: Any) -> Iterator[np.ndarray[Any, Any]]:
    """Yield a tensor's values flat, at most 2 MiB a piece.

    Raises NotAudited where bytes and shape disagree, or a short list would fill more than 2**28 values.
    """
    import numpy as np

    dtype, size = dtype_name(proto.dtype), math.prod(fixed_shape(proto.tensor_shape))
    if dtype not in STORED:
        raise NotAudited(f"a stored tensor is of dtype {dtype}, which holds no plain numbers")
    values = _listed(proto, dtype)
    if len(values) > size or (len(values) < size and proto.tensor_content):
        raise NotAudited(f"a stored tensor declares {size} values and holds {len(values)}")
    step = CHUNK_BYTES // max(values.itemsize, 4)
    for start in range(0, len(values), step):
        yield values[start : start + step]
    missing = size - len(values)
    if missing > FILL_LIMIT:
        raise NotAudited(f"a stored tensor declares {size} values and holds {len(values)}")
    fill = values[-1] if len(values) else values.dtype.type(0)
    for start in range(0, missing, step):
        yield np.full(min(step, missing - start), fill, values.dtype)


def _listed(proto: Any, dtype: str) -> np.ndarray[Any, Any]:
    import numpy as np

    if proto.tensor_content:
        if len(proto.tensor_content) % STORED[dtype]:
            raise NotAudited("a stored tensor's bytes are no whole number of values")
        return from_bytes(proto.tensor_content, dtype)
    listed = getattr(proto, FIELDS[dtype])
    if dtype == "bfloat16":
        return widen_bfloat16(np.array(listed, np.int64).astype(np.uint16))
    if dtype == "float16":
        return np.array(listed, np.int64).astype(np.uint16).view(np.float16)
    if dtype.startswith("complex"):
        pairs = np.array(listed, np.float64)[: len(listed) // 2 * 2].reshape(-1, 2)
        return (pairs[:, 0] + 1j * pairs[:, 1]).astype(dtype)
    return (
        np.array(listed, np.int64).astype(numpy_dtype(dtype))
        if FIELDS[dtype] == "int_val"
        else np.array(listed, numpy_dtype(dtype))
    )


def array(proto: Any) -> np.ndarray[Any, Any]:
    """Return a whole tensor in its shape; strings as an object array of bytes. Raises like :func:`chunks`."""
    import numpy as np

    shape = fixed_shape(proto.tensor_shape)
    if dtype_name(proto.dtype) == "string":
        return _strings(proto, shape)
    pieces = list(chunks(proto))
    flat = pieces[0] if len(pieces) == 1 else np.concatenate(pieces or [np.zeros(0, np.float32)])
    return flat.reshape(shape)


def _strings(proto: Any, shape: tuple[int, ...]) -> np.ndarray[Any, Any]:
    import numpy as np

    values, size = list(proto.string_val), math.prod(shape)
    if len(values) not in (1, size):
        raise NotAudited(f"a stored tensor declares {size} strings and holds {len(values)}")
    if size > len(values) and size > FILL_LIMIT >> 8:
        raise NotAudited(f"a stored tensor declares {size} strings and holds one")
    found = np.empty(size, object)
    found[:] = values * (size // max(len(values), 1))
    return found.reshape(shape)
