"""Puts a Model together from what a Keras file holds: configuration, training configuration, weights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, replace
from typing import Any

from logitcheck.errors import NotAudited
from logitcheck.graph import Graph
from logitcheck.layers.lower import Lowered, LoweredOutput, lower
from logitcheck.model import Loss, Metric, Model, Output, Sighting, WeightRef, Writer
from logitcheck.readers.binding import bind, keys_by_layer, keys_by_path
from logitcheck.readers.hdf5_contents import Contents
from logitcheck.readers.identifiers import version_tuple
from logitcheck.readers.keras_config import parse_model
from logitcheck.readers.refusals import DAMAGED
from logitcheck.readers.training_config import Training, parse_training
from logitcheck.readers.weight_store import Hdf5Weights, weight_refs
from logitcheck.readers.window import Place
from logitcheck.record import dataclass
from logitcheck.topology import Topology


@dataclass(frozen=True)
class KerasFile:
    """What a reader of a container found, before it is understood."""

    path: str
    format: str
    config: Any
    """The parsed configuration of the model."""

    training: Mapping[str, Any] | None = None
    version: str | None = None
    backend: str | None = None
    contents: Contents = field(default_factory=Contents)
    place: Place | None = None
    """Where the weights can be read, None where there are none."""

    sightings: tuple[Sighting, ...] = ()
    """What is seen in the container and in its configurations."""


SENSELESS = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
"""What a configuration with a wrong kind of value in some place can raise."""


def assemble(file: KerasFile) -> Model:
    """Make the Model of one Keras file. Raises NotAudited where the configuration makes no sense."""
    try:
        return _assembled(file)
    except SENSELESS as error:
        raise NotAudited(
            f"the model's configuration makes no sense ({type(error).__name__}: {error})",
            "Save the model again with the Keras that made it.",
            code=DAMAGED,
        ) from error


def _assembled(file: KerasFile) -> Model:
    """Make the Model of one Keras file."""
    topology = parse_model(file.config, file.version)
    training = _training(file, topology)
    if topology.kind == "opaque":
        topology = _with_outputs(topology, training)
    lowered = lower(topology)
    refs = {ref.key: ref for ref in weight_refs(file.contents)}
    keys = (
        keys_by_path(lowered.graph, topology, refs)
        if file.format == "keras-zip"
        else keys_by_layer(lowered.graph, file.contents.layers, refs)
    )
    graph, complaints = bind(lowered.graph, keys, refs, strict=bool(keys) and _is_layout_known(file.version))
    return Model(
        path=file.path,
        format=file.format,
        writer=Writer(_framework(file), file.version, file.backend),
        graph=graph,
        inputs=lowered.inputs,
        outputs=_outputs(lowered, training),
        optimizer=training.optimizer if training else None,
        layers=lowered.layers,
        weights=_with_owners(refs, graph),
        source=Hdf5Weights(file.place, file.contents) if file.place is not None else None,
        sightings=file.contents.sightings + file.sightings + lowered.unknown + complaints,
        training_config=file.training is not None,
        stray_losses=training.stray if training else (),
        note="the configuration tells no layers (a subclassed model)" if topology.kind == "opaque" else None,
    )


def _with_owners(refs: Mapping[str, WeightRef], graph: Graph) -> tuple[WeightRef, ...]:
    """Name the layer of every tensor that is bound to one, nested models' names before its own."""
    owners = {node.attrs["key"]: node.attrs["path"] for node in graph.nodes if node.op == "Weight"}
    return tuple(
        ref
        if (layer := owners.get(key, ref.layer)) == ref.layer
        else WeightRef(key, ref.shape, ref.dtype, layer, ref.role, ref.nbytes)
        for key, ref in refs.items()
    )


def _training(file: KerasFile, topology: Topology) -> Training | None:
    """Read the training configuration for the outputs that the topology has."""
    if file.training is None:
        return None
    return parse_training(file.training, topology.output_names, file.version)


def _with_outputs(topology: Topology, training: Training | None) -> Topology:
    """Give an opaque model an output for every stored loss."""
    return replace(topology, output_names=training.names if training else ("output_1",))


def _outputs(lowered: Lowered, training: Training | None) -> tuple[Output, ...]:
    """Join the graph's outputs with their losses and metrics."""
    trained: dict[str, tuple[Loss | None, tuple[Metric, ...]]] = {}
    if training is not None:
        trained = dict(zip(training.names, zip(training.losses, training.metrics, strict=True), strict=True))
    return tuple(_output(item, *trained.get(item.name, (None, ()))) for item in lowered.outputs)


def _output(item: LoweredOutput, loss: Loss | None, metrics: tuple[Metric, ...]) -> Output:
    """Return one output with what it is trained on."""
    return Output(item.name, item.ref, item.layer, loss, metrics, shape=item.shape, dtype=item.dtype)


def _is_layout_known(version: str | None) -> bool:
    """Say whether a layer's tensors stand in the file as the layer has them today (not so in Keras 1)."""
    numbers = version_tuple(version)
    return numbers is not None and numbers >= (2, 3)


def _framework(file: KerasFile) -> str:
    """Tell ``tf.keras`` from ``keras`` by the version: Keras 2.4 and later existed inside TensorFlow only."""
    numbers = version_tuple(file.version)
    inside = "-tf" in (file.version or "") or (numbers is not None and (2, 4) <= numbers < (3,))
    return "tf.keras" if inside else "keras"
