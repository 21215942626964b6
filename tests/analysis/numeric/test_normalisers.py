"""Normalisation layers without an epsilon divide by 0 for constant rows; with one they do not."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np
import pytest

from logitcheck.analysis.interval import Interval
from logitcheck.analysis.numeric.risks import Risk, risks
from logitcheck.rules.sketch import dense, layer, sketch

RANGES = {"": Interval(0.0, 1.0)}
LAYERS: dict[str, dict[str, Any]] = {
    "LayerNormalization": {"axis": -1, "center": True, "scale": True},
    "GroupNormalization": {"groups": 2, "axis": -1, "center": True, "scale": True},
    "RMSNormalization": {"axis": -1},
}


def found(class_name: str, *, behind_a_layer: bool = False, **config: Any) -> tuple[Risk, ...]:
    before = [dense(8)] if behind_a_layer else []
    case = sketch(*before, layer(class_name, **LAYERS.get(class_name, {}), **config), dense(3, "softmax"))
    return risks(case.model, RANGES, lambda _: None)


@pytest.mark.parametrize("behind_a_layer", [False, True])
@pytest.mark.parametrize("class_name", sorted(LAYERS))
def test_epsilon_0_is_told(class_name: str, behind_a_layer: bool) -> None:
    (risk,) = found(class_name, behind_a_layer=behind_a_layer, epsilon=0.0)
    assert (risk.danger.rule, risk.node.op, risk.danger.gradient) == ("LC306", "Rsqrt", False)
    assert risk.argument.low == 0


@pytest.mark.parametrize("class_name", sorted(LAYERS))
def test_any_epsilon_that_the_dtype_holds_is_enough(class_name: str) -> None:
    for epsilon in (1e-3, 1e-12, 1e-30):
        assert not found(class_name, epsilon=epsilon)


def test_a_length_is_guarded_by_keras_itself() -> None:
    assert not [risk for risk in found("UnitNormalization", axis=-1) if not risk.danger.gradient]


@pytest.mark.tensorflow
@pytest.mark.filterwarnings("ignore")
def test_real_layers_give_nan_for_constant_rows_without_an_epsilon(tensorflow: ModuleType) -> None:
    import keras

    rows = np.zeros((1, 8), "float32")
    for class_name, config in LAYERS.items():
        made = getattr(keras.layers, class_name)
        assert np.isnan(np.asarray(made(**config, epsilon=0.0)(rows))).all(), class_name
        assert np.isfinite(np.asarray(made(**config)(rows))).all(), class_name
    assert np.isfinite(np.asarray(keras.layers.UnitNormalization()(rows))).all()
