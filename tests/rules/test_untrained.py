from __future__ import annotations

from dataclasses import replace

import pytest

from logitcheck.finding import Severity
from logitcheck.graph import Graph, Node
from logitcheck.rules.case import Case
from logitcheck.rules.learning.lc403_vanishing_gradient import VanishingGradient
from logitcheck.rules.output.lc205_constant_output import ConstantOutput
from logitcheck.rules.sketch import dense, measure, sketch
from logitcheck.rules.stored_sketch import stored
from logitcheck.rules.untrained import normalises_untrained


def normalised(mean: float = 0.0, variance: float = 1.0) -> Case:
    nodes = tuple(
        Node(slot, "Weight", (), {"key": f"bn/{slot}", "slot": slot, "dtype": "float32"})
        for slot in ("moving_mean", "moving_variance")
    )
    values = {"bn/moving_mean": [mean] * 3, "bn/moving_variance": [variance] * 3}
    return stored(values, graph=Graph(nodes))


def constant(case: Case, **cut: list[str]) -> Case:
    """Return a classifier that answers one thing, with the weights of another model."""
    seen = sketch(dense(5, "softmax"))
    nodes = (*case.model.graph.nodes, *seen.model.graph.nodes)
    graph = replace(seen.model.graph, nodes=nodes)
    model = replace(seen.model, graph=graph, weights=case.model.weights, source=case.model.source)
    extra = {"gradients": {"cut_off": cut, "reach": {"ratio": 1e-9, "layer": "dense"}}}
    return Case(model, seen.facts, measure("dense", constant=True, extra=extra))


@pytest.mark.parametrize(("mean", "variance", "fresh"), [(0, 1, True), (0.1, 1, False), (0, 0.9, False)])
def test_the_first_statistics_are_known(mean: float, variance: float, fresh: bool) -> None:
    assert normalises_untrained(normalised(mean, variance)) == fresh


def test_without_a_normalisation_nothing_is_said() -> None:
    assert not normalises_untrained(stored({"kernel": [1.0]}))


@pytest.mark.parametrize(
    ("variance", "cut", "severity"),
    [(1.0, {}, Severity.INFO), (1.0, {"zero": ["dense"]}, Severity.WARNING), (2.0, {}, Severity.WARNING)],
)
def test_a_constant_answer_before_training_is_worth_knowing(
    variance: float, cut: dict[str, list[str]], severity: Severity
) -> None:
    [finding] = ConstantOutput().check(constant(normalised(variance=variance), **cut))
    assert finding.severity is severity


@pytest.mark.parametrize(("variance", "severity"), [(1.0, Severity.INFO), (2.0, Severity.WARNING)])
def test_so_is_a_faint_gradient(variance: float, severity: Severity) -> None:
    [finding] = VanishingGradient().check(constant(normalised(variance=variance)))
    assert finding.severity is severity
    assert finding.evidence == {"reach": 1e-9}
