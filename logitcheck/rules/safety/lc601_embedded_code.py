"""LC601: Python code stored inside the model."""

from __future__ import annotations

from collections.abc import Iterator

from logitcheck.finding import Finding, Location, Severity
from logitcheck.model import Sighting
from logitcheck.rules.case import Case
from logitcheck.rules.rule import Example, Rule
from logitcheck.rules.sighted import sighted

PART = "__lambda__"
"""What Keras 3 calls the function inside a Lambda layer, which is reported as the layer."""


class EmbeddedCode(Rule):
    """The file stores Python code, as a rule the bytecode of a Lambda layer, which runs when the model is
    loaded.

    A loader that unmarshals it does whatever its author wrote (CVE-2024-3660; for `.h5` files Keras up to
    3.11.2 and every tf-keras do so unasked, CVE-2025-9905); it also breaks with the next Python: 3 of 34
    files of one writer failed for nothing else.

    Fix: write the function as a registered layer class, or with built-in layers and keras.ops, and save
    again.
    """

    code = "LC601"
    name = "embedded-code"
    severity = Severity.WARNING
    bad = (
        Example(
            "bytecode in a Lambda",
            lambda: sighted(
                Sighting("lambda", "model_config/layers/3", "Lambda", {"code": True, "layer": "lambda_1"})
            ),
            at="lambda_1",
        ),
        Example(
            "a Lambda that names a function",
            lambda: sighted(
                Sighting("lambda", "model_config/layers/3", "Lambda", {"code": False, "layer": "scale"})
            ),
            at="scale",
        ),
    )
    good = (
        Example(
            "a layer merely called lambda",
            lambda: sighted(Sighting("custom-class", "model_config/layers/3", "LambdaRank")),
        ),
    )

    def check(self, case: Case) -> Iterator[Finding]:
        """Report every stored function; bytecode is what makes it certain that loading runs it."""
        for seen in case.model.sightings:
            if seen.kind == "lambda" and seen.what != PART:
                layer = str(seen.detail.get("layer") or seen.what)
                holds = "stores Python bytecode" if seen.detail.get("code") else "calls a function by name"
                yield self.finding(
                    f"Lambda layer {layer!r} {holds}.",
                    why="Loading the model with safe mode off runs that code with the loader's rights.",
                    fix="@keras.saving.register_keras_serializable() class in place of the Lambda",
                    at=Location(layer=layer),
                    evidence={"where": seen.where},
                )
