"""What a graph without signatures predicts and what it is trained on, told by its shape.

Gradients, optimizer steps, savers and summaries are left aside. What remains and is read by nothing is an
end; an end that a label or a loss op leads to is a loss, any other a prediction.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

from logitcheck.readers import plain_ops
from logitcheck.readers.tensor_proto import holds_zero

FUSED = frozenset(
    {"SoftmaxCrossEntropyWithLogits", "SparseSoftmaxCrossEntropyWithLogits", "CTCLoss", "CTCLossV2"}
)  # fmt: skip
"""Losses as one op: scores come first or, for the softmax ones, before the labels."""

LOSS_NAME = re.compile(
    r"(^|[/_])(total_|mean_)?(loss|cost|objective|xent|cross_?entropy)[^/]*(/|$)", re.IGNORECASE
)
LABEL_NAME = re.compile(
    r"(^|[/_])(y|y_true|labels?|targets?|truth|ground_truth|gt|y_)\d*(_\d+)?$|_target$", re.IGNORECASE
)


class Forward:
    """The forward part of a graph's nodes (``NodeDef`` by name)."""

    def __init__(self, nodes: Mapping[str, Any]):
        self.asserted = {
            _source(node.input[0]) for node in nodes.values() if node.op == "Assert" and node.input
        }
        """What assertions test: no output, though nothing else reads it."""

        self.nodes = {name: node for name, node in nodes.items() if not plain_ops.is_noise(node)}
        self._all = nodes

    @cached_property
    def inputs_of(self) -> dict[str, list[str]]:
        """The nodes that each node reads, the forward ones."""
        found = {}
        for name, node in self.nodes.items():
            sources = (_source(text) for text in node.input if text[:1] != "^")
            found[name] = [source for source in sources if source in self.nodes]
        return found

    @cached_property
    def readers(self) -> dict[str, list[str]]:
        """The nodes that read each node."""
        found: dict[str, list[str]] = {name: [] for name in self.nodes}
        for name, sources in self.inputs_of.items():
            for source in sources:
                found[source].append(name)
        return found

    def behind(self, starts: Iterable[str]) -> set[str]:
        """Return some nodes and all that they are computed from."""
        return _closure(starts, self.inputs_of)

    def ahead(self, starts: Iterable[str]) -> set[str]:
        """Return some nodes and all that is computed from them."""
        return _closure(starts, self.readers)

    @cached_property
    def sources(self) -> tuple[str, ...]:
        """Where data comes in and is used."""
        return tuple(
            name for name, node in self.nodes.items() if node.op in plain_ops.SOURCES and self.readers[name]
        )

    @cached_property
    def _data_readers(self) -> dict[str, list[str]]:
        """The nodes that read each node, none of one that tells a size alone."""
        plumbing = plain_ops.PLUMBING
        return {name: [] if self.nodes[name].op in plumbing else r for name, r in self.readers.items()}

    @cached_property
    def ends(self) -> tuple[str, ...]:
        """What depends on data and is read by nothing; what a loop leaves over, where all is such."""
        fed = _closure(self.sources or self.nodes, self._data_readers)
        found = tuple(
            name
            for name, node in self.nodes.items()
            if name in fed
            and node.op not in plain_ops.PLUMBING
            and node.op not in plain_ops.SOURCES
            and not self._used(name)
        )
        wanted = tuple(n for n in found if self.nodes[n].op not in plain_ops.EXITS and n not in self._awaited)
        return wanted or found

    @cached_property
    def _awaited(self) -> set[str]:
        """What others wait for without reading it: a function written out keeps its by-products so."""
        groups = {name: _waits(node) for name, node in self._all.items() if node.op == "NoOp"}
        starts = [name for node in self.nodes.values() for name in _waits(node)]
        return _closure(starts, defaultdict(list, groups))

    def _used(self, name: str) -> bool:
        """Tell whether a value is read (its shape alone is not), tested, or the mark of a branch."""
        read = any(self.nodes[reader].op not in plain_ops.PLUMBING for reader in self.readers[name])
        return read or name in self.asserted or self._is_pivot(name)

    def _is_pivot(self, name: str) -> bool:
        """Tell whether a value exists in one branch of a condition only: no output of the graph does."""
        made = self.inputs_of[name] if self.nodes[name].op == "Identity" else [name]
        return any(self.nodes[source].op in plain_ops.SWITCHES for source in made)

    @cached_property
    def labels(self) -> set[str]:
        """Sources that carry labels: those that lead to a loss op's second input, or are called so."""
        named = {name for name in self.sources if LABEL_NAME.search(name)}
        for name, node in self.nodes.items():
            if node.op in FUSED and len(self.inputs_of[name]) > 1:
                scores, labels = self.behind(self.inputs_of[name][:1]), self.behind(self.inputs_of[name][1:2])
                named |= (labels - scores) & set(self.sources)
        return named if named < set(self.sources) else set()

    @cached_property
    def _after_fused(self) -> set[str]:
        return self.ahead(name for name, node in self.nodes.items() if node.op in FUSED)

    @cached_property
    def _after_labels(self) -> set[str]:
        return self.ahead(self.labels)

    @cached_property
    def _after_logs(self) -> set[str]:
        return self.ahead(name for name, node in self.nodes.items() if node.op in plain_ops.LOGS)

    def is_loss(self, name: str) -> bool:
        """Tell whether an end is a loss: by its name, after a loss op, or a sum that labels lead to.

        Nothing tells the labels of what learns without them; a sum over the batch of logarithms is a loss.
        """
        if LOSS_NAME.search(name) or name in self._after_fused:
            return True
        if name not in self._after_labels and name not in self._after_logs:
            return False
        total = self._unscaled(name)
        if self.nodes[total].op not in plain_ops.REDUCTIONS:
            return False
        return name in self._after_labels or self._over_batch(total)

    def _unscaled(self, name: str) -> str:
        """Return what stands behind the factors and terms that a sum was given."""
        for _ in range(plain_ops.SCALING_STEPS):
            if self.nodes[name].op not in plain_ops.SCALING or not self.inputs_of[name]:
                break
            name = self.inputs_of[name][0]
        return name

    def _over_batch(self, name: str) -> bool:
        """Tell whether a sum or mean runs over the first axis: a stored one, or all of unknown number."""
        axes = self.nodes.get(_source(self.nodes[name].input[-1]))
        if axes is None or axes.op not in ("Const", "Range"):
            return False
        return axes.op == "Range" or holds_zero(axes.attr["value"].tensor)

    def losses(self) -> list[str]:
        """Return the ends that are losses."""
        return [name for name in self.ends if self.is_loss(name)]

    def predictions(self) -> list[str]:
        """Return what the graph serves: ends that are no loss, else what losses compare with labels."""
        ends = [name for name in self.ends if not self.is_loss(name)]
        served = [name for name in ends if not self._measured(name, ends)]
        return served or self._compared() or list(self.ends)

    def _measured(self, name: str, ends: list[str]) -> bool:
        """Tell whether an end is there for its shape alone: a slice, or what zeros are made like."""
        like = [self.nodes[reader].op in plain_ops.LIKE for reader in self.readers[name]]
        seen = name
        while self.nodes[seen].op in ("Reshape", "Identity") and self.inputs_of[seen]:
            seen = self.inputs_of[seen][0]
        alone = self.nodes[seen].op in plain_ops.SLICES or (bool(like) and all(like))
        return alone and not (self.ahead([name]) - {name}).isdisjoint(ends)

    def _compared(self) -> list[str]:
        """Return values of features only that meet the labels, without what the loss did to them."""
        with_labels = self._after_labels
        from_features = self.ahead(set(self.sources) - self.labels) - with_labels
        meeting = [n for n in from_features if any(reader in with_labels for reader in self.readers[n])]
        undressed = {self._undressed(n, from_features) for n in meeting if n not in self._sizes}
        shadowed = {n for n in undressed if (self.behind([n]) - {n}) & undressed}
        served = undressed - shadowed - set(self.sources)
        return [name for name in self.nodes if name in served]

    def _undressed(self, name: str, features: set[str]) -> str:
        for _ in range(len(self.nodes)):
            if self.nodes[name].op not in plain_ops.DRESSING:
                return name
            data = {n for n in self.inputs_of[name] if n in features and n not in self._sizes}
            if len(data) != 1 or not self._adds_nothing(name, *data):
                return name
            name = data.pop()
        return name

    def _adds_nothing(self, name: str, source: str) -> bool:
        """Tell whether arithmetic combines a value with scalars only: a learnt bias is the model's."""
        if self.nodes[name].op not in plain_ops.ARITHMETIC:
            return True
        constant = [n for n in self.inputs_of[name] if n != source and n not in self._measures]
        others = [self.nodes[n] for n in self.behind(constant)]
        return not any(node.op in plain_ops.VARIABLES or plain_ops.has_axes(node) for node in others)

    @cached_property
    def _measures(self) -> set[str]:
        """Values made of shapes, and of the sizes in them."""
        return {name for name in self._sizes if self.nodes[name].op != "Const"}

    @cached_property
    def _sizes(self) -> set[str]:
        """Values made of shapes and constants alone."""
        made = {name for name, node in self.nodes.items() if node.op in plain_ops.PLUMBING}
        for name, node in self.nodes.items():
            if (
                node.op in plain_ops.SHAPE_ARITHMETIC
                and self.inputs_of[name]
                and made.issuperset(self.inputs_of[name])
            ):
                made.add(name)
        return made


def _source(text: str) -> str:
    """Return the node that an input names."""
    return text.split(":", 1)[0]


def _waits(node: Any) -> list[str]:
    """Return the nodes that one waits for."""
    return [text[1:] for text in node.input if text[:1] == "^"]


def _closure(starts: Iterable[str], edges: Mapping[str, list[str]]) -> set[str]:
    found: set[str] = set()
    waiting = list(starts)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += edges[name]
    return found
