"""Looks at the feared ops while a batch runs: in one traced function, or node by node where loops need it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np

from logitcheck.graph import Graph, Node, Ref
from logitcheck.model import Model
from logitcheck.probe.array import Array
from logitcheck.probe.hunt.climb import Climber, Slopes
from logitcheck.probe.hunt.gradients import Gradients
from logitcheck.probe.hunt.slices import SEED, Slice, breaks, numbers
from logitcheck.probe.hunt.step_climb import StepClimber
from logitcheck.probe.hunt.stepwise import Stepper
from logitcheck.probe.protocol import Suspect


class Sight(NamedTuple):
    """What one batch showed of one suspect."""

    broken: bool
    nearest: float | None
    """The argument's entry nearest to the danger."""

    first: float | None = None
    """The argument's first entry."""


class Evaluator(Protocol):
    """Runs a batch and says what the suspects did."""

    cut: Slice
    fed: tuple[Node, ...]

    def look(self, arrays: Sequence[Array], seed: int) -> Mapping[Suspect, Sight]:
        """Return what every suspect showed."""

    def climber(self, suspect: Suspect) -> Slopes | None:
        """Return what tells the way to a suspect's danger, None where nothing does."""


def evaluator(model: Model, graph: Graph, suspects: Sequence[Suspect]) -> Evaluator:
    """Return what fits the graph. Raises RuntimeProblemError for ops that cannot be run."""
    plain = [suspect for suspect in suspects if suspect.node in graph.by_name]
    refs = [ref for suspect in plain for ref in (Ref(suspect.node), *graph.by_name[suspect.node].inputs)]
    if len(plain) == len(suspects):
        outputs = graph.outputs if any(suspect.gradient for suspect in suspects) else ()
        cut = Slice(model, graph, [*refs, *outputs])
        if not cut.stepwise:
            return Traced(graph, cut, suspects)
    return Stepped(Slice(model, graph, [*refs, *_holders(graph, suspects)]), suspects)


def _holders(graph: Graph, suspects: Sequence[Suspect]) -> list[Ref]:
    """Return the loops and branches that hold suspects; the outputs, where loops of TensorFlow 1 do."""
    names = {suspect.node for suspect in suspects}
    holders = [
        Ref(node.name)
        for node in graph.nodes
        for value in node.attrs.values()
        if isinstance(value, Graph) and any(inner.name in names for inner in value.walk())
    ]
    return [*holders, *(graph.outputs if not holders else ())]


def nearest(x: Array, aim: str) -> float | None:
    """Return the finite entry that lies nearest to the danger."""
    flat = x[np.isfinite(x)].astype(np.float64) if x.dtype.kind in "fiu" else np.empty(0)
    if not flat.size:
        return None
    if aim in ("up", "down"):
        return float(flat.max() if aim == "up" else flat.min())
    size = np.abs(flat)
    return float(flat[size.argmax() if aim in ("out", "large") else size.argmin()])


def sight(suspect: Suspect, output: Array, inputs: list[Array]) -> Sight:
    """Return what one evaluation of a node shows."""
    x = output if suspect.aim == "large" else inputs[suspect.argument]
    finite = [item for item in x.ravel()[:1] if x.dtype.kind in "f" and np.isfinite(item)]
    return Sight(breaks(output, inputs), nearest(x, suspect.aim), float(finite[0]) if finite else None)


class Traced:
    """A slice without loops: one call for all suspects, and gradients where they are feared for."""

    def __init__(self, graph: Graph, cut: Slice, suspects: Sequence[Suspect]):
        self.cut, self.fed = cut, cut.fed
        self._nodes = {suspect: graph.by_name[suspect.node] for suspect in suspects}
        feared = any(suspect.gradient for suspect in suspects)
        self._gradients = Gradients(cut, graph.outputs) if feared else None

    def look(self, arrays: Sequence[Array], seed: int) -> Mapping[Suspect, Sight]:
        """Return what every suspect showed; the gradient is computed only where it may be lost."""
        values = self.cut.run(arrays, seed)
        found = {}
        for suspect, node in self._nodes.items():
            inputs = [values[ref] for ref in node.inputs]
            seen = sight(suspect, values[Ref(node.name)], inputs)
            if suspect.gradient:
                seen = seen._replace(broken=self._loses(suspect, seen, arrays, seed))
            found[suspect] = seen
        return found

    def climber(self, suspect: Suspect) -> Slopes:
        """Return the gradient of the feared argument, or of the op's own result."""
        node = self._nodes[suspect]
        ref = Ref(node.name) if suspect.aim == "large" else node.inputs[suspect.argument]
        return Climber(self.cut, ref, suspect.aim)

    def _loses(self, suspect: Suspect, seen: Sight, arrays: Sequence[Array], seed: int) -> bool:
        edge = seen.nearest is not None and (
            seen.nearest == 0 if suspect.aim in ("zero", "down") else abs(seen.nearest) == 1
        )
        if self._gradients is None or not (seen.broken or edge):
            return False
        return self._gradients.lost(arrays, seed)


class Stepped:
    """A graph with loops or branches, run node by node."""

    def __init__(self, cut: Slice, suspects: Sequence[Suspect]):
        self.cut, self.fed = cut, cut.fed
        self._suspects = {suspect.node: suspect for suspect in suspects if not suspect.gradient}
        self._sights: dict[Suspect, Sight] = {}
        self._stepper = Stepper(cut.weights, self._watch)

    def look(self, arrays: Sequence[Array], seed: int) -> Mapping[Suspect, Sight]:
        """Return what the suspects showed, over all rounds of their loops."""
        import tensorflow as tf

        self._sights = {}
        given: dict[str, Any] = {SEED: tf.constant(seed, tf.int32)}
        fed = zip(self.fed, self.cut.tensors(arrays), strict=True)
        given.update({node.name: item for node, item in fed})
        self._stepper.run(self.cut.graph, given)
        return self._sights

    def climber(self, suspect: Suspect) -> Slopes | None:
        """Return the gradient through all rounds of the loops; None where a gradient itself is feared for."""
        return StepClimber(self.cut, suspect) if suspect.node in self._suspects else None

    def _watch(self, node: Node, inputs: list[Any], outputs: list[Any]) -> None:
        suspect = self._suspects.get(node.name)
        before = self._sights.get(suspect) if suspect is not None else None
        if suspect is None or (before is not None and before.broken):
            return
        self._sights[suspect] = sight(suspect, numbers(outputs[0]), [numbers(item) for item in inputs])
