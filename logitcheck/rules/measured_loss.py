"""What the probe measured of a loss, for the rules that judge the file's word on it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from logitcheck.analysis.contract import Pairing
from logitcheck.finding import Confidence
from logitcheck.rules.case import Case

NAMES = {
    "logits": "the cross-entropy of the logits",
    "softmax-twice": "the cross-entropy of a second softmax",
    "sigmoid-twice": "the cross-entropy of a second sigmoid",
    "clipped-scores": "the cross-entropy of the scores clipped to [1e-7, 1 - 1e-7]",
    "normalised-scores": "the cross-entropy of the scores divided by their sum and clipped",
}
"""What a loss was measured to be → in words."""

MODES = {"eager": "run eagerly", "training": "in training"}


class MeasuredLoss(NamedTuple):
    """One output's loss on the runtime at hand."""

    words: str = ""
    """A sentence, with a blank before it; empty where nothing was measured."""

    evidence: Mapping[str, Any] = {}
    confidence: Confidence = Confidence.PROVED


def measured_loss(case: Case, pairing: Pairing) -> MeasuredLoss:
    """Return what the probe measured of an output's loss."""
    if case.measured is None:
        return MeasuredLoss()
    from logitcheck.effective import effective_loss, nats, runtime_words

    told = effective_loss(case, pairing)
    if told is None or told["value"] is None or told["is"] not in NAMES:
        return MeasuredLoss()
    meaning, logits = told["is"], told["hypotheses"].get("logits")
    beside = "" if meaning == "logits" or logits is None else f"; that of the logits is {nats(logits)}"
    others = {mode: told[mode] for mode in MODES if told.get(mode) in NAMES and told[mode] != meaning}
    modes = "".join(f"; {MODES[mode]} it is {NAMES[other]}" for mode, other in others.items())
    runtime = runtime_words(case.measured)
    return MeasuredLoss(
        f" Measured in {runtime}: {nats(told['value'])} = {NAMES[meaning]}{beside}{modes}.",
        {
            "measured": told["value"],
            "measured_is": meaning,
            "runtime": runtime,
            "labels": told.get("labels", "made"),
            **({"of_the_logits": logits} if logits is not None else {}),
            **{f"measured_{mode}": other for mode, other in others.items()},
        },
        Confidence.MEASURED,
    )
