"""LC117."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from logitcheck.analysis.head_ops import VARIABLES
from logitcheck.analysis.training import all_fused
from logitcheck.finding import Finding, Location, Severity
from logitcheck.graph import Graph, Ref
from logitcheck.rules.case import Case
from logitcheck.rules.rule import Example, Rule
from logitcheck.rules.sketch import Ops, trained


class LabelsNotDifferentiated(Rule):
    """The labels of a fused loss are computed from variables, behind a StopGradient.

    ``tf.nn.softmax_cross_entropy_with_logits`` of TensorFlow 1 puts it there by itself: 0 gradient reaches
    what computes the labels, which is right for a teacher and wrong where labels and scores are trained
    together.

    Fix: ``tf.nn.softmax_cross_entropy_with_logits_v2``, with ``tf.stop_gradient(labels)`` where it is meant.
    """

    code = "LC117"
    name = "labels-not-differentiated"
    severity = Severity.INFO
    bad: ClassVar = (
        Example(
            "labels from a second network",
            lambda: trained(lambda ops: _loss(ops, ops.op("Softmax", _teacher(ops)))),
            "fused",
        ),
    )
    good: ClassVar = (
        Example("labels from data", lambda: trained(lambda ops: _loss(ops, ops.input(None, 5, name="y")))),
    )

    def check(self, case: Case) -> Iterator[Finding]:
        """Yield a finding for every fused loss whose stopped labels depend on variables."""
        for site, loss in all_fused(case.facts):
            if loss.labels is not None and _stopped(site.facts.graph, loss.labels):
                yield self.finding(
                    f"in {site.graph!r} the labels of {loss.node.name!r} depend on variables and are not "
                    "differentiated",
                    why="gradient 0 reaches what computes the labels",
                    fix="tf.nn.softmax_cross_entropy_with_logits_v2(labels=labels, logits=scores)",
                    at=Location(node=loss.node.name),
                )


def _stopped(graph: Graph, labels: Ref) -> bool:
    """Tell whether labels come through a StopGradient from something with variables in it."""
    node = graph.by_name.get(labels.node)
    while node is not None and node.op in ("Reshape", "Identity", "Cast"):
        node = graph.by_name.get(node.inputs[0].node)
    return node is not None and node.op == "StopGradient" and _has_variables(graph, node.inputs[0])


def _has_variables(graph: Graph, ref: Ref) -> bool:
    return any(graph.by_name[name].op in VARIABLES for name in graph.ancestors([ref.node]))


def _teacher(ops: Ops) -> Ref:
    return ops.op("MatMul", ops.input(None, 8, name="z"), ops.weight(8, 5))


def _loss(ops: Ops, labels: Ref) -> Ref:
    stopped = ops.op("StopGradient", labels)
    return ops.op("SoftmaxCrossEntropyWithLogits", ops.scores(), stopped, name="fused")
