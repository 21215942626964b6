from __future__ import annotations

import pytest

from logitcheck.readers.layer_names import by_config, by_scope

CALL = "StatefulPartitionedCall/StatefulPartitionedCall_1/"


def dense(name: str) -> dict[str, object]:
    return {"class_name": "Dense", "config": {"name": name}}


CONFIG = {
    "layers": [
        dense("add"),
        {"class_name": "Sequential", "config": {"name": "inner", "layers": [dense("d")]}},
    ]
}


@pytest.mark.parametrize(
    ("node", "layer"),
    [
        (f"{CALL}model/add/Softmax", "add"),
        (f"{CALL}model/inner/d/add", "inner/d"),  # the op's own name is no layer
        ("model/other/Softmax", None),
        ("add/kernel", "add"),
    ],
)
def test_layers_are_found_by_the_configuration(node: str, layer: str | None) -> None:
    assert by_config(CONFIG)(node) == layer


@pytest.mark.parametrize(
    ("node", "layer"),
    [
        (f"{CALL}functional_1_1/dense_1/MatMul", "dense"),  # entered twice: the variable says dense
        (f"{CALL}sequential/softmax_2/Softmax", "softmax_2"),
        ("model/Softmax", None),
        ("dense/kernel", "dense"),
    ],
)
def test_layers_are_found_by_scopes(node: str, layer: str | None) -> None:
    assert by_scope(["dense/kernel", "dense/bias"])(node) == layer


def test_a_configuration_nested_without_end_ends() -> None:
    config: dict[str, object] = {"name": "m"}
    config["layers"] = [{"config": config, "name": "m"}]
    assert by_config(config)("m/op") is not None
