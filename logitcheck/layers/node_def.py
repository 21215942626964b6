"""A TensorFlow NodeDef as Keras stores it inside a layer: JSON as ``MessageToDict`` writes it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

HIDDEN = frozenset(("T", "Tperm", "Tidx", "Tshape", "Tindices", "Tparams", "Taxis", "Tpaddings", "Index"))
"""Attributes that follow from the inputs' dtypes."""


def read(stored: Any) -> tuple[str, dict[str, Any]]:
    """Return op and attributes; ValueError for a NodeDef stored as bytes or not at all."""
    if not isinstance(stored, Mapping) or not isinstance(stored.get("op"), str):
        raise ValueError("an op that is not stored as JSON")
    attrs = stored.get("attr")
    found = {str(key): _plain(value) for key, value in attrs.items()} if isinstance(attrs, Mapping) else {}
    return stored["op"], {k: v for k, v in found.items() if k not in HIDDEN and not k.startswith("_")}


def _plain(stored: Any) -> Any:
    """Return one attribute value as a plain value."""
    if not isinstance(stored, Mapping) or len(stored) != 1:
        return None
    kind, value = next(iter(stored.items()))
    if kind == "i":
        return int(value)
    if kind == "f":
        return float(value)
    if kind == "b":
        return bool(value)
    if kind == "type":
        return _dtype(value)
    if kind == "s":
        return _text(value)
    if kind == "shape":
        return _shape(value)
    if kind == "list" and isinstance(value, Mapping):
        return tuple([_plain({inner: item}) for inner, items in value.items() for item in items])
    return None


def _dtype(name: Any) -> str:
    short = {"float": "float32", "double": "float64", "half": "float16"}
    plain = str(name).removeprefix("DT_").lower()
    return short.get(plain, plain)


def _text(value: Any) -> str:
    from base64 import b64decode

    return b64decode(str(value)).decode("utf-8", "replace")


def _shape(value: Any) -> tuple[int | None, ...] | None:
    if not isinstance(value, Mapping) or value.get("unknownRank"):
        return None
    sizes = [int(dim.get("size", 0)) for dim in value.get("dim", [])]
    return tuple([None if n < 0 else n for n in sizes])
