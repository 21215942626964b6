"""Attention layers in primitive ops: scores, softmax over the keys, weighted sum of the values."""

from __future__ import annotations

from typing import Any

from logitcheck.layers.builder import Builder
from logitcheck.layers.state import Value
from logitcheck.layers.tensors import dim, expand, matmul, reduce, where


def attention(b: Builder, inputs: Any, mask: Any = None, **kwargs: Any) -> Any:
    """Luong's attention: scores by dot product, or by concatenation."""
    query, value, *rest = inputs
    key = rest[0] if rest else value
    scale = b.weight("scale", ()) if b.config.get("use_scale") else None
    if b.config.get("score_mode", "dot") == "concat":
        weight = b.weight("concat_score_weight", ())
        total = b.binary("AddV2", expand(b, query, -2), expand(b, key, -3))
        total = total if scale is None else b.binary("Mul", total, scale)
        scores = b.binary("Mul", reduce(b, "Sum", b.op("Tanh", total), [-1]), weight)
    else:
        scores = matmul(b, query, key, transpose_b=True)
        scores = scores if scale is None else b.binary("Mul", scores, scale)
    return _attend(b, inputs, scores, mask, **kwargs)


def additive_attention(b: Builder, inputs: Any, mask: Any = None, **kwargs: Any) -> Any:
    """Bahdanau's attention: ``sum(scale * tanh(query + key))``."""
    query, value, *rest = inputs
    key = rest[0] if rest else value
    total = b.op("Tanh", b.binary("AddV2", expand(b, query, -2), expand(b, key, -3)))
    if b.config.get("use_scale", True):
        width = None if query.shape is None else query.shape[-1]
        total = b.binary("Mul", total, b.weight("scale", (width,)))
    return _attend(b, inputs, reduce(b, "Sum", total, [-1]), mask, **kwargs)


def _attend(
    b: Builder,
    inputs: Any,
    scores: Value,
    mask: Any,
    return_attention_scores: bool = False,
    use_causal_mask: bool = False,
    **_: Any,
) -> Any:
    """Apply masks and softmax to the scores, and the result to the values."""
    value = inputs[1]
    query_mask, value_mask = (mask[0], mask[1]) if mask else (b.mask(inputs[0]), b.mask(value))
    allowed = expand(b, value_mask, -2) if value_mask is not None else None
    if use_causal_mask or b.config.get("causal"):
        causal = causal_mask(b, scores)
        allowed = causal if allowed is None else b.binary("LogicalAnd", allowed, causal)
    if allowed is not None:
        low = b.scalar(65504.0 if scores.dtype == "float16" else 1e9, scores)
        scores = where(b, allowed, scores, b.binary("Sub", scores, low))
    weights = b.op("Softmax", scores)
    y = matmul(b, weights, value)
    if query_mask is not None:
        y = where(b, expand(b, query_mask, -1), y, b.scalar(0.0, y))
    return [y, weights] if return_attention_scores else y


def causal_mask(b: Builder, scores: Value) -> Value:
    """Return the mask by which a place sees itself and what came before: rows by columns."""
    return b.binary("GreaterEqual", _count(b, scores, -2, 1), _count(b, scores, -1, 0), dtype="bool")


def _count(b: Builder, scores: Value, axis: int, place: int) -> Value:
    length = None if scores.shape is None else scores.shape[axis]
    steps = b.op("Range", b.const(0), dim(b, scores, axis), b.const(1), shape=(length,), dtype="int32")
    return expand(b, steps, place)


def band(b: Builder, scores: Value, width: int) -> Value:
    """Return the mask by which a place sees its neighbours only."""
    distance = b.op("Abs", b.binary("Sub", _count(b, scores, -2, 1), _count(b, scores, -1, 0)))
    return b.binary("Less", distance, b.const(width), dtype="bool")
