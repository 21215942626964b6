"""Strings, lookup tables, parsed examples and ragged tensors: counts are not negative, the rest is text."""

from __future__ import annotations

from logitcheck.analysis.context import Context
from logitcheck.analysis.interval import UNIT, Interval
from logitcheck.analysis.laws.base import INF, Law, copy_of, result
from logitcheck.analysis.tensor import Tensor, unknown
from logitcheck.graph import Node

COUNT = Interval(0.0, INF)


def text(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = strings of the same shape."""
    return result((), inputs[0].shape if inputs else (), "string")


def free_text(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = strings of a shape that is not followed."""
    return result((), None, "string")


def matched(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = whether the pattern occurs."""
    return result((), inputs[0].shape, "bool", UNIT)


def measured(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = the length of each string, or the number of its bucket."""
    buckets = node.attrs.get("num_buckets")
    high = float(buckets) - 1 if isinstance(buckets, int) and buckets > 0 else INF
    dtype = "int32" if node.op == "StringLength" else "int64"
    return result((), inputs[0].shape, dtype, Interval(0.0, high))


def number(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = the number a string spells, "nan" and "inf" among them, or any number in bytes."""
    dtype = node.attrs.get("out_type") or "float32"
    shape = inputs[0].shape if node.op == "StringToNumber" else None
    return result((), shape, dtype, nan=True, inf=True)


def table(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = a handle to a lookup table."""
    return Tensor((), "resource", may_nan=False, may_inf=False)


def found(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = the table's values for the keys, in the default's dtype; values of a table are not read."""
    default = inputs[2]
    return result((), inputs[1].shape, node.attrs.get("Tout") or default.dtype, nan=True, inf=True)


def nothing(node: Node, inputs: list[Tensor], ctx: Context) -> tuple[Tensor, ...]:
    """No output: a table is filled."""
    return ()


def pieces(node: Node, inputs: list[Tensor], ctx: Context) -> tuple[Tensor, ...]:
    """y = tokens or code points, and where they begin and end: text and counts."""
    return (result((), (None,), None, COUNT), *(result((), (None,), "int64", COUNT),) * 4)


def parsed(node: Node, inputs: list[Tensor], ctx: Context) -> tuple[Tensor, ...]:
    """y = the features of serialised examples: whatever was stored."""
    dense = node.attrs.get("Tdense") or ()
    sparse = int(node.attrs.get("num_sparse") or node.attrs.get("Nsparse") or 0)
    shapes = node.attrs.get("dense_shapes") or ()
    batch = inputs[0].shape
    coordinates = (result((), None, None),) * (3 * sparse)
    features = []
    for i, dtype in enumerate(dense):
        own = shapes[i] if i < len(shapes) else None
        shape = None if own is None or batch is None else (*batch, *own)
        features.append(Tensor(shape, dtype, may_nan=False, may_inf=False))
    return (*coordinates, *features)


def ragged_range(node: Node, inputs: list[Tensor], ctx: Context) -> tuple[Tensor, Tensor]:
    """y = where each run begins, and the runs of numbers."""
    return result((), (None,), "int64", COUNT), result(inputs, (None,), inputs[0].dtype)


def ragged_gather(node: Node, inputs: list[Tensor], ctx: Context) -> tuple[Tensor, ...]:
    """y = the splits of the picked rows, then their values."""
    splits = int(node.attrs.get("OUTPUT_RAGGED_RANK") or 1)
    values = inputs[-2]
    return (*(result((), (None,), "int64", COUNT),) * splits, copy_of(values, None))


def ragged_dense(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = rows of several lengths filled up with the default."""
    values, default = inputs[1], inputs[2]
    return result((values, default), None, values.dtype, values.interval.join(default.interval))


def sparse_dense(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = values at their coordinates among the default."""
    from logitcheck.analysis.laws.base import sizes

    values, default = inputs[2], inputs[3]
    return result((values, default), sizes(inputs[1]), values.dtype, values.interval.join(default.interval))


def image(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = the bytes of a picture, 0 to 255."""
    channels = node.attrs.get("channels") or None
    dtype = node.attrs.get("dtype") or "uint8"
    high = 255.0 if dtype == "uint8" else 65535.0 if dtype == "uint16" else 1.0
    return result(
        (), None if node.op == "DecodeImage" else (None, None, channels), dtype, Interval(0.0, high)
    )


def sound(node: Node, inputs: list[Tensor], ctx: Context) -> tuple[Tensor, Tensor]:
    """y = samples in [-1, 1], and how many a second."""
    return result((), (None, None), "float32", Interval(-1.0, 1.0)), result((), (), "int32", COUNT)


def gone(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = what an iterator or a queue hands out, of which the graph says nothing."""
    return unknown(node.op)


LAWS: dict[str, Law] = {
    **dict.fromkeys(
        [
            "StringJoin",
            "StringLower",
            "StringUpper",
            "StringStrip",
            "RegexReplace",
            "StaticRegexReplace",
            "Substr",
            "AsString",
            "CaseFoldUTF8",
            "NormalizeUTF8",
            "EncodeBase64",
            "DecodeBase64",
            "UnicodeTranscode",
            "ShardedFilename",
        ],
        text,
    ),
    **dict.fromkeys(
        ("UnicodeEncode", "ReduceJoin", "StringFormat", "EncodeJpeg", "EncodePng", "ReadFile"), free_text
    ),
    **dict.fromkeys(("RegexFullMatch", "StaticRegexFullMatch"), matched),
    **dict.fromkeys(
        ("StringLength", "StringToHashBucket", "StringToHashBucketFast", "StringToHashBucketStrong"), measured
    ),
    **dict.fromkeys(("StringToNumber", "DecodeRaw", "DecodePaddedRaw", "DecodeCSV"), number),
    **dict.fromkeys(
        ("HashTable", "HashTableV2", "MutableHashTable", "MutableHashTableV2", "MutableDenseHashTableV2"),
        table,
    ),
    **dict.fromkeys(("LookupTableFind", "LookupTableFindV2"), found),
    **dict.fromkeys(
        [
            "LookupTableImport",
            "LookupTableImportV2",
            "LookupTableInsertV2",
            "InitializeTableV2",
            "InitializeTableFromTextFileV2",
        ],
        nothing,
    ),
    **dict.fromkeys(
        [
            "UnicodeDecodeWithOffsets",
            "UnicodeDecode",
            "RegexSplitWithOffsets",
            "WhitespaceTokenizeWithOffsets",
            "WordpieceTokenizeWithOffsets",
            "UnicodeScriptTokenizeWithOffsets",
            "SplitMergeTokenizeWithOffsets",
            "SentencepieceTokenizeOp",
            "SentencepieceTokenizeWithOffsetsOp",
            "StringSplitV2",
            "StringNGrams",
            "SentenceFragments",
        ],
        pieces,
    ),
    **dict.fromkeys(("ParseExample", "ParseExampleV2", "ParseSingleExample"), parsed),
    "RaggedRange": ragged_range,
    "RaggedGather": ragged_gather,
    "RaggedTensorToTensor": ragged_dense,
    "SparseToDense": sparse_dense,
    **dict.fromkeys(("DecodeJpeg", "DecodePng", "DecodeImage", "DecodeBmp", "DecodeAndCropJpeg"), image),
    "DecodeWav": sound,
    **dict.fromkeys(("IteratorGetNext", "QueueDequeueV2", "QueueDequeueManyV2", "QueueDequeueUpToV2"), gone),
}
