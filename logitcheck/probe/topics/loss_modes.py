"""What the stored loss optimises in other modes than the traced evaluation: eagerly, and in training.

Keys: output → ``eager`` and ``training``, each with ``value`` and what it ``is``, as in
:mod:`logitcheck.probe.topics.effective_loss`. In training the model runs as it does under ``fit``, so dropout
is active and its outputs differ from those that are served.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from logitcheck.probe.array import Array
from logitcheck.probe.loss.given import own_labels
from logitcheck.probe.loss.kinds import in_question
from logitcheck.probe.observation import Observation
from logitcheck.probe.runtimes.keras_model import KerasRuntime
from logitcheck.probe.runtimes.other_backend import BackendRuntime
from logitcheck.probe.topics.bare_call import ALIKE
from logitcheck.probe.topics.effective_loss import computed_on, effect, served_kind, with_labels

ROWS = 8
"""Rows of the batch that are taken."""

MODES = {"eager": {"eager": True}, "training": {"training": True}}


def observe(seen: Observation) -> dict[str, Any]:
    """Return what each output's loss comes to in every mode."""
    runtime = seen.runtime
    if not isinstance(runtime, (KerasRuntime, BackendRuntime)) or not runtime.first_effects:
        return {}
    asked = {plan.name for plan in seen.request.outputs if in_question(plan.loss)}
    told: dict[str, Any] = {name: {} for name in runtime.first_effects if name in asked}
    if not told:
        return {}
    for mode in MODES:
        for name, shown in _shown(seen, mode).items():
            if name not in told:
                continue
            first = runtime.first_effects[name]
            if mode == "eager" and "scores" in first:
                # an eager tensor does not tell its op; the same rows were traced before
                shown["scores"] = first["scores"][: len(shown["output"])]
            told[name][mode] = _judged(seen, name, shown)
    return told


def _shown(seen: Observation, mode: str) -> dict[str, dict[str, Array]]:
    """Return what the losses come to in a mode; a plain call that answers what is served was eager."""
    if mode == "eager" and isinstance(seen.runtime, KerasRuntime) and seen.shared.get(ALIKE):
        labels = own_labels(seen, seen.length or seen.batch.rows)
        return with_labels(seen.runtime.bare_effects(labels), labels)
    rows = seen.length or ROWS
    return computed_on(seen.runtime, seen.batch.piece(0, rows), own_labels(seen, rows), **MODES[mode])


def _judged(seen: Observation, name: str, shown: Mapping[str, Array]) -> dict[str, Any]:
    runtime = seen.runtime
    assert isinstance(runtime, (KerasRuntime, BackendRuntime)) and runtime.first_effects is not None
    loss = next(plan.loss for plan in seen.request.outputs if plan.name == name)
    assert loss is not None
    kind = served_kind(loss, runtime.first_effects[name]["output"], runtime.losses.heads.get(name, ""))
    found = effect(loss, shown, kind)
    return {"value": found["value"], "is": found["is"]}
