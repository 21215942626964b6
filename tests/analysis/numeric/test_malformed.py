"""Graphs from strangers: ops with too few inputs, inputs that are not there, loops onto themselves."""

from __future__ import annotations

import pytest

from logitcheck.analysis.interval import Interval
from logitcheck.analysis.numeric.assume import OPPOSITE
from logitcheck.analysis.numeric.decide import COMPARISONS
from logitcheck.analysis.numeric.op_names import CARRIES, CLIPS, GROWS, SCALES
from logitcheck.analysis.numeric.risks import risks
from logitcheck.analysis.numeric.split import ELEMENTWISE
from logitcheck.analysis.numeric.zones import ZONES
from logitcheck.graph import Graph, Node, Ref
from logitcheck.model import Input, Model

OPS = sorted(
    {*ZONES, *OPPOSITE, *COMPARISONS, *CARRIES, *CLIPS, *GROWS, *SCALES, *ELEMENTWISE}
    | {
        "Softmax",
        "MatMul",
        "Conv2D",
        "GatherV2",
        "Where",
        "Max",
        "Min",
        "EuclideanNorm",
        "If",
        "While",
        "Merge",
    }
    | {"Switch", "LoopCond", "NextIteration", "Enter", "Exit", "Select", "Shape", "RandomUniform", "All"}
)


@pytest.mark.parametrize("arity", [0, 1, 2, 3])
def test_any_op_with_any_number_of_inputs_is_survived(arity: int) -> None:
    for op in OPS:
        for refs in ([Ref("x")] * 3, [Ref("gone"), Ref("x"), Ref("op")]):
            nodes = (
                Node("x", "Placeholder", (), {"dtype": "float32", "shape": (None, 3)}),
                Node("op", op, tuple(refs[:arity])),
                Node("sub", "Sub", (Ref("x"), Ref("op"))),
                Node("exp", "Exp", (Ref("sub"),)),
                Node("sum", "Sum", (Ref("exp"), Ref("op"))),
                Node("pick", "Select", (Ref("op"), Ref("exp"), Ref("sum"))),
                Node("log", "Log", (Ref("sum"),)),
            )
            graph = Graph(nodes, ("x",), (Ref("log"), Ref("pick")))
            model = Model("m", "graph-def", graph=graph, inputs=(Input("x", "x", (None, 3)),))
            risks(model, {"x": Interval(-1.0, 1.0)}, lambda _: None)
