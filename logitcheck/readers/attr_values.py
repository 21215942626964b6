"""Attributes of a ``NodeDef`` as plain values, and what a Const node keeps of its tensor."""

from __future__ import annotations

import math
from typing import Any

from logitcheck.errors import NotAudited
from logitcheck.readers.dtypes import dtype_name
from logitcheck.readers.tensor_proto import array, shape_of

SMALL = 4096
"""A constant with at most this many values is kept in the graph itself; a larger one is a stored weight."""


def plain(value: Any) -> Any:
    """Return an ``AttrValue`` as a plain value: a number, a name, a shape, an array, or a tuple of such."""
    kind = value.WhichOneof("value")
    if kind == "list":
        return _plain_list(value.list)
    return _one(kind, getattr(value, kind)) if kind else None


def _plain_list(values: Any) -> tuple[Any, ...]:
    for kind in ("type", "shape", "i", "s", "f", "b", "func", "tensor"):
        items = getattr(values, kind)
        if items:
            return tuple(_one(kind, item) for item in items)
    return ()


def _one(kind: str, value: Any) -> Any:
    if kind == "type":
        return dtype_name(value)
    if kind == "shape":
        return shape_of(value)
    if kind == "s":
        return _text(value)
    if kind == "func":
        return value.name
    if kind == "tensor":
        return _small_tensor(value)
    return value


def _text(raw: bytes) -> str | bytes:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw


def _small_tensor(proto: Any) -> Any:
    shape = shape_of(proto.tensor_shape)
    if shape is None or None in shape or math.prod(n or 0 for n in shape) > SMALL:
        return None
    try:
        return array(proto)
    except NotAudited:
        return None


def node_attrs(node: Any) -> dict[str, Any]:
    """Return a node's attributes but TensorFlow's internal ones (an underscore before the name)."""
    found = {name: plain(value) for name, value in node.attr.items() if name[0:1] != "_"}
    if node.op == "Const":
        _add_constant(found, node.attr["value"].tensor)
    return found


def _add_constant(attrs: dict[str, Any], tensor: Any) -> None:
    """Leave ``value`` only where it is small and sound; shape and dtype are told in either case."""
    if attrs.get("value") is None:
        attrs.pop("value", None)
    attrs["shape"] = shape_of(tensor.tensor_shape)
    attrs["dtype"] = dtype_name(tensor.dtype)
