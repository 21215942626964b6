"""Preprocessing of numbers, categories and text.

Composites: ``KerasLookup`` (attributes ``size``, None where the vocabulary is not stored, ``invert``),
``KerasHash`` (``num_bins``), ``KerasTextVectorization`` (``size``, ``output_mode``), ``KerasTfIdf``.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from logitcheck.graph import Shape
from logitcheck.layers.builder import FLOATS, Builder
from logitcheck.layers.shapes import axis_index
from logitcheck.layers.state import Value
from logitcheck.layers.tensors import reduce, reshape, squeeze


def rescaling(b: Builder, x: Value, **_: Any) -> Value:
    """``x * scale + offset``; both may be lists, one number per channel."""
    x = b.floated(x)
    scale, offset = b.config["scale"], b.config.get("offset", 0.0)
    scaled = b.binary("Mul", x, b.const(scale, x.dtype or b.compute))
    return b.binary("AddV2", scaled, b.const(offset, x.dtype or b.compute))


def normalization(b: Builder, x: Value, **_: Any) -> Value:
    """``(x - mean) / max(sqrt(variance), 1e-7)``, or its inverse; statistics learned or given."""
    x = b.floated(x)
    mean, variance = _statistics(b, x)
    floor = b.scalar(1e-3 if x.dtype == "float16" and b.keras >= 3 else 1e-7, x)
    deviation = b.binary("Maximum", b.op("Sqrt", variance), floor)
    if b.config.get("invert"):
        return b.binary("AddV2", mean, b.binary("Mul", x, deviation))
    return b.binary("RealDiv", b.binary("Sub", x, mean), deviation)


def _statistics(b: Builder, x: Value) -> tuple[Value, Value]:
    axis, rank = b.config.get("axis", -1), x.rank
    axes = [] if axis is None else [int(axis)] if isinstance(axis, (int, float)) else [int(a) for a in axis]
    if rank is None:
        if axes not in ([-1], []):
            raise ValueError("rank unknown")
        kept: list[int] = [-1] if axes else []
        target = None
    else:
        kept = sorted(axis_index(a, rank) for a in axes)
        known = [-1 if n is None else n for n in x.shape or ()]
        target = [n if i in kept else 1 for i, n in enumerate(known)]
    given = b.config.get("mean")
    if given is not None:
        dtype = x.dtype or b.compute
        return b.const(_aligned(given), dtype), b.const(_aligned(b.config["variance"]), dtype)
    sizes = tuple([None if x.shape is None else x.shape[a] for a in kept])
    pair = [b.weight(slot, sizes, trainable=False) for slot in ("mean", "variance")]
    b.weight("count", (), "int64" if b.keras < 3 else "int32", trainable=False)
    pair = [b.cast(w, x.dtype or b.compute) for w in pair]
    if target is not None and kept != [len(target) - 1]:
        pair = [reshape(b, w, list(target)) for w in pair]
    return pair[0], pair[1]


def _aligned(value: Any) -> Any:
    return np.asarray(value, np.float32)


def category_encoding(b: Builder, x: Value, count_weights: Value | None = None, **_: Any) -> Value:
    """Integers as one-hot, multi-hot or counts."""
    return encode(
        b, x, str(b.config.get("output_mode", "multi_hot")), b.config.get("num_tokens"), count_weights
    )


def encode(b: Builder, x: Value, mode: str, depth: int | None, weights: Value | None = None) -> Value:
    """Encode indices; an unknown depth leaves the last size unknown."""
    if mode == "int":
        return x
    index = b.cast(x, "int64") if x.dtype in FLOATS else x
    if mode == "one_hot" and index.shape is not None and len(index.shape) > 1 and index.shape[-1] == 1:
        index = squeeze(b, index, -1)
    shape: Shape = None if index.shape is None else (*index.shape, depth)
    if depth is None:
        return b.unknown("encoding of unknown width", x, dtype=b.compute)
    on, off = b.const(1.0, b.compute), b.const(0.0, b.compute)
    hot = b.op("OneHot", index, b.const(int(depth)), on, off, shape=shape, dtype=b.compute, axis=-1)
    if mode == "one_hot" or ((hot.rank or 3) < 3 and mode == "multi_hot"):
        return hot
    if weights is not None:
        from logitcheck.layers.tensors import expand

        hot = b.binary("Mul", hot, expand(b, b.cast(weights, b.compute), -1))
    axes = [-2] if (hot.rank or 3) >= 3 else [0]
    result = reduce(b, "Max" if mode in ("multi_hot", "binary") else "Sum", hot, axes)
    return b.op("KerasTfIdf", result, size=depth) if mode in ("tf_idf", "tf-idf") else result


def discretization(b: Builder, x: Value, **_: Any) -> Value:
    """The number of the bin that a value falls into."""
    boundaries, bins = b.config.get("bin_boundaries"), b.config.get("num_bins")
    mode = str(b.config.get("output_mode", "int"))
    if boundaries:
        limits = [float(v) for v in boundaries]
        index = b.op("Bucketize", b.cast(x, "float32"), dtype="int32", boundaries=limits)
        bins = len(limits) + 1
    else:
        index = b.op("KerasLookup", x, dtype="int32", size=bins, invert=False)
    return encode(b, b.cast(index, "int64") if b.keras < 3 else index, mode, bins)


def hashing(b: Builder, x: Any, *more: Any, **_: Any) -> Value:
    """The hash of a value, modulo the number of bins; of several values for a crossing."""
    values = [x, *more] if isinstance(x, Value) else [*x]
    bins = int(b.config["num_bins"])
    index = b.op("KerasHash", *values, dtype="int64", num_bins=bins)
    return encode(b, index, str(b.config.get("output_mode") or "int"), bins)


def lookup(b: Builder, x: Value, **_: Any) -> Value:
    """The number of a word or integer in a vocabulary, or the other way about."""
    size, mode = _vocabulary_size(b), str(b.config.get("output_mode") or "int")
    invert = bool(b.config.get("invert"))
    dtype = "int64"
    if invert:
        dtype = "string" if b.layer.class_name == "StringLookup" else "int64"
    index = b.op("KerasLookup", x, dtype=dtype, size=size, invert=invert)
    return index if invert else encode(b, index, mode, size)


def _vocabulary_size(b: Builder) -> int | None:
    """Return how many indices there are, those of masks and unknown words included."""
    config = b.config
    words = config.get("vocabulary")
    padded = config.get("pad_to_max_tokens") and config.get("output_mode", "int") != "int"
    if padded and config.get("max_tokens"):
        return int(config["max_tokens"])
    text = b.layer.class_name == "TextVectorization"
    if isinstance(words, (list, tuple)):
        special = (2 if config.get("output_mode", "int") == "int" else 1) if text else None
        if special is None:
            special = int(config.get("num_oov_indices", 1)) + (config.get("mask_token") is not None)
        extra = special if not words or words[0] not in ("", "[UNK]", config.get("oov_token")) else 0
        return len(words) + extra
    upper = config.get("max_tokens") if config.get("output_mode", "int") == "int" else None
    size = config.get("vocabulary_size") or upper
    return int(size) if size else None


def text_vectorization(b: Builder, x: Value, **_: Any) -> Value:
    """Text as word numbers, padded or not, or as an encoding of the words that occur."""
    mode, size = str(b.config.get("output_mode") or "int"), _vocabulary_size(b)
    batch = None if not x.shape else x.shape[0]
    length = b.config.get("output_sequence_length")
    integers = mode == "int"
    shape = (batch, int(length) if length else None) if integers else (batch, size)
    dtype = "int64" if integers else b.compute if b.compute in FLOATS else "float32"
    return b.op("KerasTextVectorization", x, shape=shape, dtype=dtype, size=size, output_mode=mode)
