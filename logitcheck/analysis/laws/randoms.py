"""Random numbers: bounds that hold whatever the seed."""

from __future__ import annotations

from logitcheck.analysis.context import Context
from logitcheck.analysis.interval import REALS, Interval
from logitcheck.analysis.laws.base import INF, Law, copy_of, integers, result, sizes
from logitcheck.analysis.tensor import Tensor
from logitcheck.graph import Node

TAIL = 10.0
"""No generator of TensorFlow's makes a normal number beyond this many deviations: it takes the logarithm of a
uniform number of at least 1e-7 (Box and Muller, 1958), which gives at most 5.7.
"""


def uniform(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y is evenly spread over [0, 1)."""
    return result((), sizes(inputs[0]), node.attrs.get("dtype") or "float32", Interval(0.0, 1.0, False, True))


def uniform_integers(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y is an integer in [low, high)."""
    low, high = inputs[-2].interval, inputs[-1].interval
    dtype = node.attrs.get("Tout") or node.attrs.get("dtype") or inputs[-1].dtype
    if node.op.endswith("FullInt") or node.op.endswith("FullIntV2"):
        return result((), sizes(inputs[0]), dtype)
    return result((), sizes(inputs[0]), dtype, Interval(low[0], high[1] - 1))


def normal(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y is normal: 0 on average, deviation 1, cut at 2 deviations where truncated."""
    end = 2.0 if "Truncated" in node.op else TAIL
    return result((), sizes(inputs[0]), node.attrs.get("dtype") or "float32", Interval(-end, end))


def positive(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y is drawn from a gamma or Poisson distribution: not negative."""
    unsaid = "int64" if node.op == "RandomPoissonV2" else inputs[-1].dtype
    return result((), None, node.attrs.get("dtype") or unsaid, Interval(0.0, INF))


def categories(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y is the number of a class, drawn by its logits."""
    x, count = inputs[0], integers(inputs[1])
    classes = x.size(-1)
    shape = (x.shape[0] if x.shape else None, count[0] if count else None)
    high = INF if classes is None else float(max(classes - 1, 0))
    return result((), shape, node.attrs.get("output_dtype") or "int64", Interval(0.0, high))


def shuffle(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = the rows of x in a random order."""
    return copy_of(inputs[0], inputs[0].shape)


def seeds(node: Node, inputs: list[Tensor], ctx: Context) -> tuple[Tensor, ...]:
    """y = the state of a generator: keys, counters, algorithms."""
    return (result((), None, "uint64", REALS),) * 3


LAWS: dict[str, Law] = {
    **dict.fromkeys(("RandomUniform", "StatelessRandomUniform", "StatelessRandomUniformV2"), uniform),
    **dict.fromkeys(
        (
            "RandomUniformInt",
            "StatelessRandomUniformInt",
            "StatelessRandomUniformIntV2",
            "StatelessRandomUniformFullInt",
        ),
        uniform_integers,
    ),
    **dict.fromkeys(
        [
            "RandomStandardNormal",
            "StatelessRandomNormal",
            "StatelessRandomNormalV2",
            "TruncatedNormal",
            "StatelessTruncatedNormal",
            "StatelessTruncatedNormalV2",
        ],
        normal,
    ),
    **dict.fromkeys(("RandomGamma", "RandomPoisson", "RandomPoissonV2", "StatelessRandomGammaV2"), positive),
    **dict.fromkeys(("Multinomial", "StatelessMultinomial"), categories),
    "RandomShuffle": shuffle,
    **dict.fromkeys(
        (
            "StatelessRandomGetKeyCounter",
            "StatelessRandomGetKeyCounterAlg",
            "StatelessRandomGetAlg",
            "RngReadAndSkip",
        ),
        seeds,
    ),
}
