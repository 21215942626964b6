"""Where a loss that is an op in a graph stands, and which output it trains."""

from __future__ import annotations

from typing import TYPE_CHECKING

from logitcheck.analysis.head_ops import SIGMOID, SOFTMAX
from logitcheck.analysis.heads import find_head
from logitcheck.finding import Location
from logitcheck.graph import Node, Ref
from logitcheck.rules.case import Case

if TYPE_CHECKING:
    from logitcheck.analysis.contract import Pairing
    from logitcheck.analysis.training import Site


def loss_place(case: Case, site: Site, node: Node, source: Ref) -> Location:
    """Return the place of a loss op; ``source`` is the tensor it judges.

    Of several outputs without a stored loss, one is named where it alone ends in the same layer: the others
    are not what this loss trains. Where that cannot be told, none is, and the loss speaks of all.
    """
    waiting = [pairing for pairing in case.pairings if pairing.loss is None]
    meant = []
    if len(waiting) > 1:
        from logitcheck.analysis.last_weights import last_weights

        behind = last_weights(site.facts.graph, source)
        served = case.model.graph
        meant = [p.output.name for p in waiting if behind & last_weights(served, p.output.ref)]
    return Location(meant[0] if len(meant) == 1 else None, node.layer, node.name)


def trains_served(case: Case, site: Site, source: Ref) -> bool:
    """Tell whether a fused loss may train an output: not where every output ends in other variables, on which
    a fused loss of its own stands, as beside the loss of an auxiliary head that is not served.
    """
    from logitcheck.analysis.fused import fused_losses
    from logitcheck.analysis.last_weights import last_weights

    inside = site.facts.graph
    behind = last_weights(inside, source)
    scores = {loss.scores for loss in fused_losses(inside) if loss.kind in ("softmax", "sigmoid", "ctc")}
    others = [last_weights(inside, ref) for ref in scores - {source}]
    ends = [last_weights(p.graph, p.output.ref) for p in case.pairings if p.loss is None]
    return not ends or any(own & behind or not any(own & other for other in others) for own in ends)


def is_served(case: Case, site: Site, source: Ref) -> bool:
    """Tell whether raw scores of a training graph are those that an output is made of.

    They are where both end in the same variables, or are the same node; features and targets are neither.
    """
    from logitcheck.analysis.last_weights import last_weights

    behind = last_weights(site.facts.graph, source)
    return any(
        behind & last_weights(pairing.graph, pairing.output.ref) or source.node in _scores(pairing)
        for pairing in case.pairings
    )


def _scores(pairing: Pairing) -> tuple[str, ...]:
    """Return the names of an output's head and, under a softmax or sigmoid, of the scores it takes."""
    node = pairing.head.node
    if node is None or node.op not in SOFTMAX | SIGMOID:
        return (pairing.head.ref.node,)
    return (node.name, find_head(pairing.graph, node.inputs[0]).ref.node)
