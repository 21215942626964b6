"""Every layer class of Keras 3 and Keras 2 has a lowering, or stands in a list here."""

from __future__ import annotations

import inspect
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from logitcheck.layers.op_names import BINARY, COMPARISONS, REDUCTIONS, TESTS, UNARY
from logitcheck.layers.op_table import SPECIAL
from logitcheck.layers.table import ALIASES, PLACES, find
from logitcheck.topology import LayerConfig

ROOT = Path(__file__).resolve().parents[2]

ABSTRACT = {"Layer", "Wrapper", "AbstractRNNCell", "InputSpec", "InputLayer"}
"""No layers of a model, or lowered as inputs."""

OPAQUE = {"Lambda", "TFSMLayer", "JaxLayer", "FlaxLayer", "TorchModuleWrapper", "DenseFeatures"}
"""Layers that hold code or a foreign model: not understood."""


@pytest.mark.tensorflow
@pytest.mark.parametrize("which", ["keras", "tf_keras"])
def test_every_layer_class_is_lowered(which: str, request: pytest.FixtureRequest) -> None:
    k: ModuleType = request.getfixturevalue(which)
    found = {name: getattr(k.layers, name) for name in dir(k.layers)}
    classes = {name: one.__name__ for name, one in found.items() if inspect.isclass(one)}
    assert len(classes) > 130
    names = set(classes) | set(classes.values())
    missing = {name for name in names if find(LayerConfig(name, "x")) is None}
    assert missing <= ABSTRACT | OPAQUE
    assert set(OPAQUE) & names <= missing


def test_every_entry_leads_to_a_function() -> None:
    for name in [*PLACES, *ALIASES]:
        if name != "keras.ops":
            assert callable(find(LayerConfig(name, "x"))), name


def test_two_hundred_functions_are_named() -> None:
    tables = (UNARY, TESTS, BINARY, COMPARISONS, REDUCTIONS, SPECIAL)
    names = [name for table in tables for name in table]
    assert len(names) == len(set(names))
    assert len(names) > 300


@pytest.mark.parametrize(
    ("module", "registered"),
    [("mine.layers", None), (None, "Mine>Dense"), ("keras_nlp.layers", None), (None, "mine.Dense")],
)
def test_a_namesake_is_not_keras(module: str | None, registered: str | None) -> None:
    assert find(LayerConfig("Dense", "x", {}, module, registered)) is None


@pytest.mark.parametrize("module", [None, "keras.layers", "keras.src.layers.core.dense", "tf_keras.layers"])
def test_keras_own_modules_are_known(module: str | None) -> None:
    assert find(LayerConfig("Dense", "x", {}, module, "Dense")) is not None


def test_a_plain_network_is_lowered_by_its_own_families_alone() -> None:
    words = (
        "import sys\n"
        "from tests.layers.topologies import layer, sequential\n"
        "from logitcheck.layers.lower import lower\n"
        "layers = layer('Conv2D', filters=2, kernel_size=3), layer('BatchNormalization'), layer('Flatten')\n"
        "lowered = lower(sequential(*layers, shape=(None, 8, 8, 3)))\n"
        "assert lowered.outputs[0].shape == (None, 72) and not lowered.unknown\n"
        "names = {'core', 'pooling', 'merging', 'masks', 'recurrent', 'op_layers', 'op_names', 'wrappers'}\n"
        "found = {f'logitcheck.layers.{name}' for name in names} & set(sys.modules)\n"
        "assert not found, found\n"
    )
    subprocess.run([sys.executable, "-c", words], check=True, timeout=60, cwd=ROOT)
