"""TensorList, TensorArray and Stack: the handle (or the flow) carries what was put in."""

from __future__ import annotations

from logitcheck.analysis.context import Context
from logitcheck.analysis.interval import Interval
from logitcheck.analysis.laws.base import INF, Law, join, result, sizes
from logitcheck.analysis.tensor import Tensor, unknown
from logitcheck.graph import Node, Shape

ZERO = Interval(0.0, 0.0)
"""What an entry nobody has set yet reads as."""


def _element(node: Node, carried: Tensor, shape: Shape) -> Tensor:
    dtype = (
        node.attrs.get("element_dtype")
        or node.attrs.get("dtype")
        or node.attrs.get("elem_type")
        or carried.dtype
    )
    return result((carried,), shape, dtype, carried.interval)


def _holding(carried: Tensor, value: Tensor) -> Tensor:
    """Return a list that holds what it held and one value more."""
    return join(carried, value).with_(shape=value.shape, dtype=value.dtype, value=None, shape_value=None)


def fresh(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = a list with nothing set in it."""
    dtype = node.attrs.get("element_dtype")
    return Tensor(sizes(inputs[0]) if inputs else None, dtype, ZERO, may_nan=False, may_inf=False)


def from_tensor(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = the list of x's rows."""
    x = inputs[0]
    return result((x,), None if not x.shape else x.shape[1:], x.dtype, x.interval)


def set_item(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = the list with one entry more or changed."""
    return _holding(inputs[0], inputs[-1] if node.op == "TensorListPushBack" else inputs[2])


def get_item(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = one entry of the list."""
    return _element(node, inputs[0], inputs[0].shape)


def pop(node: Node, inputs: list[Tensor], ctx: Context) -> tuple[Tensor, Tensor]:
    """y = the list without its last entry, and that entry."""
    return inputs[0], _element(node, inputs[0], inputs[0].shape)


def stacked(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = all entries along a new first axis."""
    shape = inputs[0].shape
    return _element(node, inputs[0], None if shape is None else (None, *shape))


def concatenated(node: Node, inputs: list[Tensor], ctx: Context) -> tuple[Tensor, Tensor]:
    """y = all entries end to end, and their lengths."""
    shape = inputs[0].shape
    out = _element(node, inputs[0], None if not shape else (None, *shape[1:]))
    return out, result((), (None,), "int64", Interval(0.0, INF))


def length(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = how many entries there are."""
    return result((), (), "int32", Interval(0.0, INF))


def array(node: Node, inputs: list[Tensor], ctx: Context) -> tuple[Tensor, Tensor]:
    """y = a handle, and the flow, which carries what is written."""
    handle = Tensor((2,), "resource", may_nan=False, may_inf=False)
    return handle, Tensor(None, node.attrs.get("dtype"), ZERO, may_nan=False, may_inf=False)


def array_gradient(node: Node, inputs: list[Tensor], ctx: Context) -> tuple[Tensor, Tensor]:
    """y = a handle to gradients and their flow: sums of what is written, of which we know nothing."""
    return Tensor((2,), "resource", may_nan=False, may_inf=False), unknown(node.op)


def array_write(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """flow = what the array held and the value."""
    return _holding(inputs[3], inputs[2])


def array_scatter(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """flow = what the array held and the rows of the value."""
    rows = inputs[2]
    return _holding(
        inputs[3], result((rows,), None if not rows.shape else rows.shape[1:], rows.dtype, rows.interval)
    )


def array_read(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = one entry."""
    return _element(node, inputs[2], inputs[2].shape)


def array_gather(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = entries along a new first axis."""
    shape = inputs[2].shape
    return _element(node, inputs[2], None if shape is None else (None, *shape))


def array_concat(node: Node, inputs: list[Tensor], ctx: Context) -> tuple[Tensor, Tensor]:
    """y = entries end to end, and their lengths."""
    return concatenated(node, inputs[1:], ctx)


def stack(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = a handle to a stack, whose entries are not followed."""
    return Tensor((), "resource", may_nan=False, may_inf=False)


def push(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = the value that was put on the stack."""
    return inputs[1]


def popped(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = an entry of a stack, of which we know nothing."""
    return unknown(node.op, None, node.attrs.get("elem_type"))


def resized(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = the list with entries cut off or added, which read as 0."""
    held = inputs[0]
    return held.with_(interval=held.interval.join(ZERO))


def optional(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = a box that holds values, or none: a branch keeps what its gradient would need in such."""
    return result((), (), "variant")


def closed(node: Node, inputs: list[Tensor], ctx: Context) -> tuple[Tensor, ...]:
    """No output."""
    return ()


LAWS: dict[str, Law] = {
    **dict.fromkeys(("TensorListReserve", "EmptyTensorList"), fresh),
    **dict.fromkeys(("OptionalFromValue", "OptionalNone"), optional),
    "TensorListFromTensor": from_tensor,
    **dict.fromkeys(("TensorListSetItem", "TensorListPushBack"), set_item),
    "TensorListResize": resized,
    "TensorListGetItem": get_item,
    "TensorListPopBack": pop,
    **dict.fromkeys(("TensorListStack", "TensorListGather"), stacked),
    **dict.fromkeys(("TensorListConcat", "TensorListConcatV2"), concatenated),
    **dict.fromkeys(("TensorListLength", "TensorArraySizeV3"), length),
    "TensorArrayV3": array,
    "TensorArrayGradV3": array_gradient,
    "TensorArrayWriteV3": array_write,
    "TensorArrayScatterV3": array_scatter,
    "TensorArrayReadV3": array_read,
    "TensorArrayGatherV3": array_gather,
    "TensorArrayConcatV3": array_concat,
    "TensorArrayCloseV3": closed,
    "StackV2": stack,
    "StackPushV2": push,
    "StackPopV2": popped,
    "StackCloseV2": closed,
}
