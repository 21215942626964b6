"""Figures and words that several rules put into their messages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import e, exp, log, log1p

from logitcheck.analysis.contract import Pairing
from logitcheck.finding import Location

DOUBLED_ONE = log(1 + exp(-1))
"""What a perfect 1 costs after a second sigmoid: ln(1 + 1/e) = 0.3133 nats."""

DOUBLED_ZERO = log(2)
"""What a perfect 0 costs after a second sigmoid: ln 2 = 0.6931 nats."""

CLASSES = {
    "categorical_crossentropy": "CategoricalCrossentropy",
    "sparse_categorical_crossentropy": "SparseCategoricalCrossentropy",
    "categorical_focal_crossentropy": "CategoricalFocalCrossentropy",
    "categorical_generalized_cross_entropy": "CategoricalGeneralizedCrossEntropy",
    "binary_crossentropy": "BinaryCrossentropy",
    "binary_focal_crossentropy": "BinaryFocalCrossentropy",
    "kl_divergence": "KLDivergence",
}
"""Canonical name of a loss to its class, for the line of code in a fix."""


def double_softmax_floor(classes: int) -> float:
    """Return the smallest loss, in nats, that a doubled softmax over some classes can reach.

    The inner softmax gives at best one 1 and C - 1 zeros; the outer one makes e / (e + C - 1) of the 1.
    """
    return log(e + classes - 1) - 1


def best_doubled(classes: int) -> float:
    """Return the largest probability that a softmax over values in [0, 1] can give."""
    return e / (e + classes - 1)


def bounded_floor(low: float, high: float, classes: int | None) -> float:
    """Return the smallest loss, in nats, that scores from ``low`` to ``high`` can reach on every label.

    Over C classes the best is ``high`` for the true one and ``low`` for the others: ln(1 + (C - 1) e^(low -
    high)). Without classes each score is a sigmoid's, and the label that fares worse counts.
    """
    if classes is None:
        return log1p(exp(max(low, -high)))
    return log1p((classes - 1) * exp(low - high))


def loss_call(pairing: Pairing, from_logits: bool) -> str:
    """Return the line of Python that makes this pairing's loss, with the switch as it should be."""
    name = pairing.facts.name if pairing.facts else ""
    made = CLASSES.get(name, name)
    return f"keras.losses.{made}(from_logits={from_logits})"


def place(pairing: Pairing) -> Location:
    """Return where an output's values come from."""
    node = pairing.head.node
    layer = pairing.head.layer or pairing.output.layer
    return Location(output=pairing.output.name, layer=layer, node=node.name if node else None)


def loss_words(pairing: Pairing) -> str:
    """Return the loss with its switch, as the message names it."""
    loss = pairing.loss
    if loss is None:
        return "no loss"
    return loss.name if loss.from_logits is None else f"{loss.name}(from_logits={loss.from_logits})"


def head_words(pairing: Pairing) -> str:
    """Return the head's op, and the layer it stands in where that is not the output's own."""
    layer = pairing.head.layer
    op = pairing.head.op or "an unknown op"
    if layer == pairing.output.name:
        return op
    return f"{op} of layer {layer!r}" if layer else f"{op} {pairing.head.ref.node!r}"


def with_loss(pairings: Iterable[Pairing], *expects: str) -> Iterator[Pairing]:
    """Yield the outputs whose loss is known and expects one of these."""
    for pairing in pairings:
        if pairing.expects in expects:
            yield pairing
