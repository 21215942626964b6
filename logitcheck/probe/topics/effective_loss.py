"""What the stored loss really optimises, traced together with the model as training traces it.

Keys by output, for built-in losses: ``value`` (mean over the places of the loss), ``labels`` (``made``, or
``data``: the user's), what it ``is`` (``logits``, ``softmax-twice``, ``sigmoid-twice``, ``clipped-scores``,
``normalised-scores``, ``as-declared``, ``unknown``), the ``hypotheses`` with their values, ``rows`` (places
that count), ``not_finite`` (places where the loss is NaN or infinite), the ``kind`` of the values
(``softmax``, ``unit``, ``scores``) and how many ``classes``, the ``head`` (the op that made them), ``warned``
(Keras warned of it), and ``problem`` where there is no value. A loss without the switch ``from_logits`` is
``as-declared``, or clips raw scores.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from logitcheck.probe.array import Array
from logitcheck.probe.loss.given import own_labels
from logitcheck.probe.loss.hypotheses import Shown, Variants, hypotheses
from logitcheck.probe.loss.kinds import SCORES, WITHOUT_SWITCH, computed, kind_of, rows_of
from logitcheck.probe.loss.verdict import DECLARED, UNKNOWN, judged, means
from logitcheck.probe.measure import figure
from logitcheck.probe.observation import Observation
from logitcheck.probe.protocol import LossPlan, OutputPlan

NO_KERAS = "no Keras ran this model, so its loss was not computed"


def observe(seen: Observation) -> dict[str, Any]:
    """Return what each output's loss comes to."""
    losses = getattr(seen.runtime, "losses", None)
    effects: Mapping[str, Mapping[str, Array]] = getattr(seen.runtime, "first_effects", None) or {}
    labels = own_labels(seen, seen.batch.rows)
    if effects and labels:
        effects = {**effects, **computed_on(seen.runtime, seen.batch.arrays, labels)}
    told = {}
    for plan in seen.request.outputs:
        if plan.loss is None or not computed(plan.loss):
            continue
        if losses is not None and plan.name in effects:
            head = losses.heads.get(plan.name, "")
            warned = plan.name in losses.warned
            kind = served_kind(plan.loss, effects[plan.name]["output"], head)
            told[plan.name] = {
                **effect(plan.loss, effects[plan.name], kind),
                "kind": kind,
                "labels": "data" if "labels" in effects[plan.name] else "made",
                "classes": effects[plan.name]["output"].shape[plan.loss.axis],
                "head": head,
                "warned": warned,
            }
        elif plan.name in seen.answers:
            problem = losses.problems.get(plan.name, NO_KERAS) if losses else NO_KERAS
            told[plan.name] = {**guessed(plan, seen.answers[plan.name]), "problem": problem}
    return told


def computed_on(
    runtime: Any, arrays: Sequence[Array], labels: Mapping[str, Array], **how: bool
) -> dict[str, dict[str, Array]]:
    """Return what a Keras runtime's losses come to in some mode, with the user's labels that were used."""
    return with_labels(runtime.effects(arrays, labels, **how), labels)


def with_labels(
    told: Mapping[str, Mapping[str, Array]], labels: Mapping[str, Array]
) -> dict[str, dict[str, Array]]:
    """Return what the losses came to beside the labels that they were computed with."""
    used = {name: {"labels": labels[name]} for name in told if name in labels}
    return {name: {**shown, **used.get(name, {})} for name, shown in told.items()}


def served_kind(loss: LossPlan, output: Array, head: str) -> str:
    """Return what kind of values an output gives when it serves; rows that are not finite do not count."""
    values = rows_of(output, loss.axis)
    finite = values[np.isfinite(values).all(axis=-1)]
    return kind_of(finite, head) if finite.size else SCORES


def effect(loss: LossPlan, shown: Mapping[str, Array], kind: str) -> dict[str, Any]:
    """Judge what one output showed: ``output``, ``loss`` and perhaps ``scores`` and ``labels``."""
    values = rows_of(shown["output"], loss.axis)
    scores = rows_of(shown["scores"], loss.axis) if "scores" in shown else None
    measured = shown["loss"].astype(np.float64).reshape(-1)
    labels = rows_of(shown["labels"], loss.axis) if "labels" in shown else None
    variants = hypotheses(loss, Shown(values, scores, kind), labels)
    if loss.name in WITHOUT_SWITCH:
        return plainly(measured, variants, shown["output"].dtype.name)
    finite = np.isfinite(values).all(axis=-1)
    if measured.size != len(values) or not finite.any():
        return {"value": None, "is": UNKNOWN, "rows": 0, "hypotheses": {}}
    kept = {name: [form[finite] for form in forms] for name, forms in variants.items()}
    return judged(measured[finite], kept, shown["output"].dtype.name)


def plainly(measured: Array, variants: Variants, dtype: str) -> dict[str, Any]:
    """Judge a loss that has no switch; what it is cannot be in doubt where no definition is at hand."""
    (name, forms) = next(iter(variants.items()), (DECLARED, []))
    if not forms or forms[0].size != measured.size:
        finite = measured[np.isfinite(measured)]
        value = figure(finite.mean()) if finite.size else None
        return {"value": value, "is": name, "rows": int(finite.size), "hypotheses": {}}
    found = judged(measured, variants, dtype)
    return {**found, "is": name} if found["value"] is None else found


def guessed(plan: OutputPlan, answers: Array) -> dict[str, Any]:
    """Return the hypotheses alone, from an output whose loss was not computed."""
    assert plan.loss is not None
    told: dict[str, Any] = {"value": None, "is": UNKNOWN, "rows": 0, "hypotheses": {}}
    if plan.loss.name in WITHOUT_SWITCH:
        return {**told, "is": DECLARED}
    if answers.dtype.kind != "f" or not -answers.ndim <= plan.loss.axis < answers.ndim:
        return told
    values = rows_of(answers, plan.loss.axis)
    if values.size and np.isfinite(values).all():
        told["hypotheses"] = means(hypotheses(plan.loss, Shown(values, None, kind_of(values, ""))))
    return told
