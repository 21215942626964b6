"""What the graph tells about the values an input may take: the ids a table holds, encoded images, text."""

from __future__ import annotations

from collections.abc import Iterator

from logitcheck.graph import Graph, Node, Ref

CARRIERS = frozenset(
    {
        "Identity", "Cast", "Reshape", "ExpandDims", "Squeeze", "Transpose", "StridedSlice", "Slice",
        "PlaceholderWithDefault", "StopGradient", "EnsureShape", "Pack", "ConcatV2", "Split", "SplitV",
        "Tile", "Unpack",
        "GatherNd", "PadV2", "Pad", "BroadcastTo", "IdentityN", "Snapshot", "CheckNumerics", "ReverseV2",
        "TensorListFromTensor", "Round", "Floor", "Relu", "Maximum", "ClipByValue",
    }
)  # fmt: skip
"""Ops that hand on the values themselves, moved about at most."""

DECODERS = frozenset(
    {"DecodeJpeg", "DecodePng", "DecodeImage", "DecodeAndCropJpeg", "DecodeBmp", "DecodeGif"}
)

SCALERS = frozenset({"Mul", "Sub", "RealDiv", "Div", "AddV2", "Add", "BiasAdd"})
"""Ops by which pictures are brought to another range."""


def id_bound(graph: Graph, placeholder: str) -> int | None:
    """Return the smallest table that the input's values index, in rows; None where they index none."""
    sizes = (_table_rows(graph, node, ref) for node, ref in uses(graph, placeholder))
    return min((size for size in sizes if size is not None), default=None)


def is_encoded_image(graph: Graph, placeholder: str) -> bool:
    """Tell whether the input is the bytes of an image file."""
    return any(node.op in DECODERS for node, _ in uses(graph, placeholder))


def scales_itself(graph: Graph, placeholder: str) -> bool:
    """Tell whether the graph first scales its input by stored numbers, as Rescaling and Normalization do."""
    return any(
        node.op in SCALERS and any(_stored(graph, other) for other in node.inputs if other != ref)
        for node, ref in uses(graph, placeholder)
    )


def _stored(graph: Graph, ref: Ref) -> bool:
    """Tell whether a value stands in the file, perhaps behind a cast or a change of shape."""
    for _ in range(8):
        node = graph.by_name.get(ref.node)
        if node is None or node.op in ("Const", "Weight", "VarHandleOp", "VariableV2"):
            return node is not None
        if node.op not in ("Identity", "Cast", "ReadVariableOp", "Reshape", "ExpandDims") or not node.inputs:
            return False
        ref = node.inputs[0]
    return False


def uses(graph: Graph, placeholder: str) -> Iterator[tuple[Node, Ref]]:
    """Yield each op that computes with the input's values, and the reference it takes them by."""
    todo, seen = [placeholder], {placeholder}
    while todo:
        name = todo.pop()
        for node in graph.readers.get(name, ()):
            for ref in node.inputs:
                if ref.node == name:
                    yield node, ref
            if node.op in CARRIERS and node.name not in seen:
                seen.add(node.name)
                todo.append(node.name)


def _table_rows(graph: Graph, node: Node, ref: Ref) -> int | None:
    """Return the number of ids that this op accepts by this reference."""
    if node.op in ("GatherV2", "Gather", "ResourceGather") and len(node.inputs) > 1 and node.inputs[1] == ref:
        axis = _constant(graph, node.inputs[2]) if len(node.inputs) > 2 else 0
        shape = _shape(graph, node.inputs[0])
        return shape[axis] if shape and axis is not None and -len(shape) <= axis < len(shape) else None
    if node.op == "OneHot" and node.inputs[0] == ref and len(node.inputs) > 1:
        return _constant(graph, node.inputs[1])
    return None


def _shape(graph: Graph, ref: Ref) -> tuple[int | None, ...] | None:
    """Return the shape of a stored table, through reads and casts."""
    for _ in range(16):
        node = graph.by_name.get(ref.node)
        if node is None:
            return None
        shape = node.attrs.get("shape")
        value = node.attrs.get("value")
        if node.op in ("Weight", "VarHandleOp", "VariableV2", "Variable") and shape is not None:
            return tuple(shape)
        if node.op == "Const" and value is not None:
            return tuple(value.shape)
        if node.op not in ("Identity", "Cast", "ReadVariableOp", "Enter") or not node.inputs:
            return None
        ref = node.inputs[0]
    return None


def _constant(graph: Graph, ref: Ref) -> int | None:
    node = graph.by_name.get(ref.node)
    value = node.attrs.get("value") if node is not None and node.op == "Const" else None
    return None if value is None or getattr(value, "size", 0) != 1 else int(value.reshape(()))
