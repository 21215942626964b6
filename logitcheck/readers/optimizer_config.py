"""A stored optimizer, in every dialect of Keras, → Optimizer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from logitcheck.model import Optimizer
from logitcheck.readers.identifiers import identifier

MAX_WRAPPERS = 4
"""Optimizers around optimizers that are looked through."""

BY_STRING = {
    "sgd": "SGD",
    "rmsprop": "RMSprop",
    "adam": "Adam",
    "adamw": "AdamW",
    "adadelta": "Adadelta",
    "adagrad": "Adagrad",
    "adamax": "Adamax",
    "adafactor": "Adafactor",
    "nadam": "Nadam",
    "ftrl": "Ftrl",
    "lion": "Lion",
    "lamb": "Lamb",
    "muon": "Muon",
}
"""Class names of the optimizers that a file may name by string."""


def parse_optimizer(stored: Any) -> Optimizer | None:
    """Read a stored optimizer, looking through a LossScaleOptimizer; None where there is none."""
    found = identifier(stored)
    scaling = False
    for _ in range(MAX_WRAPPERS):
        inner = (
            identifier(_inner(found.config))
            if found and found.name.startswith("LossScaleOptimizer")
            else None
        )
        if inner is None:
            break
        found, scaling = inner, True
    if found is None:
        return None
    config = dict(found.config or {})
    return Optimizer(
        name=BY_STRING.get(found.name, found.name),
        learning_rate=_number(config.get("learning_rate", config.get("lr"))),
        clipnorm=_number(config.get("clipnorm")),
        clipvalue=_number(config.get("clipvalue")),
        global_clipnorm=_number(config.get("global_clipnorm")),
        loss_scaling=scaling or found.name.startswith("LossScaleOptimizer") or _scales(config),
        config=config,
    )


def _inner(config: Mapping[str, Any] | None) -> Any:
    """Return the wrapped optimizer: ``inner_optimizer``, or ``optimizer`` in Keras 2.4."""
    return (config or {}).get("inner_optimizer", (config or {}).get("optimizer"))


def _scales(config: Mapping[str, Any]) -> bool:
    """Say whether the optimizer multiplies the loss by a factor of its own (Keras 3)."""
    return config.get("loss_scale_factor") is not None


def _number(stored: Any) -> float | None:
    """Return a stored number; None for a schedule (a dictionary) or nothing."""
    return float(stored) if isinstance(stored, (int, float)) and not isinstance(stored, bool) else None
