"""Batches of made input, from a plan. NumPy only.

A made batch holds rows of several families, since the rows of a batch do not depend on each other
when a model is served; what a family did is told apart by its rows.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from logitcheck.probe.array import Array
from logitcheck.probe.protocol import InputPlan

# N(0, 1), U[0, 1], all 0, all 1, U[0, 255], all 0.5; ids have their likeness of each
PATTERN = ("normal", "uniform", "zeros", "pixels", "ones", "constant", "uniform", "normal")
"""Families of the first rows; when repeated, plain families take the place of the constant ones."""

RANGED = ("inside", "corners", "low end", "high end", "zeros", "ones", "inside", "inside")
"""The same where the user declared a range: anywhere in it, each number at one end, all at the same end."""

CONSTANT = ("zeros", "ones", "constant", "low end", "high end")
"""Families of which one row is as good as many."""

IDS = {
    "normal": "random ids", "uniform": "random ids", "zeros": "first id", "ones": "second id",
    "pixels": "largest ids", "constant": "one id",
}  # fmt: skip
"""What the families are called where every input takes ids."""

UNBOUNDED = 1e6
"""What stands for an infinite end of a declared range."""

ROW_BUDGET = 1 << 20
"""Numbers in one made batch, so that a batch of large images stays a matter of a second or two."""

WORDS = ("a", "the quick brown fox", "", "1", "terrible film, do not watch", "great")
UNKNOWN_SIZES: dict[int, tuple[int, ...]] = {
    2: (32, 16, 16000, 8),
    3: (32, 128, 8, 512),
    4: (64, 224, 32, 299, 28),
}
"""Per rank: lengths to try for unknown axes, one after another."""
UNKNOWN_SHAPES: tuple[tuple[int | None, ...], ...] = ((None, 224, 224, 3), (None, 32), (None,))
"""Shapes to try where not even the rank is known."""


@dataclass(frozen=True)
class Batch:
    """Rows for every input."""

    arrays: tuple[Array, ...]
    families: tuple[str, ...]
    """Of every row; ``data`` for the user's own."""

    @property
    def rows(self) -> int:
        """Number of rows."""
        return len(self.families)

    def piece(self, start: int, length: int) -> tuple[Array, ...]:
        """Return some rows of every input."""
        return tuple(array[start : start + length] if array.ndim else array for array in self.arrays)


def families(rows: int, length: int = 1, pattern: tuple[str, ...] = PATTERN) -> tuple[str, ...]:
    """Return each row's family: one of zeros and one of ones is enough, the others share the rest.

    ``length`` rows in a row are of one family, where a model takes that many at a time.
    """
    turns = range(-(-rows // length))
    names = [pattern[turn % len(pattern)] for turn in turns]
    plain = pattern[0]
    names = [
        plain if turn >= len(pattern) and name in CONSTANT else name
        for turn, name in zip(turns, names, strict=True)
    ]
    return tuple(name for name in names for _ in range(length))[:rows]


def shape_guesses(plans: tuple[InputPlan, ...]) -> Iterator[tuple[tuple[int, ...], ...]]:
    """Yield shapes of one row for every input (batch axis left out), the likeliest first."""
    seen = set()
    for turn in range(5):
        guess = tuple(_row_shape(item.shape, turn) for item in plans)
        if guess not in seen:
            seen.add(guess)
            yield guess


def _row_shape(shape: tuple[int | None, ...] | None, turn: int) -> tuple[int, ...]:
    if shape is None:
        shape = UNKNOWN_SHAPES[turn % len(UNKNOWN_SHAPES)]
    sizes = UNKNOWN_SIZES.get(len(shape), (16, 8, 32))
    size = sizes[turn % len(sizes)]
    row = [size if length is None or length < 0 else length for length in shape[1:]]
    if len(shape) >= 4 and shape[-1] is None:
        row[-1] = 3
    return tuple(row)


def rows_for(shapes: tuple[tuple[int, ...], ...], wanted: int) -> int:
    """Return how many rows to make: fewer where one row is large, but 4 at least where as many are wanted."""
    largest = max((int(np.prod(shape)) for shape in shapes), default=1)
    return min(wanted, max(4, ROW_BUDGET // max(1, largest)))


def fixed_batch(plans: tuple[InputPlan, ...]) -> int | None:
    """Return the length of the batch axis where an input fixes it."""
    lengths = [item.shape[0] for item in plans if item.shape]
    return next((length for length in lengths if length is not None and length > 0), None)


def make(
    plans: tuple[InputPlan, ...], shapes: tuple[tuple[int, ...], ...], rows: int, seed: int, length: int = 1
) -> Batch:
    """Make a batch, the same for the same arguments; ``length`` rows at a time are of one family."""
    kinds = families(rows, length, pattern_of(plans))
    rng = np.random.default_rng(seed)
    arrays = tuple(make_input(p, s, kinds, rng) for p, s in zip(plans, shapes, strict=True))
    if all(plan.kind == "ids" for plan in plans):
        kinds = tuple(IDS.get(kind, kind) for kind in kinds)
    return Batch(arrays, kinds)


def pattern_of(plans: tuple[InputPlan, ...]) -> tuple[str, ...]:
    """Return the families of a model's rows: those of the declared ranges where there are any.

    Zeros and ones are left out where a declared range does not hold them.
    """
    ranged = [(plan.low, plan.top) for plan in plans if plan.low is not None and plan.top is not None]
    if not ranged:
        return PATTERN
    outside = {
        name
        for name, value in (("zeros", 0.0), ("ones", 1.0))
        if not all(low <= value <= top for low, top in ranged)
    }
    return tuple(name for name in RANGED if name not in outside)


def make_input(
    plan: InputPlan, shape: tuple[int, ...], kinds: tuple[str, ...], rng: np.random.Generator
) -> Array:
    """Make one input: shape (rows, *shape) in the plan's dtype."""
    if plan.shape == ():
        return make_input(plan._replace(shape=None), (), kinds[:1], rng).reshape(())
    if plan.kind == "image-file":
        return np.array([png(row) for row in range(len(kinds))], dtype=object)
    if plan.dtype == "string":
        words = [WORDS[row % len(WORDS)].encode() for row in range(len(kinds))]
        return np.broadcast_to(
            np.array(words, dtype=object).reshape(-1, *[1] * len(shape)), (len(kinds), *shape)
        )
    rows = [_row(plan, shape, kind, rng) for kind in kinds]
    return np.stack(rows).astype(numpy_dtype(plan.dtype))


def numpy_dtype(name: str) -> str:
    """Return the dtype to make values in; what NumPy lacks is made in float32 and cast by the runtime."""
    try:
        return np.dtype(name).name
    except TypeError:
        return "float32"


def _row(plan: InputPlan, shape: tuple[int, ...], kind: str, rng: np.random.Generator) -> Array:
    if plan.dtype == "bool":
        return rng.random(shape) < {"zeros": 0.0, "ones": 1.0}.get(kind, 0.5)
    if plan.low is not None and plan.top is not None:
        return _ranged(plan, max(plan.low, -UNBOUNDED), min(plan.top, UNBOUNDED), shape, kind, rng)
    if plan.kind == "ids" or np.dtype(numpy_dtype(plan.dtype)).kind in "iu":
        return _ids(plan, shape, kind, rng)
    if kind in ("normal", "inside"):
        return rng.standard_normal(shape)
    if kind in CONSTANT:
        return np.full(shape, {"ones": 1.0, "high end": 1.0, "constant": 0.5}.get(kind, 0.0))
    return rng.random(shape) * (255.0 if kind == "pixels" else 1.0)


def _ranged(
    plan: InputPlan, low: float, top: float, shape: tuple[int, ...], kind: str, rng: np.random.Generator
) -> Array:
    """Make a row inside a declared range; whole numbers where the dtype has no others."""
    if kind in CONSTANT:
        return np.full(shape, {"zeros": 0.0, "ones": 1.0, "low end": low}.get(kind, top))
    row = low + (top - low) * (rng.integers(0, 2, shape) if kind == "corners" else rng.random(shape))
    return np.floor(row) if np.dtype(numpy_dtype(plan.dtype)).kind in "iu" else row


def _ids(plan: InputPlan, shape: tuple[int, ...], kind: str, rng: np.random.Generator) -> Array:
    """Whole numbers below the table's size; all bytes; else 0 and 1, which nearly all models take."""
    high = plan.high or (256 if plan.dtype == "uint8" else 2)
    if kind in ("zeros", "low end"):
        return np.zeros(shape)
    if kind == "ones":
        return np.full(shape, float(min(1, high - 1)))
    if kind in ("pixels", "high end"):
        return np.full(shape, float(high - 1))
    if kind == "constant":
        return np.full(shape, float(high // 2))
    return rng.integers(0, high, shape).astype(np.float64)


def png(shade: int) -> bytes:
    """Return a small grey PNG image (8 by 8 pixels), as the PNG specification has it."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    line = b"\0" + bytes((shade * 37 + 7 * pixel) % 256 for pixel in range(24))
    header = struct.pack(">IIBBBBB", 8, 8, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(line * 8)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body
