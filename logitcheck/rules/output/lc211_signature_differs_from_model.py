"""LC211."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import ClassVar

from logitcheck.finding import Confidence, Finding, Severity
from logitcheck.rules.case import Case
from logitcheck.rules.figures import place
from logitcheck.rules.measured import differs, measured_outputs
from logitcheck.rules.rule import Example, Rule
from logitcheck.rules.sketch import dense, measure, sketch

TOPIC = "signature"

FAULTS = {
    "training": (
        "runs the Keras model in training mode",
        "tf.function(lambda x: model(x, training=False)) as the signature",
    ),
    "other-weights": (
        "reads none of the weights that the Keras model reads",
        "trace the signature from the model that is saved, after its training",
    ),
}
"""What a signature is → what is said of it, and the fix."""

APPLIED = ("softmax", "sigmoid")


def _example(meaning: str, gap: float, again: bool = False) -> Case:
    seen = {"same": gap == 0, "difference": gap, "is": meaning, "again": again}
    return sketch(dense(5, "softmax"), measured=measure("dense", extra={TOPIC: {"dense": seen}}))


class SignatureDiffersFromModel(Rule):
    """A SavedModel's signature answers otherwise than the Keras model that was saved beside it.

    What is served is not what was trained and evaluated: a signature in training mode drops units and
    normalises by the batch, one that was traced from another model serves other weights, one that applies a
    second softmax to 10 classes can answer no probability above 0.2320. A softmax on a model of scores, and
    other work of the signature's own, are told as information.

    Fix: trace the signature from the saved model with ``training=False``.
    """

    code = "LC211"
    name = "signature-differs-from-model"
    severity = Severity.WARNING
    bad: ClassVar = (
        Example("the model in training mode", lambda: _example("training", 0.4), at="dense"),
        Example("weights of another model", lambda: _example("other-weights", 1.5), at="dense"),
        Example("a softmax of a softmax", lambda: _example("softmax", 0.6, again=True), at="dense"),
        Example("an export that adds the softmax", lambda: _example("softmax", 7.5), at="dense"),
        Example("scaling of its own", lambda: _example("otherwise", 0.3), at="dense"),
    )
    good: ClassVar = (
        Example("the same", lambda: _example("model", 0.0)),
        Example("rounding alone", lambda: _example("model", 1e-7)),
        Example("no Keras model in the file", lambda: sketch(dense(5), measured=measure("dense"))),
    )

    def check(self, case: Case) -> Iterator[Finding]:
        """Yield a finding for every output on which signature and model disagree."""
        topic = case.measured.extra.get(TOPIC) if case.measured else None
        for pairing, seen in measured_outputs(case):
            gap = differs(case, TOPIC, seen, relative=1e-3)
            entry = topic.get(pairing.output.name) if isinstance(topic, Mapping) else None
            if gap is None or not isinstance(entry, Mapping) or entry.get("is") == "model":
                continue
            meaning = str(entry.get("is"))
            said, fix, severity = _told(meaning, again=entry.get("again") is True)
            yield self.finding(
                f"output {pairing.output.name!r} of the signature {said}: its answers are up to {gap} away "
                "from those of the model called with training=False",
                why=f"what is served is off by up to {gap} from what was trained and evaluated",
                fix=fix,
                at=place(pairing),
                confidence=Confidence.MEASURED,
                severity=severity,
                evidence={"difference": gap, "is": meaning, "rows": entry.get("rows")},
            )


def _told(meaning: str, *, again: bool) -> tuple[str, str, Severity]:
    """Return what is said of a signature, the fix, and how bad it is."""
    if meaning in FAULTS:
        return (*FAULTS[meaning], Severity.WARNING)
    if meaning in APPLIED and again:
        said = f"applies a {meaning} to answers that are probabilities already"
        return said, f"serve the model's own answers, without the {meaning}", Severity.WARNING
    if meaning in APPLIED:
        said = f"is the {meaning} of the Keras model's scores"
        return said, "nothing, where clients are told that they get probabilities", Severity.INFO
    return "computes something of its own beside the Keras model", "nothing, where it is meant", Severity.INFO
