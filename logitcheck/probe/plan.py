"""From a model as read to what the worker has to do: which runtimes, which inputs, which outputs."""

from __future__ import annotations

from pathlib import Path

from logitcheck.graph import Graph
from logitcheck.model import Input, Model
from logitcheck.probe.bounds import id_bound, is_encoded_image
from logitcheck.probe.options import ProbeOptions
from logitcheck.probe.protocol import InputPlan, OutputPlan, ProbeRequest

SERVING: tuple[str, ...] = ()
"""Topics that cost next to nothing beside loading and running the model."""

TRAINING: tuple[str, ...] = ()
"""Topics that cost a backward pass, or the values of every layer."""

SMALL = 600
"""Ops up to which a model's training is measured unasked."""

GRAPH_RUNTIMES = {
    "saved-model": ("saved_model", "saved_object", "own"),
    "graph-def": ("graph_def",),
    "tflite": ("tflite",),
}


def plan(model: Model, options: ProbeOptions) -> ProbeRequest:
    """Return the request for one model."""
    inputs = tuple(input_plan(model.graph, item) for item in model.inputs)
    return ProbeRequest(
        path=str(Path(model.path).resolve()),
        format=model.format,
        runtimes=runtimes(model),
        inputs=inputs,
        outputs=tuple(OutputPlan(o.name, o.ref.node, o.ref.index, o.signature) for o in model.outputs),
        trust=options.trust,
        data=None if options.data is None else str(Path(options.data).resolve()),
        custom_objects=options.custom_objects,
        topics=topics(model, options),
        rows=options.rows,
        seed=options.seed,
        timeout=options.timeout,
        memory=options.memory,
        device=options.device,
    )


def runtimes(model: Model) -> tuple[str, ...]:
    """Return the runtimes worth trying, best first: Keras 3 for what Keras 3 wrote, else tf_keras."""
    if model.format in GRAPH_RUNTIMES:
        return GRAPH_RUNTIMES[model.format]
    if major(model.writer.version) >= 3:
        return ("keras3", "own")
    return ("tf_keras", "own")


def topics(model: Model, options: ProbeOptions) -> tuple[str, ...]:
    """Return what is to be measured beyond the outputs: serving always, training where it is cheap."""
    deep = len(model.graph.nodes) <= SMALL if options.deep is None else options.deep
    return (*SERVING, *TRAINING) if deep else SERVING


def major(version: str | None) -> int:
    """Return a version's first number, 0 where there is none."""
    head = (version or "").partition(".")[0]
    return int(head) if head.isdigit() else 0


def input_plan(graph: Graph, item: Input) -> InputPlan:
    """Return how to make one input, from its declaration and from what the graph does with it."""
    made = InputPlan(item.name, item.shape, item.dtype, node=item.node)
    if item.dtype == "string":
        return made._replace(kind="image-file" if is_encoded_image(graph, item.node) else "text")
    bound = id_bound(graph, item.node)
    return made if bound is None else made._replace(kind="ids", high=bound)
