"""LC103."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from logitcheck.analysis.contract import Pairing
from logitcheck.analysis.losses import DISTRIBUTION, UNIT
from logitcheck.analysis.training import SERVED, all_logs
from logitcheck.finding import Contract, Finding, Location, Severity
from logitcheck.graph import Ref
from logitcheck.rules.case import Case
from logitcheck.rules.figures import head_words, loss_call, loss_words, place, with_loss
from logitcheck.rules.loss_site import is_served, loss_place
from logitcheck.rules.measured_loss import measured_loss
from logitcheck.rules.rule import Example, Rule
from logitcheck.rules.sketch import Ops, dense, graph, sketch


class LogitsAsProbabilities(Rule):
    """The output is raw scores, the loss reads them as probabilities (``from_logits`` is False by default).

    Keras clips the scores to [1e-7, 1 - 1e-7] (or divides them by their sum) and takes the logarithm: every
    negative score costs 16.1 nats and has gradient 0, every score above 1 costs nothing and has gradient 0.
    No version of Keras warns.

    Fix: write ``from_logits=True`` in the loss, or give the head its softmax or sigmoid.
    """

    code = "LC103"
    name = "logits-as-probabilities"
    severity = Severity.ERROR
    bad: ClassVar = (
        Example(
            "Dense(5) with the loss named by a string",
            lambda: sketch(dense(5), loss="sparse_categorical_crossentropy"),
            at="dense",
        ),
        Example(
            "one logit into binary cross-entropy",
            lambda: sketch(dense(1), loss="binary_crossentropy"),
            "dense",
        ),
        Example("scores into a Dice loss", lambda: sketch(dense(4), loss="dice"), "dense"),
        Example(
            "scores clipped and logged by hand",
            lambda: graph(lambda ops: {"scores": ops.scores()}, training=_clipped),
            at="clip",
        ),
        Example(
            "scores divided by their sum, as Keras does",
            lambda: graph(lambda ops: {"scores": ops.scores()}, training=_normalised),
            at="clip",
        ),
        Example(
            "scores in a divergence written by hand",
            lambda: graph(lambda ops: {"scores": ops.scores()}, training=_divergence),
            at="clip",
        ),
        Example(
            "scores logged as they are",
            lambda: graph(
                lambda ops: {"scores": ops.scores()}, training=lambda ops: _logged(ops, ops.scores())
            ),
            at="log",
        ),
    )
    good: ClassVar = (
        Example("from_logits=True", lambda: sketch(dense(5), loss=("sparse_categorical_crossentropy", True))),
        Example("softmax", lambda: sketch(dense(5, "softmax"), loss="sparse_categorical_crossentropy")),
        Example("regression", lambda: sketch(dense(1), loss="mse")),
        Example(
            "a hard sigmoid, logged by hand",
            lambda: graph(lambda ops: {"scores": ops.scores()}, training=_hard_sigmoid),
        ),
        Example(
            "features logged as targets, under a mask",
            lambda: graph(lambda ops: {"scores": ops.scores()}, training=_targets),
        ),
        Example(
            "features logged under a mask",
            lambda: graph(lambda ops: {"scores": ops.scores()}, training=_features),
        ),
    )

    def check(self, case: Case) -> Iterator[Finding]:
        """Yield a finding for every output of raw scores whose loss takes probabilities."""
        for pairing in with_loss(case.pairings, DISTRIBUTION, UNIT):
            if pairing.raw and not (pairing.expects == DISTRIBUTION and pairing.classes == 1):
                yield self._found(case, pairing)
        for site, found in all_logs(case.facts):
            from logitcheck.analysis.logs import clip_of_scores, scores_with_labels

            clip = clip_of_scores(site.facts, found)
            if clip is not None:
                yield self._by_hand(loss_place(case, site, clip, found.source), site.graph)
            elif (
                site.graph != SERVED
                and scores_with_labels(site.facts, found)
                and is_served(case, site, found.source)
            ):
                yield self._unclipped(loss_place(case, site, found.node, found.source), site.graph)

    def _found(self, case: Case, pairing: Pairing) -> Finding:
        binary = pairing.expects == UNIT
        activation = "sigmoid" if binary else "softmax"
        switch = pairing.facts is not None and pairing.facts.with_logits
        give = f'give the head activation="{activation}"'
        seen = measured_loss(case, pairing)
        return self.finding(
            f"output {pairing.output.name!r} is raw scores ({head_words(pairing)}), and its loss "
            f"{loss_words(pairing)} reads them as probabilities",
            why="scores are clipped to [1e-7, 1 - 1e-7]: each score below 0 costs ln(1e7) = 16.12 nats "
            "whatever it is, and wherever the clip bites the gradient is 0, so the model learns little or "
            f"nothing{'.' if seen.words else ''}{seen.words}",
            fix=f"loss={loss_call(pairing, from_logits=True)}, or {give}" if switch else give,
            at=place(pairing),
            contract=Contract.VIOLATED,
            confidence=seen.confidence,
            evidence={"clip": 1e-07, "clipped_nats": 16.1181, **seen.evidence},
        )

    def _by_hand(self, at: Location, training: str) -> Finding:
        return self.finding(
            f"the loss in {training!r} clips raw scores into (0, 1) at {at.node!r} and takes their logarithm",
            why="wherever the clip bites the gradient is 0: every score below 0 or above 1 teaches nothing",
            fix="tf.nn.softmax_cross_entropy_with_logits(labels=labels, logits=scores)",
            at=at,
            contract=Contract.VIOLATED,
        )

    def _unclipped(self, at: Location, training: str) -> Finding:
        return self.finding(
            f"the loss in {training!r} takes the logarithm of raw scores at {at.node!r}, times the labels",
            why="the logarithm of a score below 0 is NaN, and nothing keeps the others from growing: twice "
            "the score costs 0.69 nats less, without end",
            fix="tf.nn.softmax_cross_entropy_with_logits(labels=labels, logits=scores)",
            at=at,
            contract=Contract.VIOLATED,
        )


def _hard_sigmoid(ops: Ops) -> Ref:
    return _clipped(ops, ops.op("AddV2", ops.op("Mul", ops.scores(), ops.const(0.2)), ops.const(0.5)))


def _clipped(ops: Ops, scores: Ref | None = None) -> Ref:
    scores = scores or ops.scores()
    clipped = ops.op("ClipByValue", scores, ops.const(1e-7), ops.const(1 - 1e-7), name="clip")
    return ops.op(
        "Sum", ops.op("Mul", ops.input(None, 5, name="y"), ops.op("Log", clipped)), ops.const(-1, "int32")
    )


def _normalised(ops: Ops) -> Ref:
    scores = ops.scores()
    return _clipped(
        ops, ops.op("RealDiv", scores, ops.op("Sum", scores, ops.const(-1, "int32"), keep_dims=True))
    )


def _divergence(ops: Ops) -> Ref:
    clip = ops.op("ClipByValue", ops.scores(), ops.const(1e-7), ops.const(1.0), name="clip")
    labels = ops.input(None, 5, name="y")
    logs = ops.op("Log", ops.op("RealDiv", labels, clip))
    return ops.op("Sum", ops.op("Mul", labels, logs), ops.const(-1, "int32"))


def _logged(ops: Ops, scores: Ref) -> Ref:
    log = ops.op("Log", ops.op("AddV2", scores, ops.const(1e-7)), name="log")
    return ops.op("Sum", ops.op("Mul", ops.input(None, 5, name="y"), log), ops.const(-1, "int32"))


def _targets(ops: Ops) -> Ref:
    bank = ops.const([[1.0] * 5] * 8)
    return _logged(ops, ops.op("MatMul", ops.input(None, 8), bank, name="filtered"))


def _features(ops: Ops) -> Ref:
    summed = ops.op("Reshape", _logged(ops, ops.scores()), ops.const((-1, 1), "int32"))
    return ops.op("L2Loss", ops.op("MatMul", summed, ops.weight(1, 5)))
