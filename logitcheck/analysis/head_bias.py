"""The bias of a head, and the class shares that it alone stands for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from logitcheck.analysis.contract import Pairing
from logitcheck.analysis.head_ops import ACTIVATIONS, SUMS
from logitcheck.analysis.heads import find_head
from logitcheck.analysis.losses import DISTRIBUTION, SCORE, SCORES, UNIT
from logitcheck.graph import Graph, Node
from logitcheck.model import WeightSource
from logitcheck.record import dataclass

if TYPE_CHECKING:
    import numpy as np

MAX_CLASSES = 10_000
"""Longer biases are those of vocabularies, whose words are never equally frequent."""


@dataclass(frozen=True)
class Prior:
    """What the bias of a head says of the classes before any input is seen."""

    layer: str | None
    key: str
    """The stored bias."""

    ratio: float
    """Share of the likeliest class over that of the unlikeliest."""

    likeliest: int
    unlikeliest: int
    share: float
    """Of the likeliest class."""

    classes: int
    lead: float | None = None
    """How far the bias puts the likeliest class before the next one, in norms of what the kernel adds to that
    gap: the deviation of the gap for inputs of deviation 1. None where no kernel can be read.
    """


def prior(pairing: Pairing, source: WeightSource | None) -> Prior | None:
    """Return the class shares that a stored bias stands for, None where there is none or it cannot be read.

    A softmax of the bias b gives class i the share exp(b_i) / sum exp(b_j); a single sigmoid gives the second
    of two classes the share 1 / (1 + exp(-b)). Raises NotAudited where the stored bytes are damaged.
    """
    node = _bias_node(pairing)
    weight = _stored(pairing.graph, node) if node else None
    if weight is None or source is None or weight.attrs.get("key") is None:
        return None
    key = str(weight.attrs["key"])
    bias = source.array(key)
    shares = _shares(bias, single=pairing.expects in (UNIT, SCORE))
    if shares is None or node is None:
        return None
    lead = _lead(bias, _kernel(pairing.graph, node, source))
    top, bottom = int(shares.argmax()), int(shares.argmin())
    ratio = float(shares[top] / shares[bottom]) if shares[bottom] > 0 else float("inf")
    return Prior(node.layer, key, ratio, top, bottom, float(shares[top]), int(shares.size), lead)


def _bias_node(pairing: Pairing) -> Node | None:
    """Return the op that adds the bias of a head that is trained on classes."""
    if pairing.expects not in (DISTRIBUTION, SCORES, UNIT, SCORE) or pairing.head.node is None:
        return None
    node: Node | None = pairing.head.node
    if node is not None and node.op in ACTIVATIONS and node.inputs:
        node = find_head(pairing.graph, node.inputs[0]).node
    return node if node is not None and (node.op == "BiasAdd" or node.op in SUMS) else None


def _stored(graph: Graph, node: Node) -> Node | None:
    """Return the Weight that a sum adds, casts looked through."""
    for ref in reversed(node.inputs):
        found = find_head(graph, ref).node
        if found is not None and found.op == "Weight" and len(found.attrs.get("shape") or ()) == 1:
            return found
    return None


def _kernel(graph: Graph, node: Node, source: WeightSource) -> np.ndarray[Any, Any] | None:
    """Return the kernel behind a sum with a bias, classes along the last axis."""
    product = find_head(graph, node.inputs[0]).node
    if (
        product is None
        or product.op not in ("MatMul", "Conv1D", "Conv2D", "Conv3D")
        or len(product.inputs) < 2
    ):
        return None
    kernel = find_head(graph, product.inputs[1]).node
    if kernel is None or kernel.op != "Weight" or kernel.attrs.get("key") is None:
        return None
    if product.attrs.get("transpose_b") or product.attrs.get("adj_y"):
        return None
    return source.array(str(kernel.attrs["key"]))


def _lead(bias: np.ndarray[Any, Any], kernel: np.ndarray[Any, Any] | None) -> float | None:
    import numpy as np

    values = np.asarray(bias, np.float64).ravel()
    if kernel is None or not kernel.size or kernel.shape[-1] != values.size:
        return None
    columns = np.asarray(kernel, np.float64).reshape(-1, values.size)
    if values.size == 1:
        values, columns = np.append(values, 0.0), np.hstack([columns, np.zeros_like(columns)])
    second, top = np.argsort(values)[-2:]
    spread = float(np.linalg.norm(columns[:, top] - columns[:, second]))
    gap = float(values[top] - values[second])
    return gap / spread if spread > 0 else float("inf") if gap > 0 else 0.0


def _shares(bias: np.ndarray[Any, Any], *, single: bool) -> np.ndarray[Any, Any] | None:
    import numpy as np

    values = np.asarray(bias, np.float64).ravel()
    if single and values.size == 1:
        values = np.array([0.0, values[0]])
    elif single or not 2 <= values.size <= MAX_CLASSES:
        return None
    if not np.isfinite(values).all():
        return None
    powers = np.exp(values - values.max())
    return np.asarray(powers / powers.sum())
