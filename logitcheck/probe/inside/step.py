"""The pass itself: the model's own graph, forward on the batch and backward from its losses.

In inference mode: batch normalisation uses its stored statistics and nothing is dropped, so that one pass
serves all questions and every row counts for itself.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from logitcheck.graph import Graph, Ref
from logitcheck.probe.array import Array
from logitcheck.probe.inside import stats
from logitcheck.probe.inside.labels import make_labels
from logitcheck.probe.inside.losses import FORMULAS, LOOK_THROUGH, per_row
from logitcheck.probe.inside.sequences import given_to, sequences
from logitcheck.probe.loss.given import own_labels
from logitcheck.probe.observation import Observation
from logitcheck.probe.protocol import LossPlan, OutputPlan
from logitcheck.probe.runtimes.own.execute import Look, evaluate
from logitcheck.probe.runtimes.own.runtime import OwnRuntime, load

ROWS = 32
"""Rows that take part, whatever the batch."""

PLAUSIBLE = ("normal", "uniform", "inside", "random ids", "data")
"""Families of rows that look like what a model is trained on, scaled to around 1."""


FAINT = 1e-12
"""Weight of the other rows in the loss."""


class Rows(NamedTuple):
    """The rows of the batch that take part."""

    arrays: tuple[Array, ...]
    families: tuple[str, ...]
    plausible: tuple[int, ...]
    """Positions of the rows on which the loss is taken."""

    labels: Mapping[str, Array] = {}
    """The user's labels, by output, in the shape of its answers; others are made."""


@dataclass(frozen=True)
class Inside:
    """What one pass showed; arrays are NumPy's."""

    runtime: OwnRuntime
    rows: Rows
    loss: float | None = None
    """None where no output has a loss that is known here."""

    losses: tuple[OutputPlan, ...] = ()
    figures: Mapping[str, Any] = field(default_factory=dict)
    """By kind of spot, then its name: see ``Look.figures`` and ``backward_figures`` of ``stats``."""


def inside(seen: Observation) -> Inside:
    """Return the pass over this model, made when the first topic asks. Raises RuntimeProblemError."""
    if "inside" not in seen.shared:
        seen.shared["inside"] = _pass(seen)
    found: Inside = seen.shared["inside"]
    return found


def _pass(seen: Observation) -> Inside:
    runtime = seen.runtime if isinstance(seen.runtime, OwnRuntime) else load(seen.request)
    assert isinstance(runtime, OwnRuntime)
    rows = chosen_rows(seen, runtime)
    losses = known_losses(seen.request.outputs, runtime.graph)
    with as_it_stands():
        found = figures(runtime, rows, losses)
    if not losses:
        return Inside(runtime, rows, figures=found)
    found.update(stats.backward_figures(found, runtime.weights))
    return Inside(runtime, rows, float(found["loss"]), losses, found)


@contextmanager
def as_it_stands() -> Iterator[None]:
    """Run functions without TensorFlow's graph rewriting: for one run it costs more than it saves."""
    import tensorflow as tf

    before = bool(tf.config.optimizer.get_experimental_options().get("disable_meta_optimizer"))
    tf.config.optimizer.set_experimental_options({"disable_meta_optimizer": True})
    try:
        yield
    finally:
        tf.config.optimizer.set_experimental_options({"disable_meta_optimizer": before})


def tensors_of(runtime: OwnRuntime, rows: Rows) -> list[Any]:
    """Return the rows as tensors of the dtypes the model takes."""
    import tensorflow as tf

    from logitcheck.probe.runtimes.keras_model import tensor

    return [tensor(tf, plan, array) for plan, array in zip(runtime.inputs, rows.arrays, strict=True)]


def chosen_rows(seen: Observation, runtime: OwnRuntime) -> Rows:
    """Return some rows of the batch: as many as the model takes at once, at most :data:`ROWS`."""
    count = min(seen.batch.rows, seen.length or ROWS)
    by_name = {p.name: a for p, a in zip(seen.runtime.inputs, seen.batch.arrays, strict=True)}
    arrays = [by_name.get(plan.name) for plan in runtime.inputs]
    if any(array is None for array in arrays):
        arrays = list(seen.batch.arrays)
    taken = tuple(array[:count] if array.ndim else array for array in arrays if array is not None)
    families = tuple(seen.batch.families[:count])
    wanted = ("pixels",) if takes_pixels(runtime.graph) and "pixels" in families else PLAUSIBLE
    plausible = tuple(row for row, family in enumerate(families) if family in wanted)
    return Rows(taken, families, plausible or tuple(range(count)), own_labels(seen, count))


def takes_pixels(graph: Graph) -> bool:
    """Tell whether the model itself scales values of 0 to 255 down."""
    for name in graph.inputs:
        for node in graph.readers.get(name, ()):
            follow = graph.readers.get(node.name, ()) if node.op == "Cast" else ()
            for reader in (node, *follow):
                if reader.op in ("Mul", "RealDiv") and scales_down(graph, reader.op, reader.inputs):
                    return True
    return False


def scales_down(graph: Graph, op: str, inputs: tuple[Ref, ...]) -> bool:
    """Tell whether a product or quotient has a constant that makes 255 about 1."""
    for ref in inputs:
        node = graph.by_name.get(ref.node)
        value = node.attrs.get("value") if node is not None and node.op == "Const" else None
        if value is not None and value.size:
            size = abs(float(value.reshape(-1)[0]))
            if (0 < size <= 0.02) if op == "Mul" else size >= 50:
                return True
    return False


def known_losses(outputs: tuple[OutputPlan, ...], graph: Graph) -> tuple[OutputPlan, ...]:
    """Return the outputs whose loss can be computed here, on float values."""
    return tuple(
        plan
        for plan in outputs
        if plan.loss is not None and plan.loss.name in FORMULAS and plan.node in graph.by_name
    )


def figures(runtime: OwnRuntime, rows: Rows, losses: tuple[OutputPlan, ...]) -> dict[str, Any]:
    """Return everything that is asked of the pass, as NumPy's arrays.

    Tensors are looked at as they come and gradients as they go, since holding all of them takes more memory
    than a training step, and fresh memory takes more time than the model.
    """
    import tensorflow as tf

    graph = runtime.graph
    look = stats.Look(graph, rows.plausible, len(rows.families))
    flows = stats.Flows(graph, runtime.weights)
    with tf.GradientTape() as tape:
        tape.watch(list(flows.weights.values()) if losses else [])

        def see(ref: Ref, tensor: Any) -> Any:
            with tape.stop_recording():
                look.see(ref, tensor)
            return flows.tap(ref, tensor) if losses else tensor

        kept = look.kept | asked_for(graph, losses) | given_to(graph)
        values = forward(runtime, rows, see, kept)
        loss, answers = total_loss(graph, losses, values, rows)
    found = {**look.figures(values), "recurrent": sequences(graph, values)}
    if losses:
        del values  # what the way back has used up can go
        found.update(loss=loss, **flows.back(tape, loss, answers))
    return dict(tf.nest.map_structure(lambda item: item.numpy(), found))


def forward(runtime: OwnRuntime, rows: Rows, see: Look, kept: Collection[Ref]) -> dict[Ref, Any]:
    """Run the graph op by op and return the tensors that are kept; ``see`` is shown all of them."""
    tensors = tensors_of(runtime, rows)
    given = {plan.node: item for plan, item in zip(runtime.inputs, tensors, strict=True)}
    return evaluate(runtime.graph, given, runtime.weights, see, kept)


def asked_for(graph: Graph, losses: tuple[OutputPlan, ...]) -> set[Ref]:
    """Return the references that :func:`total_loss` reads."""
    return {as_trained(graph, output)[1] for output in losses}


def total_loss(
    graph: Graph, losses: tuple[OutputPlan, ...], values: Mapping[Ref, Any], rows: Rows
) -> tuple[Any, list[Any]]:
    """Return the sum of all losses, and the tensors they are taken of.

    Each is the mean over the plausible rows. The other rows get next to no weight: none at all would hide an
    infinite derivative, since TensorFlow takes some gradients of 0 for 0 whatever they are multiplied by.
    """
    import tensorflow as tf

    total, taken = tf.constant(0.0), []
    count = len(rows.plausible)
    share = [1 / count if row in rows.plausible else FAINT for row in range(len(rows.families))]
    for output in losses:
        plan, ref = as_trained(graph, output)
        answers = tf.cast(values[ref], tf.float32)
        given = rows.labels.get(output.name)
        labels = make_labels(plan, answers) if given is None else tf.reshape(given, tf.shape(answers))
        each = per_row(plan, labels, answers)
        rowwise = each.shape[0] == len(share)
        total += tf.reduce_sum(each * tf.constant(share)) if rowwise else tf.reduce_mean(each)
        taken.append(answers)
    return total, taken


def as_trained(graph: Graph, output: OutputPlan) -> tuple[LossPlan, Ref]:
    """Return the loss and what it is given: the logits, where the last op is the softmax it undoes.

    A SavedModel's signature passes its answers through identities that training does not have.
    """
    assert output.loss is not None
    ref, plan = Ref(output.node, output.port), output.loss
    while graph.by_name[ref.node].op in ("Identity", "IdentityN"):
        ref = graph.by_name[ref.node].inputs[ref.index]
    node = graph.by_name[ref.node]
    if LOOK_THROUGH.get(plan.name) == node.op:
        return plan._replace(from_logits=True), node.inputs[0]
    return plan, ref
