"""Lists and arrays of tensors, as loops of recurrent layers use them."""

from __future__ import annotations

import numpy as np
import pytest

from logitcheck.analysis.interpreter import Interpreter
from logitcheck.analysis.interval import Interval
from logitcheck.analysis.tensor import Tensor
from logitcheck.graph import Graph, Node, Ref

GIVEN = {"x": Tensor((5, 4), "float32", Interval(1.0, 2.0), may_nan=False, may_inf=False)}
X = Node("x", "Placeholder", (), {"dtype": "float32"})
AT = Node("at", "Const", (), {"value": np.array(0, "int32"), "dtype": "int32"})
SHAPE = Node("shape", "Const", (), {"value": np.array([4], "int32"), "dtype": "int32"})


def run(*nodes: Node) -> dict[Ref, Tensor]:
    return Interpreter(GIVEN).run(Graph((X, AT, SHAPE, *nodes)))


def node(name: str, op: str, *inputs: str, **attrs: object) -> Node:
    refs = (text.partition(":") for text in inputs)
    return Node(name, op, tuple(Ref(base, int(index or 0)) for base, _, index in refs), attrs)


def test_a_list_of_rows_gives_them_back() -> None:
    found = run(
        node("list", "TensorListFromTensor", "x", "shape"),
        node("row", "TensorListGetItem", "list", "at", "shape", element_dtype="float32"),
        node("all", "TensorListStack", "list", "shape", element_dtype="float32"),
    )
    assert found[Ref("row")].shape == (4,) and found[Ref("row")].interval == Interval(1.0, 2.0)
    assert found[Ref("all")].shape == (None, 4)


def test_what_nobody_set_in_a_list_reads_as_zero() -> None:
    found = run(
        node("list", "TensorListReserve", "shape", "at", element_dtype="float32"),
        node("set", "TensorListSetItem", "list", "at", "x"),
        node("all", "TensorListStack", "set", "shape", element_dtype="float32"),
    )
    assert found[Ref("all")].interval == Interval(0.0, 2.0)


@pytest.mark.parametrize("op", ["TensorArrayReadV3", "TensorArrayGatherV3"])
def test_an_array_carries_what_was_written(op: str) -> None:
    found = run(
        node("array", "TensorArrayV3", "at", dtype="float32"),
        node("write", "TensorArrayWriteV3", "array", "at", "x", "array:1"),
        node("y", op, "array", "at", "write", dtype="float32"),
    )
    assert found[Ref("y")].interval == Interval(0.0, 2.0)
    assert found[Ref("y")].dtype == "float32"


def test_a_stack_keeps_its_secret() -> None:
    found = run(node("stack", "StackV2", "at"), node("y", "StackPopV2", "stack", elem_type="float32"))
    assert not found[Ref("y")].known


def test_a_box_is_known_whatever_it_holds() -> None:
    found = run(node("some", "OptionalFromValue", "x", "shape"), node("none", "OptionalNone"))
    assert [found[Ref(name)].dtype for name in ("some", "none")] == ["variant", "variant"]
    assert found[Ref("some")].known and found[Ref("none")].known
