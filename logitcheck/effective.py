"""What the probe measured of an output's loss, in words, and whether the table of versions foretold it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from math import isfinite
from typing import TYPE_CHECKING, Any

from logitcheck.analysis.contract import Pairing
from logitcheck.analysis.rescue import foretold
from logitcheck.analysis.rescue_table import DOUBLED, RESCUED
from logitcheck.finding import Location, Remark
from logitcheck.model import Writer
from logitcheck.rules.case import Case
from logitcheck.rules.figures import DOUBLED_ONE, DOUBLED_ZERO, double_softmax_floor

if TYPE_CHECKING:
    from logitcheck.probe.protocol import Measurements

TOPIC, MODES = "effective_loss", "loss_modes"

TWICE = {"softmax-twice": "CE(softmax(p))", "sigmoid-twice": "CE(sigmoid(p))"}
MEANINGS = ("logits", *TWICE, "clipped-scores", "normalised-scores", "as-declared", "unknown")
"""The words that a measured loss may come to."""

BACKENDS = {"tensorflow": "TensorFlow", "jax": "JAX", "torch": "PyTorch"}
"""What Keras may have run on, as the versions name it, and its own name."""

LARGE = 1000.0
"""From here on decimals of a loss say nothing."""

FATES = {"logits": RESCUED, **dict.fromkeys(TWICE, DOUBLED)}


def effective_loss(case: Case, pairing: Pairing) -> dict[str, Any] | None:
    """Return what one output's loss was measured to be, None where it was not.

    The numbers come from the model's own process, so whatever has not the agreed form is left out.
    """
    shown = _of(case.measured, TOPIC, pairing.output.name)
    if shown is None or shown.get("is") not in MEANINGS:
        return None
    told: dict[str, Any] = {"value": _number(shown.get("value")), "is": shown["is"]}
    told["hypotheses"] = {
        name: value
        for name, value in _mapping(shown.get("hypotheses")).items()
        if name in MEANINGS and _number(value) is not None
    }
    told |= {key: shown[key] for key in ("rows", "not_finite", "classes") if isinstance(shown.get(key), int)}
    told["graph"] = shown["is"]
    told |= {mode: answer["is"] for mode, answer in _modes(case.measured, pairing.output.name).items()}
    if shown.get("labels") in ("made", "data"):
        told["labels"] = shown["labels"]
    told["sentence"] = sentence(pairing, told, str(shown.get("kind")), runtime_words(case.measured))
    if told["sentence"] and told.get("labels") == "data":
        told["sentence"] += " (on the first rows of your data)"
    return told


def contradictions(case: Case, pairing: Pairing) -> tuple[Remark, ...]:
    """Return a remark for each mode in which the runtime does not do what the table says of its version."""
    writer = _writer(case.measured)
    told = effective_loss(case, pairing)
    if writer is None or told is None or not pairing.from_logits or pairing.facts is None:
        return ()
    model = replace(case.model, writer=writer)
    table = foretold(model, pairing.head, pairing.tensor.dtype, pairing.facts.name)
    location = Location(output=pairing.output.name, layer=pairing.output.layer)
    found = {mode: FATES.get(str(told.get(mode))) for mode in table}
    return tuple(
        Remark(
            pairing.output.name,
            f"{runtime_words(case.measured)} was measured to leave the activation {fate} ({mode}), while "
            f"the table of versions says {table[mode]}",
            "go by the measurement, and report this file's way to build the activation",
            location,
        )
        for mode, fate in found.items()
        if fate is not None and fate != table[mode]
    )


def sentence(pairing: Pairing, told: Mapping[str, Any], kind: str, runtime: str) -> str:
    """Return what was measured in one sentence; empty where nothing is known."""
    value, meaning = told["value"], told["is"]
    if pairing.facts is not None and pairing.facts.with_logits is None:
        return without_switch(value, meaning, runtime)
    if value is None or meaning == "unknown" or pairing.loss is None:
        return ""
    if meaning == "as-declared":
        return f"as declared (measured {nats(value)} in {runtime}){_other_modes(told)}"
    teller = "the file says" if pairing.loss.source == "file" else "the command line says"
    named = {"softmax": "a softmax", "unit": "a sigmoid"}.get(kind, "raw scores")
    logits = _number(told["hypotheses"].get("logits"))
    right = "" if logits is None else f", where CE of the logits is {nats(logits)}"
    start = f"{teller} from_logits={pairing.loss.from_logits} on {named}; {runtime}"
    if meaning == "logits":
        part = " in its cross-entropy, not in its focal factor" if _focal(pairing) else ""
        done = (
            f"un-does the {named[2:]}{part} (measured {nats(value)} = CE of the logits){_other_modes(told)}"
        )
        return f"{start} {done}{_elsewhere(pairing, told, kind)}"
    if meaning in TWICE:
        done = f"applies it a second time (measured {nats(value)} = {TWICE[meaning]}{right})"
        return f"{start} {done}{_other_modes(told)}; {_floor(pairing, told, kind)}"
    cut = "clips them to [1e-7, 1 - 1e-7]"
    done = cut if meaning == "clipped-scores" else f"divides them by their sum and {cut}"
    return f"{start} {done} (measured {nats(value)}{right}); the gradient is 0 wherever the clip acts"


def without_switch(value: float | None, meaning: str, runtime: str) -> str:
    """Return what is to be said of a loss that has no ``from_logits``."""
    shown = "" if value is None else f" (measured {nats(value)} in {runtime})"
    if meaning == "clipped-scores":
        cut = "clips raw scores to [1e-7, 1]; the gradient is 0 wherever the clip acts"
        return f"the loss has no from_logits and {cut}{shown}"
    return f"the loss has no from_logits and takes the outputs as they are{shown}"


def _focal(pairing: Pairing) -> bool:
    """Tell whether a loss has a factor that Keras takes of the values as they are."""
    return pairing.facts is not None and pairing.facts.name == "binary_focal_crossentropy"


def nats(value: float) -> str:
    """Return a loss with four decimals, a very large one with four digits."""
    return f"{value:.4f}" if abs(value) < LARGE else f"{value:.4g}"


def _elsewhere(pairing: Pairing, told: Mapping[str, Any], kind: str) -> str:
    """Say what a rescue hides: the loss elsewhere, or values that are served but were never trained."""
    if pairing.from_logits:
        return f"; on JAX or PyTorch, behind a reshape, or in a custom loop {_floor(pairing, told, kind)}"
    return "; so it trains other values than those that are served"


def _floor(pairing: Pairing, told: Mapping[str, Any], kind: str) -> str:
    """Return what a perfect model still costs where the activation is applied twice."""
    family = pairing.facts.family if pairing.facts else ""
    if family == "binary":
        return f"a perfect 1 costs {DOUBLED_ONE:.4f} and a perfect 0 costs {DOUBLED_ZERO:.4f}"
    classes = told.get("classes", pairing.classes)
    if kind == "softmax" and classes:
        return f"the floor is {double_softmax_floor(classes):.4f}"
    return "the loss is another"


def _other_modes(told: Mapping[str, Any]) -> str:
    """Say where eager mode or training differ from the traced evaluation."""
    words = {"eager": "run eagerly", "training": "in training"}
    return "".join(
        f"; {words[mode]} it is {told[mode]}"
        for mode in words
        if told.get(mode) not in (None, "unknown", told["is"])
    )


def _of(measured: Measurements | None, topic: str, output: str) -> Mapping[str, Any] | None:
    found = _mapping(measured.extra.get(topic)).get(output) if measured else None
    return found if isinstance(found, Mapping) else None


def _modes(measured: Measurements | None, output: str) -> dict[str, Mapping[str, Any]]:
    shown = _of(measured, MODES, output) or {}
    found = {mode: _mapping(shown.get(mode)) for mode in ("eager", "training")}
    return {mode: answer for mode, answer in found.items() if answer.get("is") in MEANINGS}


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _number(value: Any) -> float | None:
    return value if type(value) in (int, float) and isfinite(value) else None


def _writer(measured: Measurements | None) -> Writer | None:
    """Return the Keras that ran the model as if it had written it."""
    if measured is None or measured.runtime not in ("keras 3", "tf_keras"):
        return None
    versions = measured.versions
    backend = next((name for name in BACKENDS if name in versions), "tensorflow")
    if measured.runtime == "keras 3":
        return Writer("keras", versions.get("keras"), backend, versions.get("tensorflow"))
    version = versions.get("tf_keras") or versions.get("keras")
    return Writer("tf.keras", version, backend, versions.get("tensorflow"))


def runtime_words(measured: Measurements | None) -> str:
    """Return ``Keras 3.15 on TensorFlow 2.21`` and the like."""
    writer = _writer(measured)
    if measured is None or writer is None:
        return "this runtime"
    name = "tf_keras" if "tf_keras" in measured.versions else "Keras"
    backend = writer.backend or "tensorflow"
    return f"{name} {_short(writer.version)} on {BACKENDS[backend]} {_short(measured.versions.get(backend))}"


def _short(version: str | None) -> str:
    return ".".join((version or "?").split(".")[:2])[:20]
