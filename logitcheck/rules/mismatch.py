"""How an activation and a loss disagree: what the values are, what it costs, what to write instead."""

from __future__ import annotations

from math import log
from typing import NamedTuple

from logitcheck.analysis import losses
from logitcheck.analysis.contract import (
    BOUNDED,
    INDEPENDENT,
    LOG_PROBABILITIES,
    LOGITS,
    NONNEGATIVE,
    PROBABILITIES,
    Pairing,
)
from logitcheck.analysis.head_ops import SOFTMAX
from logitcheck.finding import Contract, Severity
from logitcheck.rules.figures import best_doubled, bounded_floor, loss_call

WRONG = (Severity.ERROR, Contract.VIOLATED)
DOUBTFUL = (Severity.WARNING, Contract.SUSPICIOUS)

CAP = 0.05
"""What a label that cannot be met may cost, in nats: probabilities clipped on purpose stay below it."""

FLOOR = 0.01
"""A loss, in nats, that may as well be 0: scores capped at 10 or 30 on purpose stay below it."""


class Mismatch(NamedTuple):
    """How an activation and a loss disagree."""

    level: tuple[Severity, Contract]
    what: str
    why: str
    fix: str


def mismatch(pairing: Pairing) -> Mismatch | None:
    """Return how an output's activation and its loss disagree; None where they do not, or it is not known."""
    judges = {
        losses.DISTRIBUTION: _distribution,
        losses.UNIT: _unit,
        losses.SCORES: _scores,
        losses.SCORE: _scores,
        losses.MARGIN: _margin,
        losses.RATE: _rate,
    }
    judge = judges.get(pairing.expects or "")
    found = judge(pairing) if judge else None
    return found or (_flat(pairing) if pairing.expects else None)


def _flat(pairing: Pairing) -> Mismatch | None:
    """Return what a loss costs whose gradient ends at the output."""
    ends = pairing.gradient_ends
    if ends is None:
        return None
    return Mismatch(
        DOUBTFUL,
        "values without a gradient",
        f"no gradient passes {ends}, so the loss moves no weight below it",
        "the values before it as the output, and the step outside the model",
    )


def _distribution(pairing: Pairing) -> Mismatch | None:
    if pairing.classes == 1:
        return None
    if pairing.values == PROBABILITIES:
        return _capped(pairing) if pairing.kept else None
    fix = f'activation="softmax" on the head, or no activation and loss={loss_call(pairing, True)}'
    if pairing.facts and not pairing.facts.with_logits:
        fix = 'activation="softmax" on the head'
    divergence = pairing.facts is not None and pairing.facts.family == "divergence"
    if pairing.values == INDEPENDENT and pairing.independent:
        return Mismatch(
            DOUBTFUL if divergence else WRONG,
            "independent values in [0, 1]",
            f"{pairing.classes or 'the'} values that need not sum to 1 are read as one distribution; Keras "
            "on TensorFlow from 2.4 takes the scores behind a sigmoid as softmax scores and so trains "
            "another model than the one served, other versions divide by the sum",
            f'{fix}; or, for labels that do not exclude each other, loss="binary_crossentropy"',
        )
    return _clipped(pairing, fix)


def _unit(pairing: Pairing) -> Mismatch | None:
    if pairing.values == PROBABILITIES or pairing.reshaped_softmax:
        return _softmax_binary(pairing, DOUBTFUL)
    if pairing.unit_axis:
        return _capped(pairing)
    return _clipped(pairing, 'activation="sigmoid" on the head')


def _capped(pairing: Pairing) -> Mismatch | None:
    """Return what squashed scores under a softmax or sigmoid cost: some label can never be met."""
    low, high = pairing.tensor.interval[:2]
    binary = pairing.expects == losses.UNIT
    family = pairing.facts.family if pairing.facts else ""
    if family in ("divergence", "overlap") or pairing.stacked or not pairing.squashed:
        return None  # one normaliser on another has a rule of its own
    smoothed = pairing.loss.label_smoothing if pairing.loss else 0.0
    certain = 1.0 - smoothed + smoothed / (2 if binary else pairing.classes or 2)
    best = min(high, 1.0 - low) if binary else high
    if low == high or best <= 0.0 or log(certain / best) <= CAP:
        return None
    label = "one of the two labels" if binary else "any label"
    return Mismatch(
        DOUBTFUL,
        "probabilities that are never sure",
        f"what stands below the last step keeps every probability within {pairing.bounds}, so the "
        f"cross-entropy cannot fall below {-log(best):.4f} nats on {label}",
        "take the activation off the layer below the last one: activation=None",
    )


def _clipped(pairing: Pairing, fix: str) -> Mismatch | None:
    if pairing.raw:
        return None  # raw scores have a rule of their own
    what = {
        NONNEGATIVE: "values without upper bound",
        BOUNDED: "values outside [0, 1]",
        LOGITS: "signed values",
        LOG_PROBABILITIES: "logarithms of probabilities",
    }.get(pairing.values)
    if what is None or not (pairing.activated or pairing.values == LOG_PROBABILITIES):
        return None
    if pairing.values != LOG_PROBABILITIES and not (pairing.attained or pairing.signed):
        return None
    why = (
        "they are read as probabilities and clipped to [1e-7, 1 - 1e-7]: wherever the clip bites the "
        "gradient is 0"
    )
    return Mismatch(
        WRONG, what, f"{why}, and a true class at 0 or below costs 16.12 nats whatever it is", fix
    )


def _scores(pairing: Pairing) -> Mismatch | None:
    binary = pairing.expects == losses.SCORE
    if pairing.raw:
        return None
    if pairing.values == PROBABILITIES and binary:
        return _softmax_binary(pairing, WRONG)
    if pairing.classes == 1 and not binary:
        return None
    fix = "take the activation off the head: activation=None"
    apart = pairing.independent or (pairing.squashed and pairing.head.op not in SOFTMAX)
    if pairing.values == INDEPENDENT and not binary and apart:
        best = f"{best_doubled(pairing.classes):.4f}" if pairing.classes else "e / (e + C - 1)"
        why = f"scores between 0 and 1 let the softmax give no class more than {best}"
        return Mismatch(WRONG, "values in [0, 1]", why, fix)
    if pairing.values == NONNEGATIVE and (pairing.activated or pairing.squashed):
        why = "a score cut off at 0 has gradient 0 there and can never speak against its class"
        return Mismatch(DOUBTFUL, "scores that are never negative", why, fix)
    if binary and pairing.squashed and pairing.tensor.interval.low < 0.0 >= pairing.tensor.interval.high:
        why = "the sigmoid of a score that is never positive stays below 0.5, so a label of 1 costs ln 2 nats"
        return Mismatch(DOUBTFUL, "scores that are never positive", f"{why} at least", fix)
    if pairing.values in (BOUNDED, LOG_PROBABILITIES) and (
        (pairing.activated and pairing.attained) or pairing.squashed
    ):
        interval = pairing.tensor.interval
        floor = bounded_floor(interval.low, interval.high, None if binary else pairing.classes or 2)
        why = (
            f"scores within {pairing.bounds} keep every probability away from 0 and 1, so the loss cannot "
            f"fall below {floor:.4f} nats"
        )
        return Mismatch(DOUBTFUL, "bounded scores", why, fix) if floor > FLOOR else None
    return None


def _softmax_binary(pairing: Pairing, level: tuple[Severity, Contract]) -> Mismatch | None:
    size = pairing.tensor.size(pairing.tensor.sums_to_one or -1)
    if (pairing.facts and pairing.facts.family == "overlap") or size == 1:
        return None
    count = size or "C"
    return Mismatch(
        level,
        "a distribution over classes",
        f"a binary loss takes each of {count} classes as a problem of its own; from TensorFlow 2.4 on it "
        f"even looks through the softmax and trains {count} sigmoids that are never served",
        'loss="categorical_crossentropy" (classes exclude each other), or activation="sigmoid" (they do not)',
    )


def _margin(pairing: Pairing) -> Mismatch | None:
    low, high = pairing.tensor.interval[:2]
    within = pairing.values in (INDEPENDENT, PROBABILITIES)
    if not within and not (pairing.squashed and (low >= 0.0 or high <= 0.0)):
        return None
    sign = "negative" if low >= 0.0 else "positive"
    return Mismatch(
        DOUBTFUL,
        "values in [0, 1]" if within else f"values that are never {sign}",
        "hinge wants -1 for one class and 1 for the other; a value that stops at 0 leaves a loss of at "
        "least 1 on every example of one of them",
        'activation=None (or "tanh") on the head, or loss="binary_crossentropy"',
    )


def _rate(pairing: Pairing) -> Mismatch | None:
    if pairing.tensor.interval.low >= 0 or not (pairing.raw or pairing.activated):
        return None
    why = "Poisson takes ln(prediction + 1e-7): the first prediction below -1e-7 makes the loss NaN"
    return Mismatch(
        DOUBTFUL, "values that may be negative", why, 'activation="softplus" (or "exponential") on the head'
    )
