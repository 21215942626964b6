"""The op tables against TensorFlow's own registry."""

from __future__ import annotations

import re
from types import ModuleType

import pytest

from logitcheck.analysis.safety import ops

SUSPECT = re.compile(
    r"File|PyFunc|Rpc|DataService|SummaryWriter|^Write|RemoteCall|Dump|Sql|LMDB|Snapshot|SaveDataset|LoadDataset"
    r"|TFRecord|TextLine|CSVDataset|FromGraph|^Abort$|Sleep|Debug|FileSystem"
)
"""What TensorFlow calls ops that read, write, connect or run something."""

ONLY_NAMES = {"ShardedFilename"}
"""Suspect by name, and yet they only compute: this one formats a string."""


def test_no_op_is_both_allowed_and_reaching() -> None:
    assert not [op for op in ops.allowed() if ops.reaches(op)]


def test_saver_table_and_print_ops_are_neither() -> None:
    special = ops.SAVER | ops.TABLES | ops.PRINTS
    assert not special & ops.allowed()
    assert not [op for op in special if ops.reaches(op)]


def test_no_allowed_op_has_the_name_of_one_that_reaches_out() -> None:
    assert {op for op in ops.allowed() if SUSPECT.search(op)} <= ONLY_NAMES


def test_every_suspect_name_of_the_registry_is_not_allowed_unless_it_only_computes(
    tensorflow: ModuleType,
) -> None:
    suspects = {name for name in dir(tensorflow.raw_ops) if SUSPECT.search(name)}
    assert len(suspects) > 50
    assert not (suspects - ONLY_NAMES) & ops.allowed()


def test_the_ops_of_everyday_models_are_allowed() -> None:
    everyday = {"Conv2D", "MatMul", "Softmax", "ReadVariableOp", "VarHandleOp", "LookupTableFindV2", "While"}
    assert everyday <= ops.allowed()


@pytest.mark.parametrize("op", ["MyPluginOp", "XlaCallModule", ""])
def test_an_op_nobody_looked_at_is_new(op: str) -> None:
    assert ops.is_new(op)


@pytest.mark.parametrize("op", ["MatMul", "SaveV2", "PrintV2", "WriteFile", "InitializeTableFromTextFileV2"])
def test_a_listed_op_is_not_new(op: str) -> None:
    assert not ops.is_new(op)
