"""LC104."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar

from logitcheck.analysis.contract import ROUNDING, Pairing
from logitcheck.analysis.facts import GraphFacts
from logitcheck.analysis.head_ops import SOFTMAX
from logitcheck.analysis.heads import find_head, is_activation
from logitcheck.analysis.training import Site, all_fused
from logitcheck.finding import Contract, Finding, Location, Severity
from logitcheck.graph import Ref
from logitcheck.rules.case import Case
from logitcheck.rules.figures import bounded_floor, head_words, loss_words, place
from logitcheck.rules.loss_site import loss_place
from logitcheck.rules.mismatch import FLOOR, Mismatch, mismatch
from logitcheck.rules.rule import Example, Rule
from logitcheck.rules.sketch import Ops, dense, graph, layer, sketch

if TYPE_CHECKING:
    from logitcheck.analysis.fused import FusedLoss


class ActivationLossMismatch(Rule):
    """The last activation gives values of another kind than the loss takes.

    Sigmoids into a categorical loss are never made to sum to 1 (2 labels may both be 0.9); what relu and tanh
    give is clipped to [1e-7, 1] and has gradient 0 wherever the clip bites; a softmax under a binary loss
    counts each of C classes as a problem of its own; hinge asks for -1 and 1, which values in [0, 1] reach
    only on one side; the logarithm in Poisson is NaN below 0. A softmax or sigmoid of values that another
    activation squashed (tanh, an LSTM's state) is never sure of a class, and its loss never near 0.
    What argmax, round, a cast to integers or stop_gradient gives has no gradient at all.

    Fix: the activation that belongs to the loss: softmax for a categorical one, sigmoid for a binary one,
    none for scores (``from_logits=True``) and hinge, softplus for Poisson.
    """

    code = "LC104"
    name = "activation-loss-mismatch"
    severity = Severity.ERROR
    bad: ClassVar = (
        Example(
            "sigmoids into categorical cross-entropy",
            lambda: sketch(dense(5, "sigmoid"), loss="categorical_crossentropy"),
            at="dense",
        ),
        Example(
            "relu into a cross-entropy",
            lambda: sketch(dense(5, "relu"), loss="categorical_crossentropy"),
            "dense",
        ),
        Example(
            "tanh into binary cross-entropy",
            lambda: sketch(dense(1, "tanh"), loss="binary_crossentropy"),
            "dense",
        ),
        Example(
            "sigmoids as scores of a softmax",
            lambda: sketch(dense(5, "sigmoid"), loss=("categorical_crossentropy", True)),
            at="dense",
        ),
        Example(
            "softmax with binary cross-entropy",
            lambda: sketch(dense(5, "softmax"), loss="binary_crossentropy"),
            at="dense",
        ),
        Example("hinge on a sigmoid", lambda: sketch(dense(1, "sigmoid"), loss="hinge"), "dense"),
        Example("hinge on relu", lambda: sketch(dense(1, "relu"), loss="hinge"), "dense"),
        Example(
            "a softmax of tanh",
            lambda: sketch(
                dense(5, "tanh"), layer("Activation", activation="softmax"), loss="categorical_crossentropy"
            ),
            at="activation",
        ),
        Example("Poisson on any real number", lambda: sketch(dense(1), loss="poisson"), "dense"),
        Example(
            "KL divergence of sigmoids", lambda: sketch(dense(4, "sigmoid"), loss="kl_divergence"), "dense"
        ),
        Example(
            "relu on the scores of a fused loss",
            lambda: graph(lambda ops: {"scores": ops.scores()}, training=_relu_loss),
            at="fused",
        ),
        Example(
            "tanh on the scores of a fused loss",
            lambda: graph(lambda ops: {"scores": ops.scores()}, training=lambda ops: _tanh_loss(ops, 1.0)),
            at="fused",
        ),
    )
    good: ClassVar = (
        Example("sigmoid labels", lambda: sketch(dense(5, "sigmoid"), loss="binary_crossentropy")),
        Example("softmax classes", lambda: sketch(dense(5, "softmax"), loss="categorical_crossentropy")),
        Example("hinge on tanh", lambda: sketch(dense(1, "tanh"), loss="hinge")),
        Example(
            "scores capped at 30",
            lambda: graph(lambda ops: {"scores": ops.scores()}, training=lambda ops: _tanh_loss(ops, 30.0)),
        ),
        Example("Poisson on softplus", lambda: sketch(dense(1, "softplus"), loss="poisson")),
    )

    def check(self, case: Case) -> Iterator[Finding]:
        """Yield a finding for every output whose activation does not fit its loss."""
        for pairing in case.pairings:
            found = mismatch(pairing)
            if found is not None:
                yield self._found(pairing, found)
        for site, loss in all_fused(case.facts):
            if loss.kind not in ("log-softmax", "softplus") and _activated(site.facts, loss.scores):
                yield from self._squashed(case, site, loss)

    def _squashed(self, case: Case, site: Site, loss: FusedLoss) -> Iterator[Finding]:
        """Judge what an activation leaves of the scores of a fused loss."""
        at = loss_place(case, site, loss.node, loss.scores)
        tensor = site.facts.of(loss.scores)
        low, high = tensor.interval[:2]
        if low >= 0 and high == float("inf"):
            yield self._in_graph(at, site.graph, loss.kind)
        elif loss.kind != "ctc" and max(-low, high - 1) > ROUNDING:
            floor = bounded_floor(low, high, None if loss.kind == "sigmoid" else tensor.size(-1) or 2)
            if floor > FLOOR:
                yield self._bounded(at, site.graph, floor)

    def _found(self, pairing: Pairing, found: Mismatch) -> Finding:
        return self.finding(
            f"output {pairing.output.name!r} gives {found.what} ({head_words(pairing)}, {pairing.bounds}), "
            f"its loss is {loss_words(pairing)}",
            why=found.why,
            fix=found.fix,
            at=place(pairing),
            severity=found.level[0],
            contract=found.level[1],
            evidence={"values": pairing.values, "low": _finite(pairing, 0), "high": _finite(pairing, 1)},
        )

    def _in_graph(self, at: Location, graph_name: str, kind: str) -> Finding:
        return self.finding(
            f"in {graph_name!r} the {kind} cross-entropy {at.node!r} is given scores that are never negative",
            why="a score cut off at 0 has gradient 0 there, and no class can be called less likely than "
            "exp(0) = 1 against the others",
            fix="give the loss the scores before the relu",
            at=at,
            severity=Severity.WARNING,
            contract=Contract.SUSPICIOUS,
        )

    def _bounded(self, at: Location, graph_name: str, floor: float) -> Finding:
        return self.finding(
            f"in {graph_name!r} the cross-entropy {at.node!r} is given bounded scores",
            why=f"they keep every probability away from 0 and 1: the loss cannot fall below {floor:.4f} nats",
            fix="give the loss the scores before the activation, or a multiple of it",
            at=at,
            severity=Severity.WARNING,
            contract=Contract.SUSPICIOUS,
            evidence={"floor_nats": round(floor, 4)},
        )


def _activated(facts: GraphFacts, scores: Ref) -> bool:
    """Tell whether a loss is given what an activation made, a softmax aside, which has a rule of its own."""
    head = find_head(facts.graph, scores)
    return head.op not in SOFTMAX and is_activation(facts.graph, head)


def _finite(pairing: Pairing, end: int) -> float | None:
    value = pairing.tensor.interval[end]
    return None if value in (float("inf"), -float("inf")) else float(value)


def _relu_loss(ops: Ops) -> Ref:
    labels = ops.input(None, 5, name="y")
    return ops.op("SoftmaxCrossEntropyWithLogits", ops.op("Relu", ops.scores()), labels, name="fused")


def _tanh_loss(ops: Ops, cap: float) -> Ref:
    capped = ops.op("Mul", ops.op("Tanh", ops.scores()), ops.const(cap))
    labels = ops.input(None, 5, name="y")
    return ops.op("SoftmaxCrossEntropyWithLogits", capped, labels, name="fused")
