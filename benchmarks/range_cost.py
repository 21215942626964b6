"""How the range analysis grows with the graph: its time over that of the next smaller graph.

usage: python benchmarks/range_cost.py [--rounds N]

Layers of a chain, doubled, so that a ratio near 2 is linear in the nodes; and units of a layer, doubled, so
that a ratio of 4 is linear in the parameters. Each once where all logarithms have an epsilon, and once where
the last has none: an alarm remains, and channels are told apart. Times are the least of some rounds, and only
their ratios mean anything elsewhere. Last, how much narrower telling channels apart makes a layer.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from logitcheck.analysis.context import WeightFacts
from logitcheck.analysis.interval import Interval
from logitcheck.analysis.numeric.interpret import RangeInterpreter
from logitcheck.analysis.numeric.risks import risks
from logitcheck.analysis.numeric.stored import Stored
from logitcheck.analysis.tensor import Tensor
from logitcheck.graph import Graph, Node, Ref
from logitcheck.model import Input, Model, Output

LAYERS = (25, 50, 100, 200, 400, 800)
UNITS = (64, 128, 256, 512, 1024, 2048)


class Kernels:
    """Weights of one shape, made once."""

    def __init__(self, units: int):
        self._kernel = np.random.default_rng(0).normal(size=(units, units)).astype("float32")

    def array(self, key: str) -> np.ndarray[Any, Any]:
        """Return the kernel under any name."""
        return self._kernel if key else self._kernel[:0]

    def chunks(self, key: str) -> Iterator[np.ndarray[Any, Any]]:
        """Yield it flat."""
        yield self.array(key).ravel()


def chain(layers: int, units: int, *, alarmed: bool = False) -> Model:
    """Return a chain of ``tanh(x W)``, each followed by a logarithm of its softmax plus an epsilon.

    ``alarmed`` adds a logarithm of the last layer itself.
    """
    epsilon = Node("epsilon", "Const", (), {"value": np.float32(1e-7), "dtype": "float32"})
    nodes = [Node("x", "Placeholder", (), {"dtype": "float32", "shape": (None, units)}), epsilon]
    last = Ref("x")
    for index in range(layers):
        attrs = {"key": f"w{index}", "shape": (units, units), "dtype": "float32"}
        nodes += [
            Node(f"w{index}", "Weight", (), attrs),
            Node(f"product{index}", "MatMul", (last, Ref(f"w{index}"))),
            Node(f"tanh{index}", "Tanh", (Ref(f"product{index}"),)),
            Node(f"softmax{index}", "Softmax", (Ref(f"tanh{index}"),)),
            Node(f"guarded{index}", "AddV2", (Ref(f"softmax{index}"), Ref("epsilon"))),
            Node(f"log{index}", "Log", (Ref(f"guarded{index}"),)),
        ]
        last = Ref(f"log{index}")
    if alarmed:
        nodes.append(Node("alarm", "Log", (Ref(f"product{layers - 1}"),)))
        last = Ref("alarm")
    graph = Graph(tuple(nodes), ("x",), (last,))
    return Model(
        "chain",
        "saved-model",
        graph=graph,
        inputs=(Input("x", "x", (None, units)),),
        outputs=(Output("y", last),),
        source=Kernels(units),
    )


def seconds(model: Model, rounds: int) -> float:
    """Return the least time of an analysis."""
    best = float("inf")
    for _ in range(rounds):
        began = time.perf_counter()
        risks(model, {"x": Interval(-1.0, 1.0)}, known)
        best = min(best, time.perf_counter() - began)
    return best


def known(_key: str) -> WeightFacts:
    """Return what the scan of the weights tells of every kernel."""
    return WeightFacts(-5.0, 5.0, nan=False, inf=False)


def curve(name: str, sizes: tuple[int, ...], build: Callable[[int], Model], rounds: int) -> None:
    """Print one curve: size, milliseconds, and the ratio to the size before."""
    before = None
    for size in sizes:
        taken = seconds(build(size), rounds)
        ratio = "" if before is None else f"  x{taken / before:.2f}"
        sys.stdout.write(f"{name:16} {size:6d} {taken * 1e3:10.1f} ms{ratio}\n")
        before = taken


def widths(layers: int, units: int) -> tuple[float, float]:
    """Return how wide the last of some products with ReLU between is: bounded as a whole, and by channel."""
    kernels = Kernels(units)
    nodes, last = [Node("x", "Placeholder", (), {"dtype": "float32", "shape": (None, units)})], Ref("x")
    for index in range(layers):
        attrs = {"key": f"w{index}", "shape": (units, units), "dtype": "float32"}
        nodes += [
            Node(f"w{index}", "Weight", (), attrs),
            Node(f"product{index}", "MatMul", (last, Ref(f"w{index}"))),
            Node(f"relu{index}", "Relu", (Ref(f"product{index}"),)),
        ]
        last = Ref(f"relu{index}")
    given = {"x": Tensor((None, units), "float32", Interval(-1.0, 1.0), may_nan=False, may_inf=False)}
    found = []
    for per_channel in (False, True):
        interpreter = RangeInterpreter(given, known, Stored(kernels.array), per_channel)
        bounds = interpreter.run(Graph(tuple(nodes)))[Ref(f"product{layers - 1}")].interval
        found.append(bounds.high - bounds.low)
    return found[0], found[1]


def main() -> None:
    """Print all curves."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    curve("layers", LAYERS, lambda size: chain(size, 32), rounds)
    curve("units", UNITS, lambda size: chain(4, size), rounds)
    curve("layers, alarmed", LAYERS, lambda size: chain(size, 32, alarmed=True), rounds)
    curve("units, alarmed", UNITS, lambda size: chain(4, size, alarmed=True), rounds)
    for layers in (2, 4, 8):
        whole, apart = widths(layers, 64)
        sys.stdout.write(f"width after {layers} layers of 64: {whole:.5g}, by channel {apart:.5g}\n")


if __name__ == "__main__":
    main()
