"""LC115."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar

from logitcheck.analysis.contract import ROUNDING
from logitcheck.analysis.facts import GraphFacts
from logitcheck.analysis.head_ops import SIGMOID, SOFTMAX
from logitcheck.analysis.heads import Head, find_head, is_affine
from logitcheck.analysis.training import Site, all_fused
from logitcheck.finding import Contract, Finding, Location, Severity
from logitcheck.graph import Ref
from logitcheck.rules.case import Case
from logitcheck.rules.figures import DOUBLED_ONE, DOUBLED_ZERO, double_softmax_floor
from logitcheck.rules.loss_site import loss_place, trains_served
from logitcheck.rules.rule import Example, Rule
from logitcheck.rules.sketch import Ops, trained

if TYPE_CHECKING:
    from logitcheck.analysis.fused import FusedLoss

FUNCTIONS = {
    "sigmoid": "sigmoid_cross_entropy_with_logits(labels=labels, logits=scores)",
    "softplus": "sigmoid_cross_entropy_with_logits(labels=labels, logits=scores)",
    "softmax": "softmax_cross_entropy_with_logits(labels=labels, logits=scores)",
    "ctc": "ctc_loss(labels, scores, label_length, logit_length)",
    "log-softmax": "log_softmax(scores)",
}
"""Functions of ``tf.nn`` by the kind of loss."""


class ProbabilitiesIntoFusedLoss(Rule):
    """In a training graph a softmax or sigmoid feeds a loss op that applies its own.

    The op computes softmax(softmax(z)): over C classes the loss cannot get below ln(e + C - 1) - 1 nats
    (1.4612 for 10); a doubled sigmoid leaves 0.3133 on a perfect 1 and 0.6931 on a perfect 0. The same holds
    for any scores that never leave [0, 1]. Nothing rescues it here.

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
        Example("softmax into CTC", lambda: trained(_ctc), "fused"),
        Example("log-softmax of a softmax", lambda: trained(_stacked), "fused"),
        Example("sigmoid into a logistic loss by hand", lambda: trained(_logistic), "fused"),
        Example("labels and scores in each other's place", lambda: trained(_exchanged), "fused"),
        Example("a softmax that is clipped first", lambda: trained(_clipped), "fused"),
    )
    good: ClassVar = (
        Example("scores", lambda: trained(lambda ops: _loss(ops, "Identity"))),
        Example(
            "log-softmax: a second softmax changes nothing",
            lambda: trained(lambda ops: _loss(ops, "LogSoftmax")),
        ),
        Example("a hidden softplus of a sigmoid", lambda: trained(lambda ops: _logistic(ops, hidden=True))),
    )

    def check(self, case: Case) -> Iterator[Finding]:
        """Yield a finding for every fused loss of a graph that is given probabilities."""
        for site, loss in all_fused(case.facts):
            what = _probabilities(site.facts, loss)
            if what is not None:
                yield self._found(case, site, loss, what)
            elif loss.labels is not None and _swapped(site.facts, loss.scores, loss.labels):
                yield self._turned(loss_place(case, site, loss.node, loss.labels), site, loss)

    def _found(self, case: Case, site: Site, loss: FusedLoss, what: str) -> Finding:
        facts = site.facts
        source = _source(facts, loss)
        classes = facts.of(loss.scores).size(-1)
        floor = double_softmax_floor(classes) if classes and loss.kind in ("softmax", "log-softmax") else None
        return self.finding(
            f"in {site.graph!r} {_words(loss)} {loss.node.name!r} is given {what} "
            f"({source.op} {source.ref.node!r}) as scores",
            why=_cost(loss, classes, floor),
            fix=f"tf.nn.{_function(loss)} with the input of {source.ref.node!r} as scores",
            at=loss_place(case, site, loss.node, loss.scores),
            contract=Contract.VIOLATED if trains_served(case, site, loss.scores) else None,
            evidence={
                "classes": classes,
                "floor_nats": round(floor, 4) if floor else None,
                "source": source.ref.node,
            },
        )

    def _turned(self, at: Location, site: Site, loss: FusedLoss) -> Finding:
        classes = site.facts.of(loss.scores).size(-1)
        floor = f"{double_softmax_floor(classes):.4f}" if classes else "ln(e + C - 1) - 1"
        return self.finding(
            f"in {site.graph!r} {_words(loss)} {loss.node.name!r} is given data as scores and a softmax as "
            "labels",
            why=f"the softmax is taken of the data, the logarithm too: one-hot data costs {floor} nats at "
            "least, and a wrong prediction at most 1 nat more",
            fix=f"tf.nn.{_function(loss)}: labels are the data, scores come from before the softmax",
            at=at,
            severity=Severity.WARNING,
            contract=Contract.SUSPICIOUS,
            evidence={"classes": classes},
        )


def _swapped(facts: GraphFacts, scores: Ref, labels: Ref) -> bool:
    """Tell whether scores are fed and labels are a softmax of weighted sums: each in the other's place."""
    made = find_head(facts.graph, labels)
    fed = find_head(facts.graph, scores).op in ("Placeholder", "OneHot")
    return (
        fed and made.op in SOFTMAX and made.node is not None and is_affine(facts.graph, made.node.inputs[0])
    )


def _source(facts: GraphFacts, loss: FusedLoss) -> Head:
    """Return what decides the scores that a loss is given, seen through dropout."""
    from logitcheck.analysis.fused import before_dropout

    return find_head(facts.graph, before_dropout(facts.graph, loss.scores))


def _probabilities(facts: GraphFacts, loss: FusedLoss) -> str | None:
    """Return what a fused loss is given in the place of scores, None where that is sound or not known."""
    tensor, head = facts.of(loss.scores), _source(facts, loss)
    if tensor.size(-1) == 1 and loss.kind not in ("sigmoid", "softplus"):
        return None  # over one class the loss is 0 whatever it is given
    if tensor.sums_to_one is not None or head.op in SOFTMAX:
        return "a softmax"  # by its op behind dropout, or a reshape of which the axis is not known
    if head.op in SIGMOID:
        return "a sigmoid"
    return "values between 0 and 1" if _in_unit(facts, loss) else None


def _in_unit(facts: GraphFacts, loss: FusedLoss) -> bool:
    """Tell whether scores are computed so that they never leave [0, 1]."""
    tensor = facts.of(loss.scores)
    low, high = tensor.interval.low, tensor.interval.high
    inside = tensor.known and low >= -ROUNDING and high <= 1.0 + ROUNDING and low < high
    return inside and loss.kind not in ("log-softmax", "softplus") and not is_affine(facts.graph, loss.scores)


def _cost(loss: FusedLoss, classes: int | None, floor: float | None) -> str:
    if loss.kind in ("sigmoid", "softplus"):
        return (
            f"a perfect 1 costs {DOUBLED_ONE:.4f} nats and a perfect 0 costs {DOUBLED_ZERO:.4f}, both should "
            "cost 0"
        )
    if loss.kind == "ctc":
        return "every frame costs up to ln(e + C - 1) - 1 nats on C classes, 1.4612 for 10, and never 0"
    if floor is None:
        return "the loss over C classes cannot get below ln(e + C - 1) - 1 nats, 1.4612 for 10"
    return f"the loss over {classes} classes cannot get below {floor:.4f} nats"


def _words(loss: FusedLoss) -> str:
    named = {"ctc": "the CTC loss", "softplus": "the logistic loss", "log-softmax": "the log-softmax"}
    return named.get(loss.kind, f"the {loss.kind} cross-entropy")


def _function(loss: FusedLoss) -> str:
    return ("sparse_" if loss.node.op.startswith("Sparse") else "") + FUNCTIONS[loss.kind]


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


def _ctc(ops: Ops) -> Ref:
    labels = ops.input(None, 2, dtype="int64", name="i"), ops.input(None, dtype="int32", name="v")
    frames = ops.op("Softmax", ops.op("Reshape", ops.scores(), ops.const((7, -1, 5), "int32")))
    return ops.op("CTCLoss", frames, *labels, ops.input(None, dtype="int32", name="n"), name="fused")


def _stacked(ops: Ops) -> Ref:
    logs = ops.op("LogSoftmax", ops.op("Softmax", ops.scores()), name="fused")
    return ops.op("Sum", ops.op("Mul", ops.input(None, 5, name="y"), logs), ops.const(-1, "int32"))


def _clipped(ops: Ops) -> Ref:
    given = ops.op("ClipByValue", ops.op("Softmax", ops.scores()), ops.const(1e-7), ops.const(1.0))
    return ops.op("SoftmaxCrossEntropyWithLogits", given, ops.input(None, 5, name="y"), name="fused")


def _logistic(ops: Ops, hidden: bool = False) -> Ref:
    given = ops.op("Sigmoid", ops.scores())
    cost = ops.op("Softplus", ops.op("Neg", given), name="fused")
    if hidden:
        return ops.op("L2Loss", ops.op("MatMul", cost, ops.weight(5, 5)))
    return ops.op("Sum", ops.op("Mul", ops.input(None, 5, name="y"), cost), ops.const(-1, "int32"))


def _exchanged(ops: Ops) -> Ref:
    labels = ops.op("Softmax", ops.scores())
    return ops.op("SoftmaxCrossEntropyWithLogits", ops.input(None, 5, name="y"), labels, name="fused")
