"""The table of losses against the losses of the installed Keras."""

from __future__ import annotations

import inspect
from types import ModuleType
from typing import Any

import pytest

from logitcheck.analysis import losses, metrics
from logitcheck.readers.loss_names import LOSS_CLASSES, LOSS_FUNCTIONS, WITH_LOGITS_SWITCH
from logitcheck.readers.metric_names import METRIC_CLASSES, METRIC_FUNCTIONS

HELPERS = {"Loss", "Reduction", "LossFunctionWrapper", "deserialize", "get", "serialize"}
BASES = {"Metric", "MeanMetricWrapper"}


def public(module: ModuleType) -> dict[str, Any]:
    names = (name for name in dir(module) if not name.startswith("_") and name not in HELPERS)
    return {name: getattr(module, name) for name in names if callable(getattr(module, name))}


def switch_default(thing: Any) -> object:
    call = thing.__init__ if inspect.isclass(thing) else thing
    found = inspect.signature(call).parameters.get("from_logits")
    return None if found is None else found.default


@pytest.mark.tensorflow
@pytest.mark.parametrize("package", ["keras", "tf_keras"])
def test_every_loss_of_keras_is_in_the_table(package: str, request: pytest.FixtureRequest) -> None:
    module = request.getfixturevalue(package).losses
    found = public(module)
    assert len(found) > 30
    assert [name for name in found if losses.loss_facts(name) is None] == []
    for name, thing in found.items():
        has_switch = switch_default(thing) is not None
        assert losses.takes_from_logits(name) == has_switch, name
        if has_switch:
            assert switch_default(thing) is False, name


@pytest.mark.tensorflow
@pytest.mark.parametrize("package", ["keras", "tf_keras"])
def test_every_metric_of_keras_is_known(package: str, request: pytest.FixtureRequest) -> None:
    module = request.getfixturevalue(package).metrics
    classes = [
        name for name in dir(module) if name[0].isupper() and name not in ("Metric", "MeanMetricWrapper")
    ]
    unknown = [name for name in classes if not metrics.known(METRIC_CLASSES.get(name, name))]
    assert unknown == []


def test_readers_and_analysis_have_the_same_names() -> None:
    read = LOSS_CLASSES | LOSS_FUNCTIONS
    assert {name: losses.canonical(name) for name in read} == read
    assert {name for name in read.values() if losses.takes_from_logits(name)} == set(WITH_LOGITS_SWITCH)
    named = set(METRIC_CLASSES.values()) | set(METRIC_FUNCTIONS.values())
    assert sorted(name for name in named if not metrics.known(name)) == []


def test_names_are_unique() -> None:
    names = [name for entry in losses.TABLE for name in (entry.name, *entry.aliases)]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("name", "from_logits", "expected"),
    [
        ("SparseCategoricalCrossentropy", True, losses.SCORES),
        ("sparse_categorical_crossentropy", False, losses.DISTRIBUTION),
        ("categorical_crossentropy", None, None),
        ("bce", False, losses.UNIT),
        ("BinaryFocalCrossentropy", True, losses.SCORE),
        ("kullback_leibler_divergence", None, losses.DISTRIBUTION),
        ("ctc", None, losses.SCORES),
        ("mse", None, losses.REAL),
    ],
)
def test_expectation(name: str, from_logits: bool | None, expected: str | None) -> None:
    facts = losses.loss_facts(name)
    assert facts is not None
    assert losses.expects(facts, from_logits) == expected


def test_a_stranger_is_not_built_in() -> None:
    assert losses.canonical("focal_loss_fixed") is None
    assert not losses.takes_from_logits("focal_loss_fixed")
