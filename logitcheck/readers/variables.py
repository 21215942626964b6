"""Variables of a graph and the stored tensors they are restored from."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from logitcheck.model import WeightRef
from logitcheck.readers.bundle import Bundle, Entry
from logitcheck.readers.bundle_slices import part_name
from logitcheck.readers.dtypes import dtype_name
from logitcheck.readers.function_library import Body
from logitcheck.readers.inline import LayerOf
from logitcheck.readers.object_graph import ObjectGraph, full_names
from logitcheck.readers.proto.messages import parse
from logitcheck.readers.tensor_proto import shape_of

VALUE = "/.ATTRIBUTES/VARIABLE_VALUE"

OPTIMIZER_PARTS = (
    "optimizer", ".OPTIMIZER_SLOT", "_optimizer", "keras_api", "save_counter", "beta1_power", "beta2_power",
    "training", "Adam", "Adam_1", "Momentum", "RMSProp", "RMSProp_1", "Adagrad", "Ftrl", "Ftrl_1", "Adadelta",
    "global_step",
)  # fmt: skip
"""A component of a checkpoint key or variable name that marks what only training or a metric needs."""


class Variables:
    """Gives every variable of a file its ``Weight`` attributes."""

    def __init__(
        self,
        bundle: Bundle | None,
        checkpoint: Any,
        objects: ObjectGraph | None,
        main: Body,
        parts: Mapping[str, str] | None = None,
    ):
        self.entries: Mapping[str, Entry] = bundle.entries if bundle else {}
        self.objects = objects
        self.handles = objects.handles(main) if objects else {}
        self.checkpoint = checkpoint
        self.parts = parts or {}

    def of_node(self, node: Any, name: str) -> Mapping[str, Any]:
        """Return the attributes for a variable's node of the main graph or of a function."""
        shared = node.attr["shared_name"].s.decode(errors="replace") or node.name
        key = self._key_of_node(node.name, shared)
        return self._attrs(key, shared, shape_of(node.attr["shape"].shape), node.attr["dtype"].type, name)

    def of_object(self, number: int) -> Mapping[str, Any]:
        """Return the attributes for a variable that a function captures."""
        assert self.objects is not None
        variable = self.objects.nodes[number].variable
        shape = shape_of(variable.shape)
        return self._attrs(self.objects.keys.get(number), variable.name, shape, variable.dtype, variable.name)

    def _key_of_node(self, node: str, shared: str) -> str | None:
        if self.objects is not None:
            number = self.handles.get(node, self.objects.named.get(shared))
            if number is not None and number in self.objects.keys:
                return self.objects.keys[number]
        names = (shared, node, self.parts.get(node, ""))
        known = next((name for name in names if name in self.entries), None)
        return known or self._by_full_name.get(shared)

    @cached_property
    def _by_full_name(self) -> dict[str, str]:
        """Keys by the variables' own names: a TF1 graph beside a checkpoint of objects knows no more."""
        return {name: key for key, name in full_names(self.checkpoint).items()}

    def _attrs(self, key: str | None, path: str, shape: Any, dtype: int, name: str) -> dict[str, Any]:
        """Shape and dtype are the stored ones where there are any: those are the numbers there are."""
        entry = self.entries.get(key) if key is not None else None
        return {
            "key": key if entry else None,
            "path": path or name,
            "shape": entry.shape if entry else shape,
            "dtype": entry.dtype if entry else dtype_name(dtype),
        }


def partitioned(collections: Any) -> dict[str, str]:
    """Return the checkpoint's name for each part of a partitioned variable, from the collections of a graph.

    A single part is stored as any whole variable is.
    Raises NotAudited where a variable's definition is damaged.
    """
    found: dict[str, str] = {}
    for raw in collections["variables"].bytes_list.value if "variables" in collections else ():
        variable = parse("VariableDef", raw, "a variable's definition")
        part = variable.save_slice_info_def
        if part.full_name and len(part.var_offset) == len(part.var_shape):
            node = variable.variable_name.split(":", 1)[0]
            whole = list(part.var_shape) == list(part.full_shape)
            name = part.full_name
            found[node] = name if whole else part_name(name, part.var_offset, part.var_shape)
    return found


def weight_refs(bundle: Bundle, checkpoint: Any, layer_of: LayerOf) -> tuple[WeightRef, ...]:
    """Return every stored tensor of numbers."""
    names = full_names(checkpoint)
    return tuple(
        _weight_ref(key, entry, names.get(key, key), layer_of)
        for key, entry in bundle.entries.items()
        if entry.dtype != "string"
    )


def _weight_ref(key: str, entry: Entry, name: str, layer_of: LayerOf) -> WeightRef:
    stem = key[: -len(VALUE)] if key.endswith(VALUE) else key
    parts = {*stem.split("/"), *name.split("/")}
    optimizer = not parts.isdisjoint(OPTIMIZER_PARTS)
    layer = None if optimizer else layer_of(name)
    return WeightRef(key, entry.shape, entry.dtype, layer, "optimizer" if optimizer else "weight", entry.size)
