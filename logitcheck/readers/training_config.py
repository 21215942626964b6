"""A stored training configuration → losses and metrics of every output, and the optimizer.

The same JSON stands in the HDF5 attribute ``training_config``, in ``compile_config`` of a ``.keras`` file and
in the Keras metadata of a SavedModel; its dialects are those of Keras 1.x to 3.x.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from logitcheck.model import Loss, Metric, Optimizer
from logitcheck.readers.identifiers import Identifier, identifier, version_tuple
from logitcheck.readers.loss_names import WITH_CLASS_AXIS, WITH_LOGITS_SWITCH, canonical_loss
from logitcheck.readers.metric_names import parse_metric
from logitcheck.readers.optimizer_config import parse_optimizer
from logitcheck.readers.per_output import spread, spread_lists, stored_names
from logitcheck.record import dataclass

STORED_LENGTH = 200
"""Characters of a stored loss that go into messages."""


@dataclass(frozen=True)
class Training:
    """How a model is trained, output by output."""

    names: tuple[str, ...] = ()
    """The outputs, in the order of ``losses`` and ``metrics``."""

    losses: tuple[Loss | None, ...] = ()
    metrics: tuple[tuple[Metric, ...], ...] = ()
    optimizer: Optimizer | None = None
    stray: tuple[str, ...] = ()
    """Names that a stored loss refers to but no output has."""


def parse_training(config: Mapping[str, Any], output_names: Sequence[str], version: str | None) -> Training:
    """Read a training configuration for a model with these outputs.

    Where ``output_names`` is empty the outputs are named by what is stored. ``version`` is that of the Keras
    that wrote it, which decides what a name meant and what was left out.
    """
    stored = config.get("loss")
    names = tuple(output_names) or stored_names(stored)
    numbers = version_tuple(version)
    losses = spread(stored, names)
    weights = spread(config.get("loss_weights"), names).items
    return Training(
        names=names,
        losses=tuple(
            parse_loss(item, version, weight) for item, weight in zip(losses.items, weights, strict=True)
        ),
        metrics=_metrics(config, names, per_output=bool(numbers and numbers >= (3,))),
        optimizer=parse_optimizer(config.get("optimizer_config") or config.get("optimizer")),
        stray=losses.stray,
    )


def parse_loss(stored: Any, version: str | None = None, weight: Any = None) -> Loss | None:
    """Read one stored loss; None where there is none.

    ``from_logits`` is None where the loss has no such switch or the file does not tell it: TensorFlow 1.13
    leaves it out of a loss class's arguments, and a custom function can do what it likes.
    """
    found = identifier(stored)
    if found is None:
        return None
    inner = _unwrapped(found)
    config = dict(found.config or {})
    if isinstance(weight, (int, float)) and weight != 1:
        config["loss_weight"] = weight
    name = None if inner.foreign else canonical_loss(inner.name, _gate(stored, version))
    if name is None:
        return Loss(inner.name, builtin=False, config=config, stored=_shortened(stored))
    return Loss(
        name=name,
        from_logits=_from_logits(name, found, version),
        axis=_axis(name, config),
        label_smoothing=_number(config.get("label_smoothing")),
        config=config,
        stored=_shortened(stored),
    )


def _unwrapped(found: Identifier) -> Identifier:
    """Look through the wrapper that Keras puts around a loss function."""
    if found.name in ("LossFunctionWrapper", "MeanLossWrapper") and found.config:
        return identifier(found.config.get("fn")) or found
    return found


def _gate(stored: Any, version: str | None) -> tuple[int, ...] | None:
    """Return the version that decides whether a name was built in; None where the file names the module."""
    named = isinstance(stored, dict) and stored.get("module") not in (None, "builtins")
    return None if named else version_tuple(version)


def _from_logits(name: str, found: Identifier, version: str | None) -> bool | None:
    """Return the stored switch, or the default of a loss stored by name."""
    if name not in WITH_LOGITS_SWITCH:
        return None
    if found.config is None:
        return False
    stored = found.config.get("from_logits", None if _leaves_out(version) else False)
    return None if stored is None else bool(stored)


def _leaves_out(version: str | None) -> bool:
    """Say whether this writer may leave ``from_logits`` out: TensorFlow 1.13 ("2.2.4-tf") does."""
    return version is None or (version.endswith("-tf") and version.startswith("2.2"))


def _axis(name: str, config: Mapping[str, Any]) -> int | None:
    """Return the class axis: the stored one, or the last for losses that have one."""
    if name not in WITH_CLASS_AXIS:
        return None
    stored = config.get("axis", -1)
    return stored if isinstance(stored, int) else -1


def _number(stored: Any) -> float:
    """Return a stored number, 0 for anything else."""
    return float(stored) if isinstance(stored, (int, float)) else 0.0


def _metrics(
    config: Mapping[str, Any], names: Sequence[str], per_output: bool
) -> tuple[tuple[Metric, ...], ...]:
    """Read the metrics and the weighted metrics of every output."""
    plain = spread_lists(config.get("metrics"), names, per_output)
    weighted = spread_lists(config.get("weighted_metrics"), names, per_output)
    return tuple(
        tuple(metric for item in (*first, *second) if (metric := parse_metric(item)))
        for first, second in zip(plain, weighted, strict=True)
    )


def _shortened(stored: Any) -> str:
    """Write a stored loss as JSON, cut to a length that fits a message."""
    import json

    if isinstance(stored, str):
        return stored[:STORED_LENGTH]
    brief = {key: stored[key] for key in ("class_name", "config", "module") if key in stored}
    text = json.dumps(brief, default=str, sort_keys=True)
    return text if len(text) <= STORED_LENGTH else text[: STORED_LENGTH - 1] + "…"
