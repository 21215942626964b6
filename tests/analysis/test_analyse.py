from __future__ import annotations

from typing import Any

import pytest

from logitcheck.analysis.analyse import analyse
from logitcheck.analysis.tensor import Tensor
from logitcheck.graph import Graph, Node, Ref, Shape
from logitcheck.model import Input, Model, Output, Writer


def answered(shape: Shape, stated: dict[str, Any], op: str = "Softmax") -> Tensor:
    """What is known of the output of one op on an input of a shape, where the file states something of it."""
    nodes = (Node("x", "Placeholder"), Node("y", op, (Ref("x"),), {}))
    output = Output("y", Ref("y"), **stated)
    model = Model(
        path="m",
        format="saved-model",
        writer=Writer("tensorflow"),
        graph=Graph(nodes, ("x",), (Ref("y"),)),
        inputs=(Input("x", "x", shape, "float32"),),
        outputs=(output,),
    )
    return analyse(model).serving.of(Ref("y"))


@pytest.mark.parametrize(
    ("derived", "stated", "shape"),
    [
        ((None, None), (None, 3), (None, 3)),
        (None, (None, 3), (None, 3)),
        ((None, 4), (None, 3), (None, 4)),
        ((None, 4), (None, None), (None, 4)),
        ((None, 4), None, (None, 4)),
        ((None, 4), (None, 4, 1), (None, 4)),
    ],
)
def test_stated_sizes_fill_what_is_not_derived(derived: Shape, stated: Shape, shape: Shape) -> None:
    found = answered(derived, {"shape": stated})
    assert (found.shape, found.sums_to_one) == (shape, -1)


def test_a_stated_dtype_fills_an_unknown_one() -> None:
    assert answered((None, 4), {"dtype": "float16"}, "NoLawForThis").dtype == "float16"
    assert answered((None, 4), {"dtype": "float16"}).dtype == "float32"
