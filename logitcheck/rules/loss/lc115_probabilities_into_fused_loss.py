"""LC115."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from logitcheck.analysis.facts import GraphFacts
from logitcheck.analysis.head_ops import SIGMOID, SOFTMAX
from logitcheck.analysis.heads import find_head
from logitcheck.analysis.training import FusedLoss, Site, all_fused, before_dropout
from logitcheck.finding import Contract, Finding, Location, Severity
from logitcheck.graph import Ref
from logitcheck.rules.case import Case
from logitcheck.rules.figures import DOUBLED_ONE, DOUBLED_ZERO, double_softmax_floor
from logitcheck.rules.loss_site import loss_place
from logitcheck.rules.rule import Example, Rule
from logitcheck.rules.sketch import Ops, trained


class ProbabilitiesIntoFusedLoss(Rule):
    """In a training graph a softmax or sigmoid feeds a loss op that applies its own.

    The op computes softmax(softmax(z)): over C classes the loss cannot get below ln(e + C - 1) - 1 nats
    (1.4612 for 10); a doubled sigmoid leaves 0.3133 on a perfect 1 and 0.6931 on a perfect 0. Nothing rescues
    it here.

    Fix: feed the op the scores from before the softmax or sigmoid.
    """

    code = "LC115"
    name = "probabilities-into-fused-loss"
    severity = Severity.ERROR
    bad: ClassVar = (
        Example("softmax into the fused op", lambda: trained(lambda ops: _loss(ops, "Softmax")), "fused"),
        Example(
            "through a reshape and an identity",
            lambda: trained(lambda ops: _loss(ops, "Softmax", moved=True)),
            "fused",
        ),
        Example(
            "sigmoids into the fused softmax op", lambda: trained(lambda ops: _loss(ops, "Sigmoid")), "fused"
        ),
        Example("sigmoid into TensorFlow's sigmoid loss", lambda: trained(_sigmoid_loss), "fused"),
    )
    good: ClassVar = (
        Example("scores", lambda: trained(lambda ops: _loss(ops, "Identity"))),
        Example(
            "log-softmax: a second softmax changes nothing",
            lambda: trained(lambda ops: _loss(ops, "LogSoftmax")),
        ),
    )

    def check(self, case: Case) -> Iterator[Finding]:
        """Yield a finding for every fused loss of a graph that is given probabilities."""
        for site, loss in all_fused(case.facts):
            what = _probabilities(site.facts, loss)
            if what is not None:
                yield self._found(loss_place(case, site, loss.node, loss.scores), site, loss, what)

    def _found(self, at: Location, site: Site, loss: FusedLoss, what: str) -> Finding:
        facts = site.facts
        source = find_head(facts.graph, before_dropout(facts.graph, loss.scores))
        classes = facts.of(loss.scores).size(-1)
        floor = double_softmax_floor(classes) if classes and loss.kind == "softmax" else None
        return self.finding(
            f"in {site.graph!r} the {loss.kind} cross-entropy {loss.node.name!r} is given {what} "
            f"({source.op} {source.ref.node!r}) as scores",
            why=_cost(loss, classes, floor),
            fix=f"tf.nn.{_function(loss)}(labels=labels, logits=scores) with the input of "
            f"{source.ref.node!r} as scores",
            at=at,
            contract=Contract.VIOLATED,
            evidence={
                "classes": classes,
                "floor_nats": round(floor, 4) if floor else None,
                "source": source.ref.node,
            },
        )


def _probabilities(facts: GraphFacts, loss: FusedLoss) -> str | None:
    """Return what a fused loss is given in the place of scores, None where that is sound or not known."""
    tensor = facts.of(loss.scores)
    if tensor.sums_to_one is not None:
        return "a softmax"
    head = find_head(facts.graph, before_dropout(facts.graph, loss.scores))
    if head.op in SOFTMAX:
        return "a softmax"  # behind dropout, or a reshape of which the axis is not known
    return "a sigmoid" if head.op in SIGMOID else None


def _cost(loss: FusedLoss, classes: int | None, floor: float | None) -> str:
    if loss.kind == "sigmoid":
        return (
            f"a perfect 1 costs {DOUBLED_ONE:.4f} nats and a perfect 0 costs {DOUBLED_ZERO:.4f}, both should "
            "cost 0"
        )
    if floor is None:
        return "the loss over C classes cannot get below ln(e + C - 1) - 1 nats, 1.4612 for 10"
    return f"the loss over {classes} classes cannot get below {floor:.4f} nats"


def _function(loss: FusedLoss) -> str:
    if loss.kind == "sigmoid":
        return "sigmoid_cross_entropy_with_logits"
    sparse = loss.node.op.startswith("Sparse")
    return "sparse_softmax_cross_entropy_with_logits" if sparse else "softmax_cross_entropy_with_logits"


def _loss(ops: Ops, activation: str, moved: bool = False) -> Ref:
    given = ops.op(activation, ops.scores())
    if moved:
        given = ops.op("Identity", ops.op("Reshape", given, ops.const((-1, 5), "int32")))
    return ops.op("SoftmaxCrossEntropyWithLogits", given, ops.input(None, 5, name="y"), name="fused")


def _sigmoid_loss(ops: Ops) -> Ref:
    given = ops.op("Sigmoid", ops.scores(1))
    exp = ops.op("Exp", ops.op("Neg", ops.op("Abs", given)))
    rest = ops.op("Sub", ops.op("Relu", given), ops.op("Mul", given, ops.input(None, 1, name="y")))
    return ops.op("AddV2", rest, ops.op("Log1p", exp, name="fused"))
