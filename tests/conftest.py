"""What tests of several rooms share: the model files beside the project, and TensorFlow where it is there."""

from __future__ import annotations

import importlib
import os
import warnings
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import settings

settings.register_profile("steady", derandomize=True, deadline=None, database=None)
settings.load_profile("steady")  # the same examples everywhere, so that a run says something about the change

SHARED = Path(__file__).resolve().parents[2] / "shared" / "models"


@pytest.fixture(scope="session")
def shared_models() -> Path:
    """The folder of model files with known truth; the test is skipped where it is not there."""
    if not SHARED.is_dir():
        pytest.skip("the shared model files are not beside this checkout")
    return SHARED


def import_quietly(name: str) -> ModuleType:
    """Import a module of TensorFlow's family, whose own warnings are not ours; skip where it is missing."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return importlib.import_module(name)
        except ImportError:
            pytest.skip(f"{name} is not installed")


@pytest.fixture(scope="session")
def tensorflow() -> ModuleType:
    """TensorFlow, imported on first use."""
    return import_quietly("tensorflow")


@pytest.fixture(scope="session")
def keras() -> ModuleType:
    """Keras 3 on TensorFlow."""
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    return import_quietly("keras")


@pytest.fixture(scope="session")
def tf_keras() -> ModuleType:
    """Keras 2."""
    return import_quietly("tf_keras")
