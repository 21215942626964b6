"""Losses of TensorFlow that apply the softmax or sigmoid themselves, found as ops."""

from __future__ import annotations

from collections.abc import Iterator

from logitcheck.analysis import heads
from logitcheck.analysis.heads import find_head
from logitcheck.graph import Graph, Node, Ref
from logitcheck.record import dataclass

SOFTMAX_LOSSES = frozenset(("SoftmaxCrossEntropyWithLogits", "SparseSoftmaxCrossEntropyWithLogits"))
"""Scores first, labels second; both take the last axis of a matrix as classes."""

CTC_LOSSES = frozenset(("CTCLoss", "CTCLossV2"))
"""Scores of every frame first, then indices and values of sparse labels."""

TOTALS = frozenset(("Sum", "Mean"))

LINEAR = TOTALS | {"Neg", "Mul", "Add", "AddV2", "AddN", "Sub", "Identity", "Reshape", "Squeeze"}
"""What a term of a loss goes through on its way to the total."""


@dataclass(frozen=True)
class FusedLoss:
    """One loss in a graph that applies the softmax or sigmoid itself."""

    node: Node
    """The op; of a sigmoid loss, which TensorFlow writes out in small ops, its ``Log1p``."""

    kind: str
    """``softmax``, ``sigmoid``, ``ctc``, ``softplus`` (a sigmoid loss by hand), or ``log-softmax``, which is
    a loss but for the choice of a class.
    """

    scores: Ref
    """What it is given as scores."""

    labels: Ref | None = None


def fused_losses(graph: Graph) -> Iterator[FusedLoss]:
    """Yield the losses of a graph that take scores."""
    for node in graph.nodes:
        if node.op in SOFTMAX_LOSSES and len(node.inputs) > 1:
            yield FusedLoss(node, "softmax", node.inputs[0], node.inputs[1])
        elif node.op in CTC_LOSSES and node.inputs:
            yield FusedLoss(node, "ctc", node.inputs[0])
        elif node.op == "LogSoftmax" and node.inputs:
            yield FusedLoss(node, "log-softmax", node.inputs[0])
        elif node.op == "Softplus" and _is_summed(graph, node):
            minus = graph.by_name.get(node.inputs[0].node)
            turned = minus is not None and minus.op == "Neg"
            yield FusedLoss(node, "softplus", minus.inputs[0] if minus and turned else node.inputs[0])
        elif node.op == "Log1p":
            scores = _sigmoid_scores(graph, node)
            if scores is not None:
                yield FusedLoss(node, "sigmoid", scores)


def _is_summed(graph: Graph, node: Node) -> bool:
    """Tell whether values are only weighed and summed up: those of a hidden layer are not."""
    ops = graph.ops_after(node)
    return ops <= LINEAR and not ops.isdisjoint(TOTALS)


def _sigmoid_scores(graph: Graph, log1p: Node) -> Ref | None:
    """Return x of ``log1p(exp(-abs(x)))``, as TensorFlow writes its sigmoid cross-entropy; None for others.

    ``tf.nn.sigmoid_cross_entropy_with_logits`` takes ``where(x >= 0, -x, x)`` for ``-abs(x)``.
    """
    exp = graph.by_name.get(log1p.inputs[0].node) if log1p.inputs else None
    if exp is None or exp.op != "Exp":
        return None
    inner = graph.by_name.get(exp.inputs[0].node)
    if inner is None:
        return None
    if inner.op in ("Select", "SelectV2"):
        minus = graph.by_name.get(inner.inputs[1].node)
        same = minus is not None and minus.op == "Neg" and minus.inputs[0] == inner.inputs[2]
        return inner.inputs[2] if same else None
    magnitude = graph.by_name.get(inner.inputs[0].node) if inner.op == "Neg" else None
    return magnitude.inputs[0] if magnitude is not None and magnitude.op == "Abs" else None


def before_dropout(graph: Graph, ref: Ref) -> Ref:
    """Return what a dropout written out in ops is given; the tensor itself where there is none.

    TensorFlow writes ``x * scale * cast(random >= rate)`` (``x / keep`` before 2.0) or, from 2.12 on,
    ``where(random >= rate, x * scale, 0)``.
    """
    node = find_head(graph, ref).node
    if node is None or node.op not in ("Mul", "SelectV2", "Select"):
        return ref
    masks = [source for source in node.inputs if _is_mask(graph, source)]
    kept = [source for source in node.inputs if source not in masks and not heads.is_stored(graph, source)]
    if len(masks) != 1 or len(kept) != 1:
        return ref
    scaled = find_head(graph, kept[0]).node
    if scaled is not None and scaled.op in ("Mul", "RealDiv"):
        return next((r for r in scaled.inputs if not heads.is_stored(graph, r)), kept[0])
    return kept[0]


def _is_mask(graph: Graph, ref: Ref) -> bool:
    """Tell whether a tensor says which values a dropout keeps."""
    node = find_head(graph, ref).node
    if node is not None and node.op == "Floor":  # floor(keep + random), as TensorFlow 1 writes it
        return True
    return node is not None and node.op in ("GreaterEqual", "Greater", "Less", "LessEqual")
