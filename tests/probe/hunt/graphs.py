"""Small graphs with a known danger, written node by node."""

from __future__ import annotations

import numpy as np

from logitcheck.graph import Graph, Node, Ref
from logitcheck.model import Input, Model, Output

X = Ref("x")


class Writing:
    """Collects nodes; the input ``x`` has rows of some width."""

    def __init__(self, width):
        self.nodes = [Node("x", "Placeholder", (), {"dtype": "float32", "shape": (None, width)})]

    def const(self, value, dtype="float32"):
        """Add a constant."""
        attrs = {"value": np.asarray(value, dtype), "dtype": dtype}
        return self._add(Node(f"const{len(self.nodes)}", "Const", (), attrs))

    def op(self, kind, *inputs, name="", **attrs):
        """Add an op."""
        return self._add(Node(name or f"{kind}{len(self.nodes)}", kind, inputs, attrs))

    def _add(self, node):
        self.nodes.append(node)
        return Ref(node.name)

    def model(self, *outputs):
        """Return the model that answers these references."""
        graph = Graph(tuple(self.nodes), ("x",), outputs)
        named = tuple(Output(ref.node, ref) for ref in outputs)
        return Model("a", "saved-model", graph=graph, inputs=(Input("x", "x", (None, None)),), outputs=named)


def old_loop():
    """Return a loop in TensorFlow 1's form: three times ``y = y / sum(y)``, which is 0 / 0 for zeros."""
    g = Writing(4)
    zero, limit, one = g.const(0, "int32"), g.const(3, "int32"), g.const(1, "int32")
    axis = g.const([-1], "int32")
    g.op("Enter", zero, name="enter_i", frame_name="loop")
    g.op("Enter", X, name="enter_y", frame_name="loop")
    g.op("Merge", Ref("enter_i"), Ref("next_i"), name="i")
    g.op("Merge", Ref("enter_y"), Ref("next_y"), name="y")
    g.op("Less", Ref("i"), limit, name="less")
    g.op("LoopCond", Ref("less"), name="cond")
    g.op("Switch", Ref("i"), Ref("cond"), name="switch_i")
    g.op("Switch", Ref("y"), Ref("cond"), name="switch_y")
    g.op("AddV2", Ref("switch_i", 1), one, name="more")
    g.op("Sum", Ref("switch_y", 1), axis, name="total", keep_dims=True)
    g.op("RealDiv", Ref("switch_y", 1), Ref("total"), name="share")
    g.op("NextIteration", Ref("more"), name="next_i")
    g.op("NextIteration", Ref("share"), name="next_y")
    return g.model(g.op("Exit", Ref("switch_y"), name="exit"))


def new_loop():
    """Return the same as a While op with graphs for its condition and its body."""

    def inner(*nodes, outputs):
        given = (
            Node("i", "Placeholder", (), {"dtype": "int32"}),
            Node("y", "Placeholder", (), {"dtype": "float32"}),
            Node("limit", "Const", (), {"value": np.int32(3), "dtype": "int32"}),
            Node("one", "Const", (), {"value": np.int32(1), "dtype": "int32"}),
            Node("axis", "Const", (), {"value": np.array([-1], "int32"), "dtype": "int32"}),
        )
        return Graph((*given, *nodes), ("i", "y"), tuple(map(Ref, outputs)))

    cond = inner(Node("less", "Less", (Ref("i"), Ref("limit"))), outputs=["less"])
    body = inner(
        Node("more", "AddV2", (Ref("i"), Ref("one"))),
        Node("total", "Sum", (Ref("y"), Ref("axis")), {"keep_dims": True}),
        Node("share", "RealDiv", (Ref("y"), Ref("total"))),
        outputs=["more", "share"],
    )
    g = Writing(4)
    loop = g.op("StatelessWhile", g.const(0, "int32"), X, name="loop", cond=cond, body=body)
    return g.model(Ref(loop.node, 1))


def _sized(kernel):
    """Return a kernel that carries numbers up to 1 to about 95, at its best corner only."""
    return (kernel * (95 / np.abs(kernel).sum(axis=0).max())).astype("float32")


def old_growth(kernel):
    """Return one round of a loop in TensorFlow 1's form: ``y = y W``, with ``exp(y)`` beside."""
    g = Writing(len(kernel))
    zero, limit, one = g.const(0, "int32"), g.const(1, "int32"), g.const(1, "int32")
    weights = g.const(_sized(kernel))
    g.op("Enter", zero, name="enter_i", frame_name="loop")
    g.op("Enter", X, name="enter_y", frame_name="loop")
    g.op("Merge", Ref("enter_i"), Ref("next_i"), name="i")
    g.op("Merge", Ref("enter_y"), Ref("next_y"), name="y")
    g.op("LoopCond", g.op("Less", Ref("i"), limit), name="cond")
    g.op("Switch", Ref("i"), Ref("cond"), name="switch_i")
    g.op("Switch", Ref("y"), Ref("cond"), name="switch_y")
    g.op("AddV2", Ref("switch_i", 1), one, name="more")
    g.op("Exp", g.op("MatMul", Ref("switch_y", 1), weights), name="exp")
    g.op("NextIteration", Ref("more"), name="next_i")
    g.op("NextIteration", Ref("exp"), name="next_y")
    return g.model(g.op("Exit", Ref("switch_y"), name="exit"))


def new_growth(kernel):
    """Return the same as a While op."""

    def inner(*nodes, outputs):
        given = (
            Node("i", "Placeholder", (), {"dtype": "int32"}),
            Node("y", "Placeholder", (), {"dtype": "float32"}),
            Node("one", "Const", (), {"value": np.int32(1), "dtype": "int32"}),
            Node("weights", "Const", (), {"value": _sized(kernel), "dtype": "float32"}),
        )
        return Graph((*given, *nodes), ("i", "y"), tuple(map(Ref, outputs)))

    cond = inner(Node("less", "Less", (Ref("i"), Ref("one"))), outputs=["less"])
    body = inner(
        Node("more", "AddV2", (Ref("i"), Ref("one"))),
        Node("product", "MatMul", (Ref("y"), Ref("weights"))),
        Node("exp", "Exp", (Ref("product"),)),
        outputs=["more", "exp"],
    )
    g = Writing(len(kernel))
    loop = g.op("StatelessWhile", g.const(0, "int32"), X, name="loop", cond=cond, body=body)
    return g.model(Ref(loop.node, 1))
