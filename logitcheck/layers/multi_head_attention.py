"""Lowering of attention layers with several heads."""

from __future__ import annotations

from math import sqrt
from typing import Any

from logitcheck.layers.activations import softmax
from logitcheck.layers.attention import band, causal_mask
from logitcheck.layers.builder import Builder
from logitcheck.layers.core import einsum
from logitcheck.layers.state import Value
from logitcheck.layers.tensors import expand

LETTERS = "cdefg"
"""Einsum letters of the axes between batch and features, of a query."""


KEYS = "tuvwx"
"""And of keys and values, where these are attended over."""


def multi_head_attention(
    b: Builder,
    query: Value,
    value: Value | None = None,
    key: Value | None = None,
    attention_mask: Value | None = None,
    return_attention_scores: bool = False,
    use_causal_mask: bool = False,
    **masks: Any,
) -> Any:
    """Vaswani's attention: several heads side by side, projected in and out."""
    value = query if value is None else value
    key = value if key is None else key
    config, heads = b.config, int(b.config["num_heads"])
    width = int(config["key_dim"])
    deep = int(config.get("value_dim") or width)
    projected = _Heads(b, query, config.get("attention_axes"))
    q = projected.project("query", query, heads, width)
    k = projected.project("key", key, heads, width)
    gate = projected.project("gate", query, heads, deep) if config.get("use_gate") else None
    v = projected.project("value", value, heads, deep)
    scores = projected.scores(k, b.binary("Mul", q, b.scalar(1.0 / sqrt(width), q)))
    allowed = _allowed(b, scores, (query, value, key), attention_mask, use_causal_mask, masks)
    weights = _masked_softmax(b, scores, allowed, len(projected.attended))
    y = projected.combine(weights, v, q)
    if gate is not None:
        y = b.binary("Mul", y, b.op("Sigmoid", gate))
    y = projected.output(y, query, heads, deep)
    return [y, weights] if return_attention_scores else y


class _Heads:
    """The einsum equations of one attention layer."""

    def __init__(self, b: Builder, query: Value, axes: Any):
        if query.shape is None:
            raise ValueError("rank unknown")
        self.b = b
        self.inner = LETTERS[: len(query.shape) - 2]
        chosen = (
            range(1, len(self.inner) + 1) if axes is None else ([axes] if isinstance(axes, int) else axes)
        )
        places = [axis - 1 if axis > 0 else axis + len(self.inner) + 1 for axis in chosen]
        self.attended = "".join(self.inner[place] for place in places)
        self.batch = "b" + "".join(letter for letter in self.inner if letter not in self.attended)
        self.theirs = self.inner
        for letter, other in zip(self.attended, KEYS, strict=False):
            self.theirs = self.theirs.replace(letter, other)
        self.places = "".join(KEYS[: len(self.attended)])

    def project(self, name: str, x: Value, heads: int, width: int) -> Value:
        """Map features to heads."""
        b, inner = self.b, f"{name}_dense"
        kernel = b.weight("kernel", (None if x.shape is None else x.shape[-1], heads, width), inner=inner)
        bias = b.weight("bias", (heads, width), inner=inner) if b.config.get("use_bias", True) else None
        letters = f"b{self.inner}"
        sizes = {**dict(zip(letters, x.shape or (), strict=False)), "n": heads, "h": width}
        y = einsum(b, f"{letters}m,mnh->{letters}nh", x, kernel, sizes)
        return y if bias is None else b.binary("AddV2", y, bias)

    def scores(self, key: Value, query: Value) -> Value:
        """Return every place's scores for every other."""
        sizes = {
            **dict(zip(f"b{self.theirs}nh", key.shape or (), strict=False)),
            **dict(zip(f"b{self.inner}nh", query.shape or (), strict=False)),
        }
        equation = f"b{self.theirs}nh,b{self.inner}nh->{self.batch}n{self.attended}{self.places}"
        return einsum(self.b, equation, key, query, sizes)

    def combine(self, weights: Value, value: Value, query: Value) -> Value:
        """Return the values under their weights, laid out as the query."""
        sizes = dict(zip(f"b{self.inner}n", query.shape or (), strict=False))
        sizes["h"] = None if value.shape is None else value.shape[-1]
        equation = f"{self.batch}n{self.attended}{self.places},b{self.theirs}nh->b{self.inner}nh"
        return einsum(self.b, equation, weights, value, sizes)

    def output(self, x: Value, query: Value, heads: int, width: int) -> Value:
        """Map heads back to features."""
        b, given = self.b, self.b.config.get("output_shape")
        sizes = given or [query.shape[-1] if query.shape else None]
        sizes = [sizes] if isinstance(sizes, int) else list(sizes)
        out = "opqrs"[: len(sizes)]
        kernel = b.weight("kernel", (heads, width, *sizes), inner="output_dense")
        bias = (
            b.weight("bias", tuple(sizes), inner="output_dense") if b.config.get("use_bias", True) else None
        )
        known = {
            **dict(zip(f"b{self.inner}", x.shape or (), strict=False)),
            **dict(zip(out, sizes, strict=True)),
        }
        y = einsum(b, f"b{self.inner}nh,nh{out}->b{self.inner}{out}", x, kernel, known)
        return y if bias is None else b.binary("AddV2", y, bias)


def _allowed(
    b: Builder,
    scores: Value,
    sources: tuple[Value, Value, Value],
    given: Value | None,
    causal: bool,
    masks: dict[str, Any],
) -> Value | None:
    """Return where a place may look: all masks together, rows by columns; None for everywhere."""
    query, value, key = sources
    found = [given] if given is not None else []
    for name, source, axis in (("query", query, -1), ("value", value, -2), ("key", key, -2)):
        mask = masks.get(f"{name}_mask")
        mask = b.mask(source) if mask is None and not (name == "key" and key is value) else mask
        if isinstance(mask, Value):
            found.append(expand(b, b.cast(mask, "bool"), axis))
    if causal:
        found.append(expand(b, causal_mask(b, scores), 0))
    if b.config.get("sliding_window"):
        found.append(expand(b, band(b, scores, int(b.config["sliding_window"])), 0))
    result = b.cast(found[0], "bool") if found else None
    for mask in found[1:]:
        assert result is not None
        result = b.binary("LogicalAnd", result, b.cast(mask, "bool"))
    return result


def _masked_softmax(b: Builder, scores: Value, allowed: Value | None, count: int) -> Value:
    """Softmax over the last axes; forbidden places get a large negative number first."""
    if allowed is not None:
        while (allowed.rank or 0) < (scores.rank or 0):
            allowed = expand(b, allowed, -2 * count - 1)
        off = b.binary("Sub", b.scalar(1.0, scores), b.cast(allowed, scores.dtype or b.compute))
        low = b.binary("Mul", off, b.scalar(-3e4 if scores.dtype == "float16" else -1e9, scores))
        scores = b.binary("AddV2", scores, low)
    return softmax(b, scores, -1) if count == 1 else softmax(b, scores, list(range(-count, 0)))


def grouped_query_attention(
    b: Builder,
    query: Value,
    value: Value,
    key: Value | None = None,
    attention_mask: Value | None = None,
    return_attention_scores: bool = False,
    use_causal_mask: bool = False,
    **masks: Any,
) -> Any:
    """Attention in which several heads of the query share one of key and value."""
    key = value if key is None else key
    config, width = b.config, int(b.config["head_dim"])
    heads, shared = int(config["num_query_heads"]), int(config["num_key_value_heads"])
    projected = _Heads(b, query, None)
    q = projected.project("query", query, heads, width)
    k = _repeated(b, projected.project("key", key, shared, width), heads // shared)
    gate = projected.project("gate", query, heads, width) if config.get("use_gate") else None
    v = _repeated(b, projected.project("value", value, shared, width), heads // shared)
    scores = projected.scores(k, b.binary("Mul", q, b.scalar(1.0 / sqrt(width), q)))
    allowed = _allowed(b, scores, (query, value, key), attention_mask, use_causal_mask, masks)
    weights = _masked_softmax(b, scores, allowed, 1)
    y = projected.combine(weights, v, q)
    if gate is not None:
        y = b.binary("Mul", y, b.op("Sigmoid", gate))
    y = projected.output(y, query, heads, width)
    return [y, weights] if return_attention_scores else y


def _repeated(b: Builder, x: Value, times: int) -> Value:
    """Give every head of the query its own copy of the shared heads."""
    from logitcheck.layers.reshaping import repeat

    return repeat(b, x, 2, times)
