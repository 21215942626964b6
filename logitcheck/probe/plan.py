"""From a model as read to what the worker has to do: which runtimes, which inputs, which outputs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from logitcheck.graph import Graph
from logitcheck.model import Input, Model, Output
from logitcheck.probe.bounds import id_bound, is_encoded_image, scales_itself
from logitcheck.probe.data.kinds import split_labels
from logitcheck.probe.options import ProbeOptions
from logitcheck.probe.protocol import InputPlan, LossPlan, OutputPlan, ProbeRequest

SERVING: tuple[str, ...] = ("nonfinite", "effective_loss")
"""Topics that cost next to nothing beside loading and running the model."""

BESIDE: tuple[str, ...] = ("signature",)
"""Topics that cost another function's first run."""

TRAINING: tuple[str, ...] = ("bare_call", "lengths", "loss_modes", "layers", "gradients", "recurrent")
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
    inputs = tuple(ranged(input_plan(model.graph, item), options.ranges) for item in model.inputs)
    return ProbeRequest(
        path=str(Path(model.path).resolve()),
        format=model.format,
        runtimes=runtimes(model),
        inputs=inputs,
        outputs=tuple(output_plan(item) for item in model.outputs),
        trust=options.trust,
        data=None if options.data is None else str(Path(options.data).resolve()),
        labels=None if options.labels is None else resolved(options.labels),
        image_scale=options.image_scale or own_scale(model),
        custom_objects=options.custom_objects,
        code=None if options.custom_objects is None else str(Path.cwd()),
        clip=clip(model),
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
    """Return what is to be measured beyond the outputs: what is cheap always, training where it is too."""
    small = len(model.graph.nodes) <= SMALL
    deep = small if options.deep is None else options.deep
    serving = (*SERVING, *BESIDE) if small or deep else SERVING
    return (*serving, *TRAINING) if deep else serving


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


def ranged(made: InputPlan, ranges: Mapping[str, tuple[float, float]]) -> InputPlan:
    """Return the plan of an input with the range that the user declared for it."""
    ends = ranges.get(made.name, ranges.get(""))
    return made if ends is None else made._replace(low=ends[0], top=ends[1])


def output_plan(item: Output) -> OutputPlan:
    """Return where an output is found and what it is trained on."""
    made = OutputPlan(item.name, item.ref.node, item.ref.index, item.signature)
    loss = item.loss
    if loss is None or not loss.builtin:
        return made
    config = {key: value for key, value in loss.config.items() if isinstance(value, int | float | str)}
    axis = -1 if loss.axis is None else loss.axis
    return made._replace(loss=LossPlan(loss.name, loss.from_logits, axis, loss.label_smoothing, config))


def clip(model: Model) -> dict[str, float]:
    """Return what the stored optimizer clips gradients to, by option; empty where it does not."""
    stored = {} if model.optimizer is None else vars(model.optimizer)
    options = ("clipnorm", "clipvalue", "global_clipnorm")
    return {option: stored[option] for option in options if stored.get(option)}


def own_scale(model: Model) -> str:
    """Return the scale for pictures: 0 to 255 where the model scales them itself, else 0 to 1."""
    whole = any(
        item.dtype == "uint8" or scales_itself(model.graph, item.node)
        for item in model.inputs
        if item.shape and len(item.shape) == 4
    )
    return "0:255" if whole else "0:1"


def resolved(labels: str) -> str:
    """Return ``FILE`` or ``FILE:COLUMN`` with the file's path made absolute."""
    file, column = split_labels(labels)
    return str(Path(file).resolve()) + (f":{column}" if column else "")
