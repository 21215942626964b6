"""Which graph ops only compute, and which reach out of the graph.

An op is *allowed* (it computes, or it moves tensors inside the session), *reaching* (it touches files, the
network, Python, devices or other processes), or *new*: in neither table, so nobody has looked at it. The
allow-list decides; the table of reaching ops only tells what an op that is not allowed can do.
Source: the op registry and op definitions of TensorFlow 2.21, read one by one where an op is stateful,
takes a file name, or starts other code.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

PYTHON = "calls Python code registered in the loading process"
READS = "reads a file or folder that the graph names"
WRITES = "writes a file that the graph names"
NETWORK = "opens a network connection"
GRAPH = "carries another graph or program inside a string"
PROCESS = "stops or blocks the process"

REACHING: dict[str, tuple[str, ...]] = {
    PYTHON: ("PyFunc", "PyFuncStateless", "EagerPyFunc", "GeneratorDataset"),
    READS: (
        "ReadFile", "MatchingFiles", "MatchingFilesDataset", "WholeFileReader", "WholeFileReaderV2",
        "TextLineReader", "TextLineReaderV2", "TextLineDataset", "TFRecordReader", "TFRecordReaderV2",
        "TFRecordDataset", "TFRecordDatasetV2", "FixedLengthRecordReader", "FixedLengthRecordReaderV2",
        "FixedLengthRecordDataset", "FixedLengthRecordDatasetV2", "LMDBReader", "LMDBDataset", "SqlDataset",
        "CSVDataset", "CSVDatasetV2", "RecordInput", "LoadDataset", "ListSnapshotChunksDataset",
        "SnapshotChunkDataset", "SnapshotDatasetReader", "SnapshotNestedDatasetReader", "LoadAndRemapMatrix",
        "GenerateVocabRemapping", "FixedUnigramCandidateSampler", "FileSystemSetConfiguration",
        "IdentityReader", "IdentityReaderV2", "ImmutableConst",
    ),
    WRITES: (
        "WriteFile", "SaveDataset", "SaveDatasetV2", "DistributedSave", "DatasetToTFRecord",
        "ExperimentalDatasetToTFRecord", "CacheDataset", "CacheDatasetV2", "SnapshotDataset",
        "SnapshotDatasetV2", "DumpTensor", "SummaryWriter", "CreateSummaryFileWriter",
        "CreateSummaryDbWriter", "WriteSummary", "WriteScalarSummary", "WriteImageSummary",
        "WriteAudioSummary",
        "WriteHistogramSummary", "WriteGraphSummary", "WriteRawProtoSummary", "ImportEvent",
    ),
    NETWORK: (
        "RpcClient", "RpcCall", "RpcServer", "RpcServerStart", "RpcServerRegister", "DataServiceDataset",
        "DataServiceDatasetV2", "DataServiceDatasetV3", "DataServiceDatasetV4", "RegisterDataset",
        "RegisterDatasetV2", "RemoteCall", "_Send", "_Recv", "Send", "Recv", "_HostSend", "_HostRecv",
        "CollectiveGather", "CollectiveReduce", "CollectiveBcastSend", "CollectiveBcastRecv",
        "BigQueryReader", "DebugIdentity", "DebugIdentityV2", "DebugIdentityV3", "DebugNanCount",
        "DebugNumericSummary", "DebugNumericSummaryV2",
    ),
    GRAPH: (
        "DatasetFromGraph", "DeserializeIterator", "XlaLaunch", "XlaLaunchV2", "TPUExecute",
        "TPUPartitionedCall",
    ),
    PROCESS: ("Abort", "SleepOp", "SleepDataset", "ExperimentalSleepDataset", "SleepIdentityOp"),
}  # fmt: skip

SAVER = frozenset(
    {
        "Save",
        "SaveV2",
        "SaveSlices",
        "Restore",
        "RestoreV2",
        "RestoreSlice",
        "MergeV2Checkpoints",
        "ShardedFilespec",
    }
)
"""Ops of the checkpoint code in every SavedModel; sound where the file name is fed, not written in."""

TABLES = frozenset({"InitializeTableFromTextFile", "InitializeTableFromTextFileV2"})
"""Ops that fill a lookup table from a file; sound where the file is one of the model's own assets."""

PRINTS = frozenset({"Print", "PrintV2"})
"""Ops that print; sound where they print to the standard streams or the log."""


@cache
def allowed() -> frozenset[str]:
    """Return the names of the ops that only compute."""
    text = Path(__file__).with_name("allowed_ops.txt").read_text(encoding="ascii")
    return frozenset(text.split())


@cache
def _reaching() -> dict[str, str]:
    return {name: what for what, names in REACHING.items() for name in names}


def reaches(op: str) -> str | None:
    """Return what a reaching op can do, None for any other op."""
    return _reaching().get(op)


def is_new(op: str) -> bool:
    """Tell whether nobody has looked at this op: neither allowed nor known to reach out."""
    known = op in SAVER or op in TABLES or op in PRINTS or op in allowed()
    return not known and reaches(op) is None
