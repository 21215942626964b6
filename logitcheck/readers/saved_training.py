"""A SavedModel's Keras metadata put to use: layers, losses and optimizer for the signature's outputs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field

from logitcheck.errors import NotAudited
from logitcheck.model import Loss, Metric, Optimizer
from logitcheck.readers.keras_config import parse_model
from logitcheck.readers.keras_metadata import KerasRoot
from logitcheck.readers.training_config import parse_training
from logitcheck.record import dataclass
from logitcheck.topology import LayerConfig, Topology


@dataclass(frozen=True)
class Trained:
    """What Keras says beside the graph."""

    losses: Mapping[str, Loss | None] = field(default_factory=dict)
    """By the signature's output name."""

    metrics: Mapping[str, tuple[Metric, ...]] = field(default_factory=dict)
    optimizer: Optimizer | None = None
    stored: bool = False
    stray: tuple[str, ...] = ()
    layers: tuple[LayerConfig, ...] = ()


def keras_topology(root: KerasRoot | None) -> Topology | None:
    """Return the model as Keras describes it; None where the description tells no layers."""
    if root is None or not root.config:
        return None
    class_name = root.metadata.get("class_name")
    try:
        topology = parse_model({"class_name": class_name, "config": root.config}, root.version)
    except NotAudited:
        return None
    return None if topology.kind == "opaque" else topology


def in_keras_order(names: Sequence[str], topology: Topology | None) -> tuple[str, ...]:
    """Return a signature's output names in the order of the Keras model's, where both have the same."""
    known = topology.output_names if topology else ()
    return tuple(known) if sorted(known) == sorted(names) else tuple(names)


def trained(root: KerasRoot | None, topology: Topology | None, outputs: Sequence[str]) -> Trained:
    """Return losses and metrics of a signature's outputs, which are in Keras' order."""
    layers = tuple(_flattened(topology.layers)) if topology else ()
    if root is None or root.training is None:
        return Trained(layers=layers)
    known = topology.output_names if topology else ()
    names = tuple(known) if len(known) == len(outputs) else tuple(outputs)
    found = parse_training(root.training, names, root.version)
    pairs = list(zip(outputs, found.losses, strict=False))
    return Trained(
        losses=dict(pairs),
        metrics=dict(zip(outputs, found.metrics, strict=False)),
        optimizer=found.optimizer,
        stored=True,
        stray=found.stray,
        layers=layers,
    )


def _flattened(layers: Sequence[LayerConfig]) -> Iterator[LayerConfig]:
    """Yield every layer with those of nested models and wrappers after it."""
    for layer in layers:
        yield layer
        yield from _flattened(layer.inner)
        if layer.model is not None:
            yield from _flattened(layer.model.layers)
