"""LC107."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from logitcheck.analysis.contract import Pairing
from logitcheck.analysis.head_ops import AFFINE, SIGMOID, SOFTMAX
from logitcheck.analysis.heads import Head, find_head, is_stored
from logitcheck.finding import Contract, Finding, Severity
from logitcheck.graph import Ref
from logitcheck.rules.case import Case
from logitcheck.rules.figures import best_doubled, place
from logitcheck.rules.rule import Example, Rule
from logitcheck.rules.sketch import dense, layer, sketch


class StackedNormalisers(Rule):
    """A softmax or sigmoid is applied to what another one gave.

    The outer one sees only values between 0 and 1: a softmax over C classes can then give no class more than
    e / (e + C - 1) (0.4046 for 5, 0.2320 for 10), a sigmoid nothing below 0.5 or above 0.7311. No loss
    setting rescues it.

    Fix: keep one of the two; the last layers are ``Dense(C)`` and one softmax.
    """

    code = "LC107"
    name = "stacked-normalisers"
    severity = Severity.ERROR
    bad: ClassVar = (
        Example(
            "a softmax layer over Dense(5, softmax)",
            lambda: sketch(dense(5, "softmax"), layer("Softmax", axis=-1), loss="categorical_crossentropy"),
            at="softmax",
        ),
        Example(
            "a softmax of sigmoids",
            lambda: sketch(dense(5, "sigmoid"), layer("Activation", activation="softmax")),
            at="activation",
        ),
        Example(
            "a hidden softmax right before the head",
            lambda: sketch(dense(16, "softmax"), dense(5, "softmax"), loss="categorical_crossentropy"),
            at="dense_1",
        ),
    )
    good: ClassVar = (
        Example("one softmax", lambda: sketch(dense(16, "relu"), dense(5, "softmax"))),
        Example(
            "softmax of relu: odd, yet sound", lambda: sketch(dense(5, "relu"), layer("Softmax", axis=-1))
        ),
    )

    def check(self, case: Case) -> Iterator[Finding]:
        """Yield a finding for every output whose normaliser takes another one's values."""
        for pairing in case.pairings:
            outer = pairing.head
            if outer.op not in SOFTMAX | SIGMOID or outer.node is None:
                continue
            inner = find_head(pairing.graph, outer.node.inputs[0])
            if inner.op in SOFTMAX | SIGMOID and pairing.tensor.size(-1) != 1:
                yield self._stacked(pairing, inner)
            else:
                hidden = _before_weights(pairing, inner)
                if hidden is not None:
                    yield self._hidden(pairing, hidden)

    def _stacked(self, pairing: Pairing, inner: Head) -> Finding:
        return self.finding(
            f"output {pairing.output.name!r} is a {pairing.head.op.lower()} of a {inner.op.lower()} (layer "
            f"{inner.layer!r} below)",
            why=_limit(pairing),
            fix=f"remove one of the two: activation=None in layer {inner.layer!r}",
            at=place(pairing),
            contract=Contract.VIOLATED,
            evidence={"inner": inner.op, "outer": pairing.head.op},
        )

    def _hidden(self, pairing: Pairing, hidden: Head) -> Finding:
        return self.finding(
            f"the head of output {pairing.output.name!r} stands on a softmax (layer {hidden.layer!r})",
            why="a hidden softmax lets its units share one unit of activation: their sum is 1 whatever the "
            "input, and gradients through it shrink with its width",
            fix=f'activation="relu" in layer {hidden.layer!r}',
            at=place(pairing),
            severity=Severity.INFO,
            evidence={"hidden": hidden.layer},
        )


def _limit(pairing: Pairing) -> str:
    if pairing.head.op in SIGMOID:
        return "a sigmoid of values in [0, 1] stays between 0.5 and 0.7311"
    classes = pairing.classes
    if classes is None:
        return "a softmax over C values in [0, 1] gives no class more than e / (e + C - 1)"
    return f"a softmax over {classes} values in [0, 1] gives no class more than {best_doubled(classes):.4f}"


def _before_weights(pairing: Pairing, scores: Head) -> Head | None:
    """Return the softmax that a head's layer of weights takes; None where it takes another thing."""
    node = scores.node
    while node is not None and node.op in ("BiasAdd", "Add", "AddV2"):
        node = find_head(pairing.graph, node.inputs[0]).node
    if node is None or node.op not in AFFINE or not _weighted(pairing, node.inputs[1:2]):
        return None
    before = find_head(pairing.graph, node.inputs[0])
    return before if before.op in SOFTMAX else None


def _weighted(pairing: Pairing, refs: tuple[Ref, ...]) -> bool:
    """Tell whether the second factor of a product is stored (and not, say, the values of an attention)."""
    return bool(refs) and is_stored(pairing.graph, refs[0])
