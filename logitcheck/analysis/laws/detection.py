"""What picks boxes and labels from scores: suppression of overlapping boxes, decoders of label sequences."""

from __future__ import annotations

from logitcheck.analysis.context import Context
from logitcheck.analysis.interval import REALS, UNIT, Interval, point
from logitcheck.analysis.laws.base import INF, Law, integers, result
from logitcheck.analysis.tensor import Tensor
from logitcheck.graph import Node


def _numbers(size: int | None) -> Interval:
    """Return the range of indices into an axis."""
    return Interval(0.0, INF if size is None else max(size - 1.0, 0.0))


def suppression(node: Node, inputs: list[Tensor], ctx: Context) -> tuple[Tensor, ...]:
    """y = the numbers of the boxes kept, padded with 0; the fifth version adds their scores, scaled down.

    Boxes are ``[n, 4]``; the fourth and fifth version tell how many are valid.
    """
    chosen = result((), (None,), "int32", _numbers(inputs[0].size(0)))
    count = result((), (), "int32", Interval(0.0, INF))
    if node.op == "NonMaxSuppressionV5":
        scores = inputs[1]
        return chosen, result((scores,), (None,), scores.dtype, scores.interval.join(point(0.0))), count
    return (chosen, count) if node.op == "NonMaxSuppressionV4" else (chosen,)


def combined(node: Node, inputs: list[Tensor], ctx: Context) -> tuple[Tensor, ...]:
    """y = boxes, scores and classes of every image, padded with 0, and how many of them are valid.

    Boxes are ``[batch, n, classes or 1, 4]``, held in [0, 1] unless ``clip_boxes`` is off; scores are
    ``[batch, n, classes]``.
    """
    boxes, scores = inputs[:2]
    kept = integers(inputs[3]) if len(inputs) > 3 and not node.attrs.get("pad_per_class") else None
    batch, most = boxes.size(0), kept[0] if kept else None
    held = UNIT if node.attrs.get("clip_boxes", True) else boxes.interval.join(point(0.0))
    return (
        result((boxes,), (batch, most, 4), boxes.dtype, held),
        result((scores,), (batch, most), scores.dtype, scores.interval.join(point(0.0))),
        result((), (batch, most), "float32", _numbers(scores.size(-1))),
        result((), (batch,), "int32", Interval(0.0, INF)),
    )


def lite_detection(node: Node, inputs: list[Tensor], ctx: Context) -> tuple[Tensor, ...]:
    """y = boxes ``[batch, n, 4]``, classes, scores and the number of valid boxes, in TensorFlow Lite."""
    shape, scores = node.attrs.get("shape"), inputs[1]
    batch, most = shape[:2] if shape and len(shape) == 3 else (None, None)
    return (
        result(inputs, shape, "float32", REALS),
        result((), (batch, most), "float32", _numbers(scores.size(-1))),
        result((scores,), (batch, most), "float32", scores.interval.join(point(0.0))),
        result((), (batch,), "float32", Interval(0.0, INF)),
    )


def decoder(node: Node, inputs: list[Tensor], ctx: Context) -> tuple[Tensor, ...]:
    """y = label sequences as sparse tensors (indices, values, shape) and their log-probabilities.

    Scores are ``[time, batch, classes]``, the last class the blank, which no sequence holds.
    """
    scores = inputs[0]
    size = scores.size(-1)
    labels = _numbers(None if size is None else size - 1)
    paths = int(node.attrs.get("top_paths") or 1) if node.op.startswith("CTCBeam") else 1
    places = result((), (None, 2), "int64", Interval(0.0, INF))
    values = result((), (None,), "int64", labels)
    shape = result((), (2,), "int64", Interval(0.0, INF))
    score = result((scores,), (scores.size(1), paths), scores.dtype, REALS)
    return (*[places] * paths, *[values] * paths, *[shape] * paths, score)


LAWS: dict[str, Law] = {
    **dict.fromkeys(
        (
            "NonMaxSuppression",
            "NonMaxSuppressionV2",
            "NonMaxSuppressionV3",
            "NonMaxSuppressionV4",
            "NonMaxSuppressionV5",
            "NonMaxSuppressionWithOverlaps",
        ),
        suppression,
    ),
    "CombinedNonMaxSuppression": combined,
    "LiteDetection": lite_detection,
    **dict.fromkeys(("CTCGreedyDecoder", "CTCBeamSearchDecoder"), decoder),
}
