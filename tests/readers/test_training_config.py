"""Losses, metrics and optimizers as every Keras writes them down."""

from __future__ import annotations

from typing import Any

import pytest

from logitcheck.readers.training_config import parse_loss, parse_training

SCCE = "sparse_categorical_crossentropy"


def loss_class(name: str, **config: Any) -> dict[str, Any]:
    return {"class_name": name, "config": {"name": "x", "reduction": "auto", **config}}


@pytest.mark.parametrize(
    ("stored", "version", "name", "from_logits"),
    [
        ("sparse_categorical_crossentropy", "1.2.2", SCCE, False),
        ("mse", "2.2.4", "mean_squared_error", None),
        ("MSE", "2.2.4-tf", "mean_squared_error", None),
        ("logcosh", "2.2.4", "log_cosh", None),
        ("cosine_proximity", "2.2.4", "cosine_similarity", None),
        ("bce", "3.0.5", "binary_crossentropy", False),
        ("SparseCategoricalCrossentropy", "2.15.0", SCCE, False),
        ("keras.losses.CategoricalCrossentropy", "3.9.2", "categorical_crossentropy", False),
        (loss_class("SparseCategoricalCrossentropy", from_logits=True), "2.4.0", SCCE, True),
        (loss_class("BinaryCrossentropy"), "2.2.4-tf", "binary_crossentropy", None),
        (loss_class("BinaryCrossentropy"), "2.2.5", "binary_crossentropy", False),
        (loss_class("Huber", delta=1.0), "2.15.0", "huber", None),
        (loss_class("LossFunctionWrapper", fn=SCCE, from_logits=True), "2.4.0", SCCE, True),
        (
            {
                "module": "keras.losses",
                "class_name": "Dice",
                "config": {"axis": None},
                "registered_name": None,
            },
            "2.15.0",
            "dice",
            None,
        ),
        (
            {"module": "builtins", "class_name": "function", "config": SCCE, "registered_name": "function"},
            "3.0.5",
            SCCE,
            False,
        ),
        (
            {
                "module": "builtins",
                "class_name": "function",
                "config": "softmax_cross_entropy_with_logits_v2",
            },
            "3.15.1",
            "softmax_cross_entropy_with_logits",
            None,
        ),
        ("sigmoid_cross_entropy_with_logits_v2", "2.21.0", "sigmoid_cross_entropy_with_logits", None),
    ],
)
def test_builtin_losses_get_their_canonical_name(
    stored: Any, version: str, name: str, from_logits: bool | None
) -> None:
    loss = parse_loss(stored, version)
    assert loss is not None
    assert (loss.name, loss.from_logits, loss.builtin) == (name, from_logits, True)


@pytest.mark.parametrize(
    ("stored", "version", "name"),
    [
        ("scce_from_logits", "2.2.4", "scce_from_logits"),
        ("<lambda>", "3.0.5", "<lambda>"),
        ({"class_name": "__lambda__", "config": {"value": ["4wIA", None, None]}}, "3.0.5", "<lambda>"),
        (loss_class("Custom>SparseCategoricalCrossentropy"), "2.4.0", "SparseCategoricalCrossentropy"),
        (
            {"module": "mine", "class_name": "Huber", "config": {}, "registered_name": "Huber"},
            "3.9.2",
            "Huber",
        ),
        ({"module": "builtins", "class_name": "function", "config": "my_loss"}, "3.0.5", "my_loss"),
        ("binary_focal_crossentropy", "2.4.0", "binary_focal_crossentropy"),
        ("dice", "2.3.1", "dice"),
    ],
)
def test_losses_of_somebodys_own_are_known_by_name_only(stored: Any, version: str, name: str) -> None:
    loss = parse_loss(stored, version)
    assert loss is not None
    assert (loss.name, loss.from_logits, loss.builtin) == (name, None, False)


@pytest.mark.parametrize(("version", "builtin"), [("2.7.0", False), ("2.8.4", True)])
def test_the_focal_loss_is_built_in_since_the_version_that_brought_it(version: str, builtin: bool) -> None:
    loss = parse_loss(loss_class("BinaryFocalCrossentropy", from_logits=True), version)
    assert loss is not None
    assert (loss.builtin, loss.from_logits) == (builtin, True if builtin else None)


def test_axis_smoothing_and_weight_of_a_loss() -> None:
    stored = loss_class("CategoricalCrossentropy", from_logits=False, label_smoothing=0.1, axis=1)
    loss = parse_loss(stored, "3.9.2", weight=0.5)
    assert loss is not None
    assert (loss.axis, loss.label_smoothing, loss.config["loss_weight"]) == (1, 0.1, 0.5)
    assert "CategoricalCrossentropy" in loss.stored
    assert parse_loss(None) is None
    long = parse_loss("f" * 1000)
    assert long is not None and len(long.stored) <= 200


def names_of(stored: Any, outputs: tuple[str, ...]) -> tuple[list[str | None], tuple[str, ...]]:
    training = parse_training({"loss": stored}, outputs, "2.15.0")
    return [loss.name if loss else None for loss in training.losses], training.stray


def test_losses_find_their_outputs() -> None:
    both = ("kind", "flag")
    mse, mae = "mean_squared_error", "mean_absolute_error"
    assert names_of("mse", both) == ([mse, mse], ())
    assert names_of(["mse", "mae"], both) == ([mse, mae], ())
    assert names_of([["mse"], ["mae"]], both) == ([mse, mae], ())
    assert names_of({"flag": "mse", "kind": "mae"}, both) == ([mae, mse], ())
    assert names_of({"flag": "mse"}, both) == ([None, mse], ())
    assert names_of({"flag": "mse", "other": "mae"}, both) == ([None, mse], ("other",))
    assert names_of({"top": {"flag": "mse", "kind": "mae"}}, both) == ([mae, mse], ())
    assert names_of(["mse", "mae", "mse"], both) == ([mse, mae], ("[2]",))
    assert names_of(None, both) == ([None, None], ())
    assert names_of(["mse"], ("out",)) == ([mse], ())


def test_a_model_without_outputs_gets_them_from_its_losses() -> None:
    assert parse_training({"loss": {"a": "mse", "b": "mse"}}, (), "3.9.2").names == ("a", "b")
    assert parse_training({"loss": ["mse", "mse"]}, (), "3.9.2").names == ("output_1", "output_2")
    assert parse_training({"loss": "mse"}, (), None).names == ("output_1",)


def metrics_of(config: dict[str, Any], outputs: tuple[str, ...], version: str) -> list[list[str]]:
    return [[metric.name for metric in item] for item in parse_training(config, outputs, version).metrics]


def test_metrics_find_their_outputs() -> None:
    both = ("kind", "flag")
    flat = {"metrics": ["acc", "AUC"]}
    assert metrics_of(flat, ("out",), "3.9.2") == [["accuracy", "auc"]]
    assert metrics_of(flat, both, "2.15.0") == [["accuracy", "auc"], ["accuracy", "auc"]]
    assert metrics_of(flat, both, "3.9.2") == [["accuracy"], ["auc"]]
    wrapped = {"class_name": "MeanMetricWrapper", "config": {"name": "accuracy", "fn": "binary_accuracy"}}
    assert metrics_of({"metrics": [[wrapped], []]}, both, "2.4.0") == [["binary_accuracy"], []]
    by_name = {"metrics": {"flag": ["acc", "mae"]}, "weighted_metrics": {"kind": "mse"}}
    assert metrics_of(by_name, both, "3.9.2") == [["mean_squared_error"], ["accuracy", "mean_absolute_error"]]


def test_what_a_metric_compares_with() -> None:
    precision = {"class_name": "Precision", "config": {"thresholds": None, "top_k": None}}
    recall = {"class_name": "Recall", "config": {"thresholds": [0.3]}}
    auc = {"class_name": "AUC", "config": {"from_logits": True, "thresholds": [0.1, 0.2]}}
    own = {"module": "mine", "class_name": "F2", "config": {}, "registered_name": "mine>F2"}
    found = parse_training({"metrics": [precision, recall, auc, own]}, ("out",), "3.9.2").metrics[0]
    assert [metric.threshold for metric in found] == [0.5, 0.3, None, None]
    assert [metric.from_logits for metric in found] == [None, None, True, None]
    assert [metric.builtin for metric in found] == [True, True, True, False]


def test_optimizers() -> None:
    inner = {"class_name": "Custom>Adam", "config": {"learning_rate": 0.01, "clipnorm": 1.0}}
    scaled = {"class_name": "LossScaleOptimizer", "config": {"inner_optimizer": inner, "dynamic": True}}
    found = parse_training({"optimizer_config": scaled}, ("out",), "2.15.0").optimizer
    assert found is not None
    assert (found.name, found.learning_rate, found.clipnorm, found.loss_scaling) == ("Adam", 0.01, 1.0, True)
    schedule = {"class_name": "SGD", "config": {"learning_rate": {"class_name": "CosineDecay", "config": {}}}}
    found = parse_training({"optimizer": schedule}, ("out",), "3.9.2").optimizer
    assert found is not None
    assert (found.name, found.learning_rate, found.loss_scaling) == ("SGD", None, False)
    old = parse_training({"optimizer_config": {"class_name": "Adam", "config": {"lr": 0.1}}}, ("o",), "2.2.4")
    assert old.optimizer is not None and old.optimizer.learning_rate == 0.1
    named = parse_training({"optimizer": "rmsprop"}, ("out",), "3.9.2").optimizer
    assert named is not None and named.name == "RMSprop"
    assert parse_training({}, ("out",), "3.9.2").optimizer is None


@pytest.mark.tensorflow
def test_every_loss_of_keras_is_known(keras: Any) -> None:
    names = [name for name in dir(keras.losses) if not name.startswith("_")]
    skipped = {"Loss", "get", "serialize", "deserialize", "Reduction", "reduction"}
    unknown = []
    for name in set(names) - skipped:
        loss = parse_loss(name, keras.__version__)
        if loss is None or not loss.builtin:
            unknown.append(name)
    assert not unknown


@pytest.mark.tensorflow
def test_every_metric_of_keras_is_known(keras: Any) -> None:
    skipped = {"Metric", "MeanMetricWrapper", "get", "serialize", "deserialize"}
    names = {name for name in dir(keras.metrics) if not name.startswith("_")} - skipped
    training = parse_training({"metrics": [sorted(names)]}, ("out",), keras.__version__)
    assert not [metric.name for metric in training.metrics[0] if not metric.builtin]


def test_a_list_of_losses_under_a_key_of_nested_outputs() -> None:
    config = {
        "loss": {"g": {"a": "mse"}, "rest": ["mae", loss_class("BinaryCrossentropy", from_logits=True), None]}
    }
    names = ("a", "rest", "rest_1", "rest_2")
    losses = parse_training(config, names, "3.15.1").losses
    assert [loss and (loss.name, loss.from_logits) for loss in losses] == [
        ("mean_squared_error", None),
        ("mean_absolute_error", None),
        ("binary_crossentropy", True),
        None,
    ]
