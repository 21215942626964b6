"""Products with matrices and kernels: MatMul, convolutions, einsum, bias."""

from __future__ import annotations

from logitcheck.analysis import ranges
from logitcheck.analysis.context import Context
from logitcheck.analysis.interval import REALS, Interval
from logitcheck.analysis.laws import patterns, unit_length
from logitcheck.analysis.laws.base import Law, Sums, broadcast, minus_inf, plus_inf, product, result, sums_of
from logitcheck.analysis.tensor import Tensor
from logitcheck.graph import Node, Shape


def _terms(a: Tensor, b: Tensor, count: int | None) -> Interval:
    """Return the range of a sum of ``count`` products."""
    each = ranges.multiply(a.interval, b.interval)
    if count is not None:
        return ranges.scale(Interval(*each[:2]), float(count))
    low, high = each[:2]
    return Interval(0.0 if low >= 0 else REALS[0], 0.0 if high <= 0 else REALS[1])


def bias_add(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = x + b along the channels."""
    x, b = inputs
    nan = (plus_inf(x) and minus_inf(b)) or (minus_inf(x) and plus_inf(b))
    interval = ranges.add(x.interval, b.interval)
    return result(
        inputs, x.shape, node.attrs.get("T") or x.dtype or inputs[1].dtype, interval, nan=nan, trained=True
    )


def matmul(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = a b (either transposed first): sums of products; distributions times distributions stay such."""
    a, b = inputs[:2]
    flip_a = bool(node.attrs.get("transpose_a") or node.attrs.get("adj_x"))
    flip_b = bool(node.attrs.get("transpose_b") or node.attrs.get("adj_y"))
    inner = a.size(-2 if flip_a else -1) or b.size(-1 if flip_b else -2)
    trained = patterns.trained(node, ctx)
    interval = _terms(a, b, inner) if ctx.exact or not trained else REALS
    rows, columns = (node.inputs[0], -2 if flip_a else -1), (node.inputs[1], -1 if flip_b else -2)
    if interval.bounded and unit_length.cosine(rows, columns, ctx):
        interval = interval.meet(unit_length.LIMITS)
    left, right = _flipped(sums_of(a), flip_a), _flipped(sums_of(b), flip_b)
    sums: Sums = None
    if left and right and left[0] == right[0] and left[0] in (-1, -2):
        sums = (left[0], left[1] * right[1])
    if left == (-1, 1.0):
        interval = interval.meet(Interval(*b.interval[:2]))
    if right == (-2, 1.0):
        interval = interval.meet(Interval(*a.interval[:2]))
    nan = a.may_inf or b.may_inf
    dtype = node.attrs.get("Tout") or node.attrs.get("T") or a.dtype or b.dtype
    unseen = (None, None) if node.op == "MatMul" else None
    shape = _matmul_shape(a.shape or unseen, b.shape or unseen, flip_a, flip_b)
    return result(inputs, shape, dtype, interval, nan=nan, sums=sums, trained=trained)


def _flipped(sums: Sums, flip: bool) -> Sums:
    return (-3 - sums[0], sums[1]) if sums and flip and sums[0] in (-1, -2) else sums


def _matmul_shape(a: Shape, b: Shape, flip_a: bool, flip_b: bool) -> Shape:
    if a is None or b is None or len(a) < 2 or len(b) < 2:
        return None
    rows, columns = a[-1 if flip_a else -2], b[-2 if flip_b else -1]
    head = broadcast(a[:-2], b[:-2])
    return None if head is None else (*head, rows, columns)


def spatial(size: int | None, kernel: int | None, stride: int, dilation: int, padding: str) -> int | None:
    """Return the length of an axis after a window: SAME ceil(n / s), VALID ceil((n - (k - 1) d) / s)."""
    if size is None:
        return None
    if padding == "SAME":
        return -(-size // stride)
    return (
        None
        if kernel is None or padding != "VALID"
        else max(-(-(size - (kernel - 1) * dilation) // stride), 0)
    )


def window_shape(node: Node, x: Shape, kernel: tuple[int | None, ...], channels: int | None) -> Shape:
    """Return the shape after sliding a window of ``kernel`` sizes; channels by ``data_format``."""
    rank = len(kernel) + 2
    if x is None or len(x) != rank:
        return None
    first = str(node.attrs.get("data_format", "NHWC")).startswith("NC")
    start = 2 if first else 1
    strides = tuple(node.attrs.get("strides") or (1,) * rank)
    dilations = tuple(node.attrs.get("dilations") or (1,) * rank)
    padding = node.attrs.get("padding", "VALID")
    axes = range(start, start + len(kernel))
    space = tuple(
        spatial(x[i], k, strides[i], dilations[i], padding) for i, k in zip(axes, kernel, strict=True)
    )
    return (x[0], channels, *space) if first else (x[0], *space, channels)


def conv(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = sums over a window and its channels of x times kernel; padding adds terms of 0."""
    x, kernel = inputs[:2]
    sizes = kernel.shape
    shape: Shape = None
    count = None
    if sizes is not None and len(sizes) >= 3:
        count = product(sizes[:-1])
        shape = window_shape(node, x.shape, sizes[:-2], sizes[-1])
        if node.op.startswith("Depthwise"):
            count = product(sizes[:2])
            shape = window_shape(node, x.shape, sizes[:2], product(sizes[-2:]))
    trained = patterns.trained(node, ctx)
    interval = _terms(x, kernel, count) if ctx.exact or not trained else REALS
    if node.attrs.get("padding") != "VALID":
        interval = interval.join(Interval(0.0, 0.0))
    return result(
        inputs,
        shape,
        node.attrs.get("T") or x.dtype or inputs[1].dtype,
        interval,
        nan=x.may_inf,
        trained=trained,
    )


def conv_transpose(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = the transpose of a convolution, of the shape its first input gives."""
    from logitcheck.analysis.laws.base import sizes as entries

    wanted, kernel, x = inputs[:3]
    shape = entries(wanted)
    count = None if kernel.shape is None else product((*kernel.shape[:-2], kernel.shape[-1]))
    trained = patterns.is_weight(node.inputs[1], ctx)
    interval = _terms(x, kernel, count).join(Interval(0.0, 0.0)) if ctx.exact or not trained else REALS
    return result(
        (kernel, x),
        shape,
        node.attrs.get("T") or x.dtype or inputs[1].dtype,
        interval,
        nan=x.may_inf,
        trained=trained,
    )


def einsum(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = sums of products by an equation; weighing values by a distribution keeps their bounds."""
    equation = str(node.attrs.get("equation", "")).replace(" ", "")
    left, _, out = equation.partition("->")
    terms = left.split(",")
    sizes: dict[str, int | None] = {}
    for term, tensor in zip(terms, inputs, strict=True):
        if tensor.shape is not None and "." not in term:
            sizes.update(zip(term, tensor.shape, strict=True))
    shape = None if "." in out or set(out) - set(sizes) else tuple(sizes[c] for c in out)
    summed = {c for c in left if c.isalpha()} - set(out)
    trained = patterns.trained(node, ctx)
    dtype = node.attrs.get("T") or inputs[0].dtype or inputs[-1].dtype
    nan = any(tensor.may_inf for tensor in inputs)
    if len(inputs) == 1:
        inputs = [inputs[0], Tensor(interval=Interval(1.0, 1.0), may_nan=False, may_inf=False)]
    interval = REALS
    if ctx.exact or not trained:
        interval = _terms(inputs[0], inputs[1], product(sizes.get(c) for c in summed))
    interval = _cosine(interval, node, terms, summed, ctx)
    sums: Sums = None
    for term, tensor, other in zip(terms, inputs[:2], inputs[1::-1], strict=False):
        if tensor.sums_to_one is not None and "." not in term and summed == {term[tensor.sums_to_one]}:
            interval = interval.meet(Interval(*other.interval[:2]))
            sums = sums or _mixed(term, left.replace(term, "", 1).strip(","), out, other)
    return result(inputs, shape, dtype, interval, nan=nan, sums=sums, trained=trained)


def _cosine(interval: Interval, node: Node, terms: list[str], summed: set[str], ctx: Context) -> Interval:
    """Keep a range within [-1, 1] where vectors of length 1 are multiplied along the one summed letter."""
    if not interval.bounded or len(summed) != 1 or len(terms) != 2:
        return interval
    (letter,) = summed
    if any("." in term or term.count(letter) != 1 for term in terms):
        return interval
    a, b = ((ref, t.index(letter) - len(t)) for ref, t in zip(node.inputs, terms, strict=True))
    return interval.meet(unit_length.LIMITS) if unit_length.cosine(a, b, ctx) else interval


def _mixed(weights: str, term: str, out: str, parts: Tensor) -> Sums:
    """Return where the classes went: distributions weighed by one that is the same for every class."""
    own = sums_of(parts)
    if not own or "." in term + out or -own[0] > len(term):
        return None
    classes = term[own[0]]
    return (out.index(classes) - len(out), own[1]) if classes in out and classes not in weights else None


LAWS: dict[str, Law] = {
    "BiasAdd": bias_add,
    "BiasAddV1": bias_add,
    "MatMul": matmul,
    "BatchMatMul": matmul,
    "BatchMatMulV2": matmul,
    "BatchMatMulV3": matmul,
    "Conv2D": conv,
    "Conv3D": conv,
    "Conv": conv,
    "DepthwiseConv2dNative": conv,
    "Conv2DBackpropInput": conv_transpose,
    "Conv3DBackpropInputV2": conv_transpose,
    "DepthwiseConv2dNativeBackpropInput": conv_transpose,
    "Einsum": einsum,
}
