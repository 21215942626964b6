"""What a stored configuration means for training: what is trained, how deep, how regularised, how scaled."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import prod

from logitcheck.analysis.facts import Facts
from logitcheck.analysis.head_ops import AFFINE, RECURRENT
from logitcheck.analysis.heads import is_stored
from logitcheck.graph import Graph, Node, Ref
from logitcheck.model import Model, Optimizer
from logitcheck.record import dataclass
from logitcheck.topology import LayerConfig

RECURRENT_LAYERS = frozenset(
    (
        *("LSTM", "GRU", "SimpleRNN", "CuDNNLSTM", "CuDNNGRU", "UnifiedLSTM", "UnifiedGRU", "RNN"),
        *("ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D"),
    )
)
"""Layers that apply one matrix once per time step."""

REGULARISING = ("GaussianNoise", "ActivityRegularization", "RandAugment", "AugMix", "CutMix", "MixUp")
"""Layers that regularise, or vary the input in training, beside ``…Dropout…`` and ``Random…``."""

NORMALISERS = ("BatchNorm", "LayerNorm", "GroupNorm", "UnitNorm", "RMSNorm", "SyncBatchNorm", "SpectralNorm")
"""How the classes of normalising layers begin."""

RATES = ("dropout", "recurrent_dropout", "dropout_W", "dropout_U")
"""Settings by which other layers drop values."""

ENDS = ("_regularizer", "_constraint")
"""How the settings end that bound weights or penalise them."""

MATRICES = frozenset(op for op in AFFINE if "Bias" not in op and "Norm" not in op)
"""Ops that multiply by a matrix; adding a bias and normalising are none."""


MULTIPLYING = MATRICES | RECURRENT


@dataclass(frozen=True)
class Shape:
    """The parts of a network that training depends on."""

    recurrent: tuple[str, ...]
    """Names of the recurrent layers."""

    depth: int
    """Most products with stored weights on one path from an input to an output."""

    normalised: bool
    """Whether any layer normalises."""


def trained_by(model: Model) -> Optimizer | None:
    """Return the optimizer of a model that is trained: one with a loss; None for others."""
    return model.optimizer if any(output.loss for output in model.outputs) else None


def clips(optimizer: Optimizer) -> bool:
    """Say whether the optimizer bounds gradients; Keras takes a bound of 0 or less for none."""
    bounds = (optimizer.clipnorm, optimizer.clipvalue, optimizer.global_clipnorm)
    return any(bound is not None and bound > 0 for bound in bounds)


def network(model: Model) -> Shape:
    """Return what the layers of a model are like."""
    return Shape(
        recurrent=tuple(layer.name for layer in model.layers if layer.class_name in RECURRENT_LAYERS),
        depth=depth(model.graph),
        normalised=any(layer.class_name.startswith(NORMALISERS) for layer in model.layers),
    )


def depth(graph: Graph) -> int:
    """Return the most products with stored weights that lie one behind the other."""
    deep: dict[str, int] = {}
    for node in graph.nodes:
        before = max((deep.get(ref.node, 0) for ref in node.inputs), default=0)
        deep[node.name] = before + _weighs(graph, node)
    return max((deep.get(ref.node, 0) for ref in graph.outputs), default=0)


def _weighs(graph: Graph, node: Node) -> bool:
    """Say whether a node multiplies by a stored matrix."""
    if node.op in RECURRENT:
        return True
    return node.op in MATRICES and any(is_stored(graph, ref) for ref in node.inputs[1:2])


def dense_parameters(model: Model) -> dict[str, int]:
    """Return how many numbers the matrix of every fully connected layer has, by layer."""
    dense = {layer.name for layer in model.layers if layer.class_name == "Dense"}
    found: dict[str, int] = {}
    for node in model.graph.nodes:
        shape = node.attrs.get("shape")
        if node.op != "Weight" or node.attrs.get("slot") != "kernel" or not shape or None in shape:
            continue
        if node.attrs.get("path") in dense and node.layer:
            found[node.layer] = prod(shape)
    return found


def parameters(model: Model) -> int:
    """Return how many numbers the layers of a model have in all, as far as their shapes are known."""
    shapes = (node.attrs.get("shape") for node in model.graph.nodes if node.op == "Weight")
    return sum(prod(shape) for shape in shapes if shape is not None and None not in shape)


def regularisers(model: Model) -> Iterator[str]:
    """Yield what keeps the weights from fitting noise: layers, settings of layers, weight decay."""
    if model.optimizer and model.optimizer.config.get("weight_decay"):
        yield "weight_decay"
    for layer in model.layers:
        name = layer.class_name
        if name in REGULARISING or name.startswith("Random") or "Dropout" in name:
            yield name
        for key, value in layer.config.items():
            if value and (key in RATES or key.endswith(ENDS)):
                yield key


def foreign_layers(model: Model) -> bool:
    """Say whether layers are not understood, which might do anything in training."""
    return any(node.op == "Unknown" for node in model.graph.nodes)


def trainable_layers(model: Model) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the layers with weights that are trained, and those that are not, by name.

    Freezing a nested model or a wrapper sets ``trainable`` of every layer in it, so the innermost ones tell.
    """
    named = {layer.name: layer for layer in model.layers}
    paths = (str(node.attrs.get("path")) for node in model.graph.nodes if node.op == "Weight")
    owners = dict.fromkeys(owner for path in paths if (owner := _owner(path, named)))
    frozen = tuple(name for name in owners if named[name].config.get("trainable") is False)
    return tuple(name for name in owners if name not in frozen), frozen


def _owner(path: str, named: Mapping[str, LayerConfig]) -> str:
    """Return the innermost layer that a weight's path belongs to; empty where there is none."""
    while path not in named and path:
        path = path.rpartition("/")[0]
    return path


def half_layers(model: Model, facts: Facts) -> tuple[str, ...]:
    """Return the layers that multiply by stored weights in float16, in order."""
    graph = model.graph
    found = (
        node.layer
        for node in graph.nodes
        if node.op in MULTIPLYING
        and node.layer
        and facts.serving.of(Ref(node.name)).dtype == "float16"
        and _weighs(graph, node)
    )
    return tuple(dict.fromkeys(found))


def scales_loss(model: Model) -> bool | None:
    """Say whether the optimizer scaled the loss when the model was saved; None where the file does not tell.

    HDF5 files and SavedModels store the optimizer as it was used, with the LossScaleOptimizer that
    ``compile`` put around it. A ``.keras`` file stores the one that ``compile`` was given: there only the
    optimizer's variables tell, which a LossScaleOptimizer keeps at ``optimizer/inner_optimizer``.
    """
    if model.optimizer is None:
        return None
    if model.optimizer.loss_scaling or model.format != "keras-zip":
        return model.optimizer.loss_scaling
    kept = [ref.key for ref in model.weights if ref.role == "optimizer"]
    return any("/inner_optimizer/" in key for key in kept) if kept else None
