"""Dtype policies of layers, in every dialect: what a layer computes in and keeps its weights in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

INTEGERS = ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64")
PLAIN = frozenset(("float16", "bfloat16", "float32", "float64", *INTEGERS, "bool", "string"))
MIXED = {
    "mixed_float16": ("float16", "float32"),
    "mixed_bfloat16": ("bfloat16", "float32"),
    "infer": ("float32", "float32"),
    "infer_with_float32_vars": ("float32", "float32"),
    "policy_scope": ("float32", "float32"),
}


def policy(spec: Any, fallback: tuple[str, str] = ("float32", "float32")) -> tuple[str, str]:
    """Return (compute dtype, variable dtype) of a stored policy; the fallback where there is none.

    A policy is a name (``float32``, ``mixed_float16``) or an object (``Policy``, ``PolicyV1``,
    ``DTypePolicy``, ``QuantizedDTypePolicy``, ``DTypePolicyMap``) with the name in its ``config``.
    """
    name = policy_name(spec)
    if name is None:
        return fallback
    name = name.rpartition("_from_")[2] if "_from_" in name else name
    if name in MIXED:
        return MIXED[name]
    return (name, name) if name in PLAIN else fallback


def policy_name(spec: Any) -> str | None:
    """Return a policy's name, None where none is stored."""
    if isinstance(spec, str):
        return spec
    if not isinstance(spec, Mapping):
        return None
    inner = spec.get("config")
    inner = inner if isinstance(inner, Mapping) else {}
    if spec.get("class_name") == "DTypePolicyMap":
        return policy_name(inner.get("default_policy"))
    if spec.get("class_name") == "LossScaleOptimizer":
        return None
    name = inner.get("name", spec.get("name"))
    return name if isinstance(name, str) else None
