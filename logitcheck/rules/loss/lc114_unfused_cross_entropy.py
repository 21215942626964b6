"""LC114."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar

from logitcheck.analysis.facts import GraphFacts
from logitcheck.analysis.head_ops import SIGMOID
from logitcheck.analysis.heads import find_head
from logitcheck.analysis.training import all_logs
from logitcheck.finding import Finding, Location, Severity
from logitcheck.graph import Ref
from logitcheck.rules.case import Case
from logitcheck.rules.rule import Example, Rule
from logitcheck.rules.sketch import Ops, graph, trained

if TYPE_CHECKING:
    from logitcheck.analysis.logs import LogOf


class UnfusedCrossEntropy(Rule):
    """A logarithm is taken of a softmax or sigmoid, written by hand.

    In float32 a softmax gives exactly 0 from a score about 104 below the largest (a sigmoid at -104, and
    exactly 1 at 17): the logarithm is -inf there, times a label of 0 it is NaN, and one NaN spoils every
    weight. The fused op stays exact.

    Fix: ``tf.nn.softmax_cross_entropy_with_logits``, ``tf.nn.log_softmax`` or ``tf.math.log_sigmoid`` on the
    scores.
    """

    code = "LC114"
    name = "unfused-cross-entropy"
    severity = Severity.WARNING
    bad: ClassVar = (
        Example(
            "log of a softmax in a training step", lambda: trained(lambda ops: _log(ops, "Softmax")), "log"
        ),
        Example(
            "log of a sigmoid that is served", lambda: graph(lambda ops: {"y": _log(ops, "Sigmoid")}), "log"
        ),
        Example("log of 1 - sigmoid", lambda: trained(_log_of_rest), "log"),
        Example("guarded by a clip: info", lambda: trained(_guarded), "log"),
        Example("log of the probability that the labels choose", lambda: trained(_chosen), "log"),
    )
    good: ClassVar = (
        Example("log-softmax", lambda: trained(lambda ops: ops.op("LogSoftmax", ops.scores()))),
        Example(
            "log of another thing", lambda: trained(lambda ops: ops.op("Log", ops.op("Exp", ops.scores())))
        ),
    )

    def check(self, case: Case) -> Iterator[Finding]:
        """Yield a finding for every logarithm of a softmax or sigmoid, in served and training graphs."""
        for site, found in all_logs(case.facts):
            what = _probabilities(site.facts, found)
            if what is not None:
                yield self._found(site.graph, found, what)

    def _found(self, graph_name: str, found: LogOf, what: str) -> Finding:
        guard = found.guards[0].op if found.guards else None
        fused = "log_sigmoid(scores)" if "sigmoid" in what else "log_softmax(scores)"
        module = "tf.math" if "sigmoid" in what else "tf.nn"
        kept = (
            f"; {guard} keeps it away from 0, at the price of gradient 0 or a loss that stops short"
            if guard
            else ""
        )
        return self.finding(
            f"{found.node.op} {found.node.name!r} in {graph_name!r} takes the logarithm of {what}{kept}",
            why="float32 rounds it to exactly 0 once a score lies 104 below the largest: the logarithm is "
            "-inf and 0 * -inf is NaN"
            if guard is None
            else "the fused form needs no guard and is exact to the last of its 104 nats",
            fix=f"{module}.{fused}",
            at=Location(node=found.node.name, layer=found.node.layer),
            severity=Severity.INFO if guard else Severity.WARNING,
            evidence={"guard": guard},
        )


def _probabilities(facts: GraphFacts, found: LogOf) -> str | None:
    """Return what probabilities a logarithm is taken of, None where it is of another thing."""
    from logitcheck.analysis.logs import chosen

    source = chosen(facts, found)
    head = find_head(facts.graph, source)
    if found.node.op == "Log1p":
        inner = find_head(facts.graph, head.node.inputs[0]) if head.op == "Neg" and head.node else None
        return "1 - sigmoid" if inner is not None and inner.op in SIGMOID else None
    if facts.of(source).sums_to_one is not None:
        return "a softmax"
    if head.op in SIGMOID:
        return "a sigmoid"
    if head.op == "Sub" and head.node is not None:
        rest = find_head(facts.graph, head.node.inputs[1])
        one = facts.of(head.node.inputs[0]).interval
        return "1 - sigmoid" if rest.op in SIGMOID and one.low == one.high == 1.0 else None
    return None


def _log(ops: Ops, activation: str) -> Ref:
    return ops.op("Log", ops.op(activation, ops.scores()), name="log")


def _log_of_rest(ops: Ops) -> Ref:
    rest = ops.op("Sub", ops.const(1.0), ops.op("Sigmoid", ops.scores()))
    return ops.op("Log", rest, name="log")


def _guarded(ops: Ops) -> Ref:
    clipped = ops.op("ClipByValue", ops.op("Softmax", ops.scores()), ops.const(1e-7), ops.const(1.0))
    return ops.op("Log", clipped, name="log")


def _chosen(ops: Ops) -> Ref:
    picked = ops.op("Mul", ops.input(None, 5, name="y"), ops.op("Softmax", ops.scores()))
    return ops.op("Log", ops.op("Sum", picked, ops.const(-1, "int32")), name="log")
