"""LC609: code or ops that nobody has reviewed."""

from __future__ import annotations

from collections.abc import Iterator

from logitcheck.analysis.safety import ops
from logitcheck.analysis.safety.names import is_foreign
from logitcheck.finding import Confidence, Finding, Location, Severity
from logitcheck.model import Sighting
from logitcheck.rules.case import Case
from logitcheck.rules.rule import Example, Rule
from logitcheck.rules.sighted import sighted


class UnreviewedCode(Rule):
    """The model needs a class of its author's, or an op that is on no list, so its safety is undecided.

    Neither is a fault: about 1 published model in 20 has a custom layer. But what is not known to be
    harmless is not called safe, and the probe does not run it unasked.

    Fix: with the class at hand and the author trusted, audit with `--trust`.
    """

    code = "LC609"
    name = "unreviewed-code"
    severity = Severity.INFO
    bad = (
        Example(
            "a registered custom layer",
            lambda: sighted(Sighting("custom-class", "config/layers/2", "mine>Gate")),
            at="config/layers/2",
        ),
        Example(
            "an op of a plug-in",
            lambda: sighted(
                Sighting("op", "text/Tokenize", "WhitespaceTokenizeWithOffsetsV2"), format="graph-def"
            ),
            at="text/Tokenize",
        ),
        Example(
            "a custom op of TFLite",
            lambda: sighted(Sighting("custom-op", "detect", "TFLite_Detection_PostProcess"), format="tflite"),
            at="detect",
        ),
    )
    good = (
        Example("a Keras layer", lambda: sighted()),
        Example(
            "a builtin of TFLite",
            lambda: sighted(Sighting("op", "x", "FULLY_CONNECTED", {"dialect": "tflite"}), format="tflite"),
        ),
        Example("a known op", lambda: sighted(Sighting("op", "x", "Softmax"), format="graph-def")),
    )

    def check(self, case: Case) -> Iterator[Finding]:
        """Report each thing once; a module outside Keras is LC602's."""
        for seen in case.model.sightings:
            if self._unreviewed(seen):
                kind = "class" if seen.kind == "custom-class" else "op"
                yield self.finding(
                    f"{seen.what!r} is no {kind} that this version knows.",
                    why="What it does when the model is loaded cannot be told from the file.",
                    fix="Audit with --trust where you know its author; else ask for a model of known parts.",
                    at=Location(node=seen.where),
                    confidence=Confidence.POSSIBLE,
                    evidence={"name": seen.what, "kind": kind},
                )

    def _unreviewed(self, seen: Sighting) -> bool:
        if seen.kind == "op":  # a TFLite builtin is part of the interpreter, and all of them only compute
            return seen.detail.get("dialect") != "tflite" and ops.is_new(seen.what)
        if seen.kind == "custom-op":
            return True
        module = seen.detail.get("module") or ""
        return seen.kind == "custom-class" and not (module and is_foreign(module))
