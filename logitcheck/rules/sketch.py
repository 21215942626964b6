"""Tiny models for the examples of rules: a few layers or a few ops, read and analysed like real ones.

Everything heavy is imported inside, since a rule's file is loaded on every start and its examples are not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from logitcheck.graph import Graph, Node, Ref
from logitcheck.model import Input, Loss, Metric, Model, Output, TrainingGraph, Writer
from logitcheck.topology import Call, LayerConfig, TensorRef, Topology

if TYPE_CHECKING:
    from logitcheck.probe.protocol import Measurements, OutputMeasure
    from logitcheck.rules.case import Case

KERAS_3 = Writer("keras", "3.15.1", "tensorflow")
KERAS_2_3 = Writer("keras", "2.3.1", "tensorflow")

LossSpec = Loss | str | tuple[str, bool | None] | None
"""A loss object, a name, or a name and ``from_logits``."""


def layer(class_name: str, **config: Any) -> LayerConfig:
    """Return a layer as a file would store it; its name comes from the sketch."""
    return LayerConfig(class_name, config.pop("name", ""), config, module="keras.layers")


def dense(units: int, activation: str = "linear", **config: Any) -> LayerConfig:
    """Return a ``Dense`` layer."""
    return layer("Dense", units=units, activation=activation, use_bias=True, **config)


def sketch(
    *layers: LayerConfig,
    loss: LossSpec = None,
    shape: Sequence[int | None] = (8,),
    metrics: Sequence[Metric] = (),
    writer: Writer = KERAS_3,
    measured: Measurements | None = None,
    **model: Any,
) -> Case:
    """Return a sequential model with one output, judged by ``loss``."""
    named = _named((layer("InputLayer", name="input", batch_shape=(None, *shape)), *layers))
    calls = [Call(named[0].name, ())]
    calls += [Call(b.name, (TensorRef(a.name),)) for a, b in pairwise(named)]
    output = named[-1].name
    topology = Topology(
        "sketch",
        "functional",
        layers=named,
        calls=tuple(calls),
        inputs=(TensorRef(named[0].name),),
        outputs=TensorRef(output),
        output_names=(output,),
        keras_version=writer.version,
    )
    return _case(topology, {output: (loss, tuple(metrics))}, writer, measured, model)


def heads(
    outputs: Mapping[str, tuple[LayerConfig, LossSpec]],
    *,
    shape: Sequence[int | None] = (8,),
    writer: Writer = KERAS_3,
    **model: Any,
) -> Case:
    """Return a model with one input and, for every name, a layer on it with a loss of its own."""
    start = layer("InputLayer", name="input", batch_shape=(None, *shape))
    named = [LayerConfig(lay.class_name, name, lay.config, lay.module) for name, (lay, _) in outputs.items()]
    topology = Topology(
        "sketch",
        "functional",
        layers=(start, *named),
        calls=(Call("input", ()), *(Call(lay.name, (TensorRef("input"),)) for lay in named)),
        inputs=(TensorRef("input"),),
        outputs=tuple(TensorRef(lay.name) for lay in named),
        output_names=tuple(outputs),
        keras_version=writer.version,
    )
    return _case(topology, {name: (loss, ()) for name, (_, loss) in outputs.items()}, writer, None, model)


class Ops:
    """Writes a graph op by op."""

    def __init__(self) -> None:
        """Start empty."""
        self.nodes: list[Node] = []
        self.inputs: list[Input] = []

    def op(self, op: str, *inputs: Ref, **attrs: Any) -> Ref:
        """Add an op and return its first output; ``name`` names it."""
        name = attrs.pop("name", f"{op.lower()}_{len(self.nodes)}")
        self.nodes.append(Node(name, op, inputs, attrs))
        return Ref(name)

    def input(self, *shape: int | None, dtype: str = "float32", name: str = "x") -> Ref:
        """Add a placeholder."""
        self.inputs.append(Input(name, name, shape, dtype))
        return self.op("Placeholder", dtype=dtype, shape=shape, name=name)

    def weight(self, *shape: int, dtype: str = "float32") -> Ref:
        """Add a stored tensor."""
        return self.op("Weight", key=None, shape=shape, dtype=dtype)

    def const(self, value: Any, dtype: str = "float32") -> Ref:
        """Add a constant."""
        import numpy as np

        return self.op("Const", value=np.asarray(value, dtype), dtype=dtype)

    def scores(self, classes: int = 5, features: int = 8) -> Ref:
        """Add an input and a layer of weights on it."""
        return self.op("MatMul", self.input(None, features), self.weight(features, classes))


def graph(
    build: Callable[[Ops], Mapping[str, Ref]],
    *,
    training: Callable[[Ops], Ref] | None = None,
    measured: Measurements | None = None,
    **model: Any,
) -> Case:
    """Return a plain graph that serves what ``build`` names; ``training`` builds one with a loss beside."""
    ops = Ops()
    outputs = tuple(Output(name, ref, signature="serving_default") for name, ref in build(ops).items())
    trained: tuple[TrainingGraph, ...] = ()
    if training is not None:
        beside = Ops()
        trained = (TrainingGraph("train_step", _graph(beside, (training(beside),))),)
    return _analysed(
        Model(
            path="sketch",
            format="saved-model",
            writer=Writer("tensorflow"),
            graph=_graph(ops, tuple(output.ref for output in outputs)),
            inputs=tuple(ops.inputs),
            outputs=outputs,
            training=trained,
            **model,
        ),
        measured,
    )


def trained(loss: Callable[[Ops], Ref]) -> Case:
    """Return a graph that serves scores and holds a training step whose loss ``loss`` builds."""
    return graph(lambda ops: {"scores": ops.scores()}, training=loss)


def measure(name: str, **values: Any) -> Measurements:
    """Return what a probe would have seen at one output: a sound 5-class softmax unless told otherwise."""
    from logitcheck.probe.protocol import Measurements

    extra = values.pop("extra", {})
    return Measurements("keras 3", (output_measure(name, **values),), extra=extra)


def output_measure(name: str, **values: Any) -> OutputMeasure:
    """Return one output's measurements, the unusual ones given by name."""
    from logitcheck.probe.protocol import OutputMeasure

    usual: dict[str, Any] = {
        "rows": 32,
        "shape": (32, 5),
        "dtype": "float32",
        "min": 0.01,
        "max": 0.9,
        "sum_axis": -1,
        "sum_min": 1.0,
        "sum_max": 1.0,
        "nan": 0,
        "inf": 0,
        "exact_zero": 0,
        "exact_one": 0,
        "size": 160,
    }
    return OutputMeasure(name, **(usual | values))


def loss_of(spec: LossSpec) -> Loss | None:
    """Return a loss as a reader would give it."""
    from logitcheck.analysis.losses import loss_facts

    if spec is None or isinstance(spec, Loss):
        return spec
    name, from_logits = (spec, False) if isinstance(spec, str) else spec
    facts = loss_facts(name)
    if facts is None:
        return Loss(name, builtin=False, stored=name)
    switch = from_logits if facts.with_logits else None
    return Loss(facts.name, switch, axis=-1 if facts.class_axis else None, stored=name)


def _named(layers: Sequence[LayerConfig]) -> tuple[LayerConfig, ...]:
    named: list[LayerConfig] = []
    for lay in layers:
        wish = lay.name or lay.class_name.lower()
        same = sum(other.class_name == lay.class_name for other in named)
        name = f"{wish}_{same}" if same and not lay.name else wish
        named.append(LayerConfig(lay.class_name, name, lay.config, lay.module, inner=lay.inner))
    return tuple(named)


def _graph(ops: Ops, outputs: tuple[Ref, ...]) -> Graph:
    return Graph(tuple(ops.nodes), tuple(given.node for given in ops.inputs), outputs)


def _case(
    topology: Topology,
    training: Mapping[str, tuple[LossSpec, tuple[Metric, ...]]],
    writer: Writer,
    measured: Measurements | None,
    model: Mapping[str, Any],
) -> Case:
    from logitcheck.layers.lower import lower

    lowered = lower(topology)
    outputs = []
    for found in lowered.outputs:
        spec, metrics = training[found.name]
        outputs.append(Output(found.name, found.ref, found.layer, loss_of(spec), metrics))
    compiled = any(output.loss for output in outputs)
    return _analysed(
        Model(
            path="sketch",
            format="keras-hdf5",
            writer=writer,
            graph=lowered.graph,
            inputs=lowered.inputs,
            outputs=tuple(outputs),
            layers=lowered.layers,
            **{"training_config": compiled, **model},
        ),
        measured,
    )


def _analysed(model: Model, measured: Measurements | None) -> Case:
    from logitcheck.analysis.analyse import analyse
    from logitcheck.rules.case import Case

    return Case(model, analyse(model), measured)
