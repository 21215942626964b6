"""One output and its loss side by side: what values it gives, what the loss expects, whether they agree."""

from __future__ import annotations

from functools import cached_property

from logitcheck.analysis import heads, losses
from logitcheck.analysis.facts import Facts, GraphFacts
from logitcheck.analysis.head_ops import MOVES, RECURRENT, ROWWISE, SELECTS, SIGMOID, SOFTMAX, STEPS
from logitcheck.analysis.heads import Head, find_head
from logitcheck.analysis.laws.base import is_float
from logitcheck.analysis.losses import LossFacts
from logitcheck.analysis.tensor import Tensor
from logitcheck.graph import Graph, Node, Ref
from logitcheck.model import Loss, Model, Output
from logitcheck.record import dataclass

PROBABILITIES = "probabilities"
INDEPENDENT = "independent-probabilities"
LOG_PROBABILITIES = "log-probabilities"
LOGITS = "logits"
NONNEGATIVE = "nonnegative"
BOUNDED = "bounded"
UNKNOWN = "unknown"

INF = float("inf")

ROUNDING = 1e-5
"""How far beyond its exact ends rounding may carry a bound of float32."""


def values_of(tensor: Tensor, head: Head, graph: Graph) -> str:
    """Return what kind of values a tensor holds, in the words above; *unknown* where nothing proves any."""
    if tensor.sums_to_one is not None:
        return PROBABILITIES
    if tensor.log_probabilities is not None:
        return LOG_PROBABILITIES
    low, high = tensor.interval.low, tensor.interval.high
    if low >= -ROUNDING and high <= 1.0 + ROUNDING:
        return INDEPENDENT
    if low > -INF and high < INF:
        return BOUNDED
    if low >= 0.0:
        return NONNEGATIVE
    if heads.is_affine(graph, head.ref) or (tensor.known and heads.is_activation(graph, head)):
        return LOGITS
    if tensor.known and high <= 0.0:
        return LOGITS  # distances turned round, or logarithms of probabilities: right under any softmax
    return UNKNOWN


@dataclass(frozen=True)
class Pairing:
    """An output, what is known of its values, and the loss that trains it."""

    output: Output
    graph: Graph
    tensor: Tensor
    head: Head
    values: str
    """One of the kinds of values above."""

    loss: Loss | None
    facts: LossFacts | None
    """What the loss is, None for none or a custom one."""

    siblings: int = 1
    """How many outputs the model has."""

    serving: GraphFacts | None = None
    """What is known of the tensors it is made of."""

    @property
    def expects(self) -> str | None:
        """What the loss expects of the values (see :mod:`losses`); None where that is not known."""
        if self.loss is None or self.facts is None or not self.loss.builtin:
            return None
        return losses.expects(self.facts, self.loss.from_logits)

    @property
    def from_logits(self) -> bool:
        """Whether the loss applies the softmax or sigmoid itself."""
        return self.expects in (losses.SCORES, losses.SCORE)

    @cached_property
    def axis(self) -> int:
        """The loss's class axis counted from the end, the last by default."""
        stored = self.loss.axis if self.loss and isinstance(self.loss.axis, int) else -1
        rank = self.tensor.rank
        return stored - rank if stored >= 0 and rank is not None else min(stored, -1)

    @cached_property
    def classes(self) -> int | None:
        """Length of the class axis, None where unknown."""
        return self.tensor.size(self.axis)

    @property
    def unit_axis(self) -> bool:
        """Whether every value lies in [0, 1], whatever the sums."""
        return self.tensor.interval.low >= -ROUNDING and self.tensor.interval.high <= 1.0 + ROUNDING

    @property
    def bounds(self) -> str:
        """The interval of the values, for messages."""
        low, high = self.tensor.interval.low, self.tensor.interval.high
        return f"{'[' if low > -INF else '('}{_number(low)}, {_number(high)}{']' if high < INF else ')'}"

    @cached_property
    def raw(self) -> bool:
        """Whether the head is a plain weighted sum: scores that know no bound."""
        return self.values == LOGITS and heads.is_affine(self.graph, self.head.ref)

    @cached_property
    def activated(self) -> bool:
        """Whether the values are what an activation made of scores."""
        return heads.is_activation(self.graph, self.head)

    @cached_property
    def attained(self) -> bool:
        """Whether the bounds of an activation are reached, and not only never passed.

        What is made of scores without a bound reaches its own. The bound of a product of computed tensors (a
        cosine) is the sum of the largest terms, which no two vectors need have at once, and what a choice
        between two values gives may never be the outermost of either.
        """
        scores = heads.scores_under(self.graph, self.head.ref)
        if self.head.op in SELECTS:
            return False
        if self.head.ref in scores:
            return not self.tensor.interval.bounded
        return self.serving is None or not any(self.serving.of(ref).interval.bounded for ref in scores)

    @cached_property
    def squashed(self) -> bool:
        """Whether the bounds are what activations make of scores without a bound, whatever training does.

        Bounds that follow from stored numbers move with them.
        """
        if self.serving is None:
            return False
        scores = heads.scores_under(self.graph, self.head.ref, ROWWISE, RECURRENT)
        bounded = (self.serving.of(ref).interval.bounded for ref in scores if not self._recurrent(ref))
        return bool(scores) and not any(bounded)

    def _recurrent(self, ref: Ref) -> bool:
        node = self.graph.by_name.get(ref.node)
        return node is not None and node.op in RECURRENT

    @cached_property
    def reshaped_softmax(self) -> bool:
        """Whether all values of a softmax over several classes stand here, in other rows than its own."""
        node = self.head.node
        if node is None or node.op not in SOFTMAX or self.serving is None:
            return False
        return self.serving.of(self.head.ref).size(-1) != 1 and all(n.op in MOVES for n in self.head.behind)

    @cached_property
    def gradient_ends(self) -> str | None:
        """The op at the head that lets no gradient through; None where none does, or only for a part."""
        stacked = any(node.op == "Pack" for node in self.head.behind)
        if stacked:
            return None
        if self.head.op in STEPS and self.head.node is not None and self.head.node.inputs:
            return self.head.op
        return next((node.op for node in self.head.behind if self._stops(node)), None)

    def _stops(self, node: Node) -> bool:
        cut = (
            node.op == "Cast"
            and self.serving is not None
            and not is_float(self.serving.of(Ref(node.name)).dtype)
        )
        return node.op == "StopGradient" or cut

    @cached_property
    def stacked(self) -> bool:
        """Whether a softmax or sigmoid is made of what another one gave."""
        node, normalisers = self.head.node, SOFTMAX | SIGMOID
        if node is None or node.op not in normalisers:
            return False
        return heads.find_head(self.graph, node.inputs[0]).op in normalisers

    @cached_property
    def signed(self) -> bool:
        """Whether negative values are sure to come up: those of a product of two computed, signed tensors."""
        product = self.head.ref in heads.scores_under(self.graph, self.head.ref)
        return product and self.tensor.interval.low < -ROUNDING

    @cached_property
    def independent(self) -> bool:
        """Whether no value knows of the others of its row, so that they cannot sum to 1."""
        return heads.is_independent(self.graph, self.head)

    @property
    def kept(self) -> bool:
        """Whether the values are known to be of the kind that the loss expects."""
        expects = self.expects
        if expects == losses.DISTRIBUTION:
            return self.values == PROBABILITIES and self.tensor.sums_to_one == self.axis
        if expects == losses.UNIT:
            return self.unit_axis or self.values == PROBABILITIES
        if expects in (losses.SCORES, losses.SCORE, losses.MARGIN):
            return self.values in (LOGITS, LOG_PROBABILITIES, BOUNDED, NONNEGATIVE)
        if expects == losses.RATE:
            return self.tensor.interval.low >= 0.0
        if expects == losses.REAL:
            return self.values != UNKNOWN or self.tensor.known
        return False


def pair(model: Model, facts: Facts) -> tuple[Pairing, ...]:
    """Return every output of a model with its loss."""
    return tuple(_pairing(model, facts, output) for output in model.outputs)


def _pairing(model: Model, facts: Facts, output: Output) -> Pairing:
    graph = model.graph
    tensor = facts.serving.of(output.ref)
    head = find_head(graph, output.ref)
    loss = output.loss
    return Pairing(
        output=output,
        graph=graph,
        tensor=tensor,
        head=head,
        values=values_of(tensor, head, graph),
        loss=loss,
        facts=losses.loss_facts(loss.name) if loss and loss.builtin else None,
        siblings=len(model.outputs),
        serving=facts.serving,
    )


def _number(x: float) -> str:
    if x in (INF, -INF):
        return "∞" if x > 0 else "-∞"
    return f"{x:g}"
