"""An einsum with a stored kernel as a product: which axes it sums over, and which channels it makes."""

from __future__ import annotations

from typing import NamedTuple

from logitcheck.analysis.numeric.channels import Array, Ends
from logitcheck.graph import Node


class Layout(NamedTuple):
    """The kernel of an einsum in the form of a product's."""

    kernel: Array
    """(places summed over beside, channels read, channels made)."""

    apart: bool
    """Whether the channels read are those of the input's last axis; else it has one interval for all."""

    turns: int
    """How many channels made share one entry of the result's last axis; 0 where that is the input's."""


def layout(node: Node, kernel: Array) -> Layout | None:
    """Return the layout of ``einsum(equation, x, kernel)``, None for an equation that is no such product."""
    left, arrow, out = str(node.attrs.get("equation", "")).replace(" ", "").partition("->")
    data, comma, letters = left.replace("...", "").partition(",")
    out = out.replace("...", "")
    if not (arrow and comma and data and letters.isalpha()) or len(set(letters)) != len(letters) != 0:
        return None
    if len(letters) != kernel.ndim or len(set(data)) != len(data) or set(letters) & set(data) & set(out):
        return None
    summed, made = [c for c in letters if c in data], [c for c in out if c in letters]
    if len(summed) + len(made) != len(letters) or set(data) - set(out) - set(summed):
        return None
    apart, last = data[-1] in summed, bool(out) and out[-1] in made
    order = [c for c in summed if c != data[-1]] + ([data[-1]] if apart else []) + made
    sizes = dict(zip(letters, kernel.shape, strict=True))
    read = sizes[data[-1]] if apart else 1
    width = 1
    for letter in made:
        width *= sizes[letter]
    laid = kernel.transpose([letters.index(c) for c in order]).reshape(-1, read, width)
    return Layout(laid, apart, width // sizes[out[-1]] if last else 0)


def gathered(ends: Ends, turns: int) -> Ends:
    """Return the ends per entry of the result's last axis, from those per channel made."""
    low, high = ends
    if turns == 0:
        return low.min(keepdims=True), high.max(keepdims=True)
    return low.reshape(turns, -1).min(axis=0), high.reshape(turns, -1).max(axis=0)
