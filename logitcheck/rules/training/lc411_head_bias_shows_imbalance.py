"""LC411."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import ClassVar

from logitcheck.analysis.head_bias import Prior, prior
from logitcheck.finding import Finding, Location, Severity
from logitcheck.rules.case import Case
from logitcheck.rules.figures import place
from logitcheck.rules.rule import Example, Rule
from logitcheck.rules.sketch import dense, sketch
from logitcheck.rules.stored_sketch import Numbers

RATIO = 20.0
"""How many times likelier one class may be than another by the bias alone."""

ALONE = 0.95
"""Share of one class by the bias alone from which it may be a warning."""

LEAD = 2.0
"""How far its bias must then lead: this many deviations of what the kernel adds: inputs seldom win."""


class HeadBiasShowsImbalance(Rule):
    """The bias of the head alone makes one class far likelier than another.

    A bias learns how often a class came in training: a spread of 3 between two classes is a ratio of 20 to 1.
    A model that always answers a class of 95% of the examples has an accuracy of 0.95 and knows nothing: from
    there on it is a warning, unless the head's kernel is large enough to outweigh the bias.

    Fix: look at balanced accuracy, and give ``fit`` a ``class_weight`` of total / (classes * count) each.
    """

    code = "LC411"
    name = "head-bias-shows-imbalance"
    severity = Severity.INFO
    bad: ClassVar = (
        Example("one class of three is favoured", lambda: _biased((4.0, 0.0, -0.5)), "dense"),
        Example("a sigmoid that starts from yes", lambda: _biased((3.5,)), "dense"),
    )
    good: ClassVar = (
        Example("a bias of three classes in balance", lambda: _biased((0.2, -0.1, 0.0))),
        Example("a sigmoid that starts from neither", lambda: _biased((0.3,))),
        Example("no numbers stored", lambda: sketch(dense(3, "softmax"), loss="categorical_crossentropy")),
    )

    def check(self, case: Case) -> Iterator[Finding]:
        """Yield a finding for every classifying output whose bias is spread that far."""
        for pairing in case.pairings:
            found = prior(pairing, case.model.source)
            if found is None or found.ratio < RATIO:
                continue
            at = place(pairing)
            yield self.finding(
                f"the bias of output {pairing.output.name!r} makes class {found.likeliest} "
                f"{found.ratio:,.0f} times as likely as class {found.unlikeliest}, whatever the input",
                why=f"by the bias alone class {found.likeliest} has a share of {found.share:.1%}; "
                f"even shares would be {1 / found.classes:.1%}",
                fix="model.fit(..., class_weight={class: total / (classes * count)})",
                at=Location(at.output, found.layer or at.layer, None, found.key),
                severity=Severity.WARNING if _decides(found) else Severity.INFO,
                evidence=_evidence(found),
            )


def _decides(found: Prior) -> bool:
    """Tell whether the bias decides and the input hardly ever does."""
    return found.share >= ALONE and found.lead is not None and found.lead >= LEAD


def _evidence(found: Prior) -> dict[str, object]:
    return {
        "ratio": round(found.ratio, 1) if found.ratio < float("inf") else "infinity",
        "likeliest": found.likeliest,
        "unlikeliest": found.unlikeliest,
        "share": round(found.share, 4),
        "classes": found.classes,
        "lead": None if found.lead is None or found.lead == float("inf") else round(found.lead, 2),
    }


def _biased(bias: Sequence[float]) -> Case:
    import numpy as np

    single = len(bias) == 1
    loss = "binary_crossentropy" if single else "categorical_crossentropy"
    case = sketch(dense(len(bias), "sigmoid" if single else "softmax"), loss=loss)
    nodes = tuple(
        replace(node, attrs={**node.attrs, "key": node.attrs.get("slot")}) if node.op == "Weight" else node
        for node in case.model.graph.nodes
    )
    kernel = np.linspace(-0.5, 0.5, 4 * len(bias)).reshape(4, -1)
    source = Numbers({"bias": np.asarray(bias, np.float32), "kernel": kernel})
    model = replace(case.model, graph=replace(case.model.graph, nodes=nodes), source=source)
    return Case(model, case.facts)
