"""LC109."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from logitcheck.analysis import metrics as known
from logitcheck.analysis.contract import INDEPENDENT, PROBABILITIES, Pairing
from logitcheck.finding import Finding, Severity
from logitcheck.model import Metric
from logitcheck.rules.case import Case
from logitcheck.rules.figures import place
from logitcheck.rules.rule import Example, Rule
from logitcheck.rules.sketch import dense, sketch


class MetricExpectsOtherValues(Rule):
    """A metric reads scores as probabilities, or has another ``from_logits`` than the loss.

    On scores the threshold 0.5 stands for the probability sigmoid(0.5) = 0.6225, so accuracy, precision and
    recall are those of another classifier; AUC refuses values outside [0, 1] or piles them up at its ends; a
    cross-entropy clips them to [1e-7, 1 - 1e-7] and is another number than the loss.

    Fix: ``BinaryAccuracy(threshold=0.0)``, ``AUC(from_logits=True)``, or a head that gives probabilities.
    """

    code = "LC109"
    name = "metric-expects-other-values"
    severity = Severity.WARNING
    bad: ClassVar = (
        Example(
            "AUC on a logit",
            lambda: sketch(dense(1), loss=("binary_crossentropy", True), metrics=(Metric("auc", False),)),
            at="dense",
        ),
        Example(
            "BinaryAccuracy at 0.5 on a logit",
            lambda: sketch(
                dense(1),
                loss=("binary_crossentropy", True),
                metrics=(Metric("binary_accuracy", threshold=0.5),),
            ),
            at="dense",
        ),
        Example(
            'the string "accuracy" on a logit',
            lambda: sketch(dense(1), loss=("binary_crossentropy", True), metrics=(Metric("accuracy"),)),
            at="dense",
        ),
        Example(
            "a cross-entropy of probabilities on logits",
            lambda: sketch(
                dense(1),
                loss=("binary_crossentropy", True),
                metrics=(Metric("binary_crossentropy", False),),
            ),
            at="dense",
        ),
        Example(
            "a metric with from_logits on probabilities",
            lambda: sketch(
                dense(1, "sigmoid"),
                loss="binary_crossentropy",
                metrics=(Metric("binary_crossentropy", True),),
            ),
            at="dense",
        ),
    )
    good: ClassVar = (
        Example(
            "threshold 0 on a logit",
            lambda: sketch(
                dense(1),
                loss=("binary_crossentropy", True),
                metrics=(Metric("binary_accuracy", threshold=0.0),),
            ),
        ),
        Example(
            "accuracy on ten logits: the largest counts",
            lambda: sketch(
                dense(10), loss=("sparse_categorical_crossentropy", True), metrics=(Metric("accuracy"),)
            ),
        ),
        Example(
            "a cross-entropy with the loss's from_logits",
            lambda: sketch(
                dense(4),
                loss=("categorical_crossentropy", True),
                metrics=(Metric("categorical_crossentropy", True),),
            ),
        ),
        Example(
            "AUC on a probability",
            lambda: sketch(dense(1, "sigmoid"), loss="binary_crossentropy", metrics=(Metric("auc", False),)),
        ),
    )

    def check(self, case: Case) -> Iterator[Finding]:
        """Yield a finding for every metric that misreads its output's values."""
        for pairing in case.pairings:
            for metric in pairing.output.metrics:
                if metric.builtin:
                    yield from self._judged(pairing, metric)

    def _judged(self, pairing: Pairing, metric: Metric) -> Iterator[Finding]:
        probabilities = pairing.values in (PROBABILITIES, INDEPENDENT)
        if metric.from_logits and probabilities:
            yield self._found(
                pairing,
                metric,
                f"{metric.name}(from_logits=True) is given probabilities",
                "a second sigmoid or softmax moves 0 and 1 to 0.5 and 0.7311",
                f"{metric.name} with from_logits=False",
            )
        elif pairing.raw and pairing.from_logits and not metric.from_logits:
            yield from self._on_scores(pairing, metric)

    def _on_scores(self, pairing: Pairing, metric: Metric) -> Iterator[Finding]:
        name = metric.name
        if name in known.ACCURACY and pairing.classes == 1:
            name = "binary_accuracy"
        if known.is_crossentropy(name):
            what = f"{name}(from_logits=False) is given scores"
            why = "it clips them to [1e-7, 1 - 1e-7] or divides them by their sum: not the loss's number"
            yield self._found(pairing, metric, what, why, f"{name} with from_logits=True")
        threshold = metric.threshold if metric.threshold is not None else known.default_threshold(name)
        if name in known.CURVES:
            what = f"{name} is given scores and expects probabilities"
            fix = "keras.metrics.AUC(from_logits=True)" if name == "auc" else "a sigmoid before the metric"
            yield self._found(pairing, metric, what, "its thresholds lie between 0 and 1, scores do not", fix)
        elif known.wants_probabilities(name) and threshold is not None and 0 < threshold < 1:
            yield self._found(
                pairing,
                metric,
                f"{name} compares scores with {threshold:g}, a threshold for probabilities",
                f"a score of {threshold:g} is a probability of {_sigmoid(threshold):.4f}: what lies between "
                "0.5 and that counts as negative",
                "keras.metrics.BinaryAccuracy(threshold=0.0)"
                if name == "binary_accuracy"
                else "thresholds=0.0",
            )

    def _found(self, pairing: Pairing, metric: Metric, what: str, why: str, fix: str) -> Finding:
        return self.finding(
            f"at output {pairing.output.name!r} the metric {what}",
            why=why,
            fix=fix,
            at=place(pairing),
            evidence={"metric": metric.name, "values": pairing.values, "from_logits": metric.from_logits},
        )


def _sigmoid(x: float) -> float:
    from math import exp

    return 1 / (1 + exp(-x))
