"""What a file says, as pure data: the model, its outputs, losses, optimizer, weights. No I/O, no verdict."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field
from typing import TYPE_CHECKING, Any, Protocol

from logitcheck.graph import Graph, Ref, Shape
from logitcheck.record import dataclass
from logitcheck.topology import LayerConfig

if TYPE_CHECKING:
    import numpy as np

FORMATS = ("keras-hdf5", "keras-zip", "saved-model", "graph-def", "tflite", "weights-only", "unknown")


@dataclass(frozen=True)
class Writer:
    """Who wrote the file, as far as the file says."""

    framework: str | None = None
    """``keras``, ``tf.keras``, ``tensorflow``, ``tflite``."""

    version: str | None = None
    """Of Keras in a Keras file, of TensorFlow in a graph."""

    backend: str | None = None
    """``tensorflow``, ``jax``, ``torch``… where stored (HDF5), else None."""

    tensorflow: str | None = None
    """TensorFlow's version, where both are told."""


@dataclass(frozen=True)
class Loss:
    """What one output is trained on."""

    name: str
    """Canonical for built-in losses (``sparse_categorical_crossentropy``), as stored for others."""

    from_logits: bool | None = None
    """None where the loss has no such switch or the file cannot tell it (Keras up to 2.2 stores a name)."""

    builtin: bool = True
    """False for a custom function or class, of which the name is all we know."""

    source: str = "file"
    """``file`` or ``command line``."""

    axis: int | None = None
    """Class axis, where the loss has one; -1 by default."""

    label_smoothing: float = 0.0
    config: Mapping[str, Any] = field(default_factory=dict)
    """The stored arguments as they stand (``reduction``, ``gamma``, ``delta``…)."""

    stored: str = ""
    """How the file writes it, shortened, for messages."""


@dataclass(frozen=True)
class Metric:
    """What one output is measured by."""

    name: str
    """Canonical for built-in metrics (``accuracy``, ``auc``, ``binary_accuracy``), as stored for others."""

    from_logits: bool | None = None
    threshold: float | None = None
    builtin: bool = True
    config: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Optimizer:
    """How the weights are moved."""

    name: str
    """Class name: ``Adam``, ``SGD``; without a LossScaleOptimizer around it."""

    learning_rate: float | None = None
    """None where it is a schedule or not stored."""

    clipnorm: float | None = None
    clipvalue: float | None = None
    global_clipnorm: float | None = None
    loss_scaling: bool = False
    config: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class WeightRef:
    """One stored tensor."""

    key: str
    """Its name in the file, unique."""

    shape: tuple[int, ...]
    dtype: str
    """NumPy's name, ``bfloat16`` included."""

    layer: str | None = None
    """Keras layer or graph node it belongs to, where the file tells."""

    role: str = "weight"
    """``weight`` or ``optimizer``."""

    nbytes: int = 0
    """Bytes as stored, before decompression."""

    def __init__(
        self,
        key: str,
        shape: tuple[int, ...],
        dtype: str,
        layer: str | None = None,
        role: str = "weight",
        nbytes: int = 0,
    ) -> None:
        self.__dict__.update(key=key, shape=shape, dtype=dtype, layer=layer, role=role, nbytes=nbytes)


class WeightSource(Protocol):
    """Gives the stored numbers, a piece at a time. A reader makes it; it outlives the reader's open file."""

    def chunks(self, key: str) -> Iterator[np.ndarray[Any, Any]]:
        """Yield a tensor's values flat, in order, at most some MiB a piece (bfloat16 as float32).

        Raises KeyError for an unknown key, NotAudited where the stored bytes cannot be read.
        """

    def array(self, key: str) -> np.ndarray[Any, Any]:
        """Return a whole tensor in its shape (bfloat16 as float32). Raises like :meth:`chunks`."""


@dataclass(frozen=True)
class Input:
    """What the model takes."""

    name: str
    """As the signature or the Keras model calls it; what ``--input-range NAME=`` refers to."""

    node: str
    """Name of its Placeholder in the graph."""

    shape: Shape = None
    dtype: str = "float32"


@dataclass(frozen=True)
class Output:
    """What the model answers, and how it is trained."""

    name: str
    ref: Ref
    layer: str | None = None
    """The Keras layer whose call it is."""

    loss: Loss | None = None
    metrics: tuple[Metric, ...] = ()
    signature: str | None = None
    """Of a SavedModel: the signature it belongs to."""

    shape: Shape = None
    """The shape that the file states, None where it states none."""

    dtype: str | None = None
    """The dtype that the file states."""


@dataclass(frozen=True)
class Sighting:
    """Something a reader saw that a file or safety rule has to judge: a class, an op, a link, a path."""

    kind: str
    """What was seen: ``lambda``, ``foreign-class``, ``op``, ``external-link``, ``weights-missing``…"""

    where: str
    """Path inside the file: HDF5 path, zip member, JSON path, node name. As stored, not escaped."""

    what: str = ""
    """The thing itself: class, op or target. As stored: writers escape it, secrets are cut elsewhere."""

    detail: Mapping[str, Any] = field(default_factory=dict)
    """Figures a rule may need (declared and stored bytes, a module's name)."""


@dataclass(frozen=True)
class TrainingGraph:
    """A function or metagraph that computes a loss inside the file."""

    name: str
    """Its path in the file: a signature, a function, ``train`` for a metagraph."""

    graph: Graph


@dataclass(frozen=True)
class Model:
    """One file, read."""

    path: str
    format: str
    """One of :data:`FORMATS`."""

    writer: Writer = Writer()
    graph: Graph = Graph()
    """What the model serves: from inputs to outputs, all layers lowered, all functions inlined."""

    inputs: tuple[Input, ...] = ()
    outputs: tuple[Output, ...] = ()
    training: tuple[TrainingGraph, ...] = ()
    """Graphs with a loss in them; may overlap with ``graph``."""

    optimizer: Optimizer | None = None
    layers: tuple[LayerConfig, ...] = ()
    """Every Keras layer, nested models and wrappers flattened in order; empty for plain graphs."""

    weights: tuple[WeightRef, ...] = ()
    source: WeightSource | None = None
    sightings: tuple[Sighting, ...] = ()
    training_config: bool = False
    """True where the file stores a training configuration, even one whose losses name no output."""

    stray_losses: tuple[str, ...] = ()
    """Outputs that a stored loss names but the model does not have."""

    note: str | None = None
    """What a reader has to say about the whole (``config holds no topology``); shown as undecided."""
