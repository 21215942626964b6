"""The search: tries inputs on the ops that are feared until one leaves the finite numbers or time is up."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

import numpy as np

from logitcheck.graph import Graph
from logitcheck.model import Model
from logitcheck.probe.hunt.candidates import Candidate, Space, candidates
from logitcheck.probe.hunt.climb import between, climb, shaken
from logitcheck.probe.hunt.evaluate import Evaluator, Sight, evaluator
from logitcheck.probe.hunt.fitting import fitting_spaces
from logitcheck.probe.hunt.shrink import one_row
from logitcheck.probe.hunt.slices import graph_named
from logitcheck.probe.hunt.vary import PATIENCE, ROUNDS, varied
from logitcheck.probe.hunt.weights import Mover, smallest
from logitcheck.probe.protocol import ProbeRequest, Suspect
from logitcheck.probe.runtimes.runtime import RuntimeProblemError, shortened

LEAST = 60
"""Batches tried before the gradient is asked."""

MOST = 400
"""Batches tried by chance in one graph: what they do not find, more of them will not."""

FEW = 20
"""Batches tried where only other weights can break an op: the best of them is where the search begins."""

HALVINGS = 40
"""Steps of a bisection: float32 is exhausted by then. As many batches are tried around its end."""

STARTS = 4
"""Batches from which the gradient is followed, for each op."""


@dataclass
class Trail:
    """What was tried for one suspect."""

    suspect: Suspect
    tries: int = 0
    found: Candidate | None = None
    seed: int = 0
    value: float | None = None
    """The argument's entry that came nearest to the danger."""

    best: Candidate | None = None
    signs: dict[int, Candidate] = field(default_factory=dict)
    """A batch for each sign that the argument had in a chosen entry."""

    distance: float | None = None
    """How far each weight had to move at most, where that was asked and found."""

    nodes: tuple[str, ...] = ()
    """The placeholders that the arrays belong to."""

    reason: str | None = None


def hunt(model: Model, request: ProbeRequest) -> list[Trail]:
    """Search inputs for all suspects of a request."""
    import tensorflow as tf

    # Grappler turns Log of Softmax into LogSoftmax and folds epsilons away: what is served may lack it.
    tf.config.optimizer.set_experimental_options({"disable_meta_optimizer": True})
    end = time.monotonic() + request.budget
    trails = [Trail(suspect) for suspect in request.suspects]
    names = dict.fromkeys(suspect.graph for suspect in request.suspects)
    for place, name in enumerate(names):
        left = end - time.monotonic()
        until = time.monotonic() + left / (len(names) - place)
        mine = [trail for trail in trails if trail.suspect.graph == name]
        try:
            _hunt_graph(model, name, mine, request, until)
        except RuntimeProblemError as problem:
            _explain(mine, problem.reason)
        except MemoryError:
            _explain(mine, "the memory limit was reached")
        except Exception as problem:  # whatever a library raises ends the search in this graph
            _explain(mine, shortened(problem))
    return trails


def _explain(trails: Sequence[Trail], reason: str) -> None:
    for trail in trails:
        if trail.found is None:
            trail.reason = reason


def _hunt_graph(model: Model, name: str, trails: list[Trail], request: ProbeRequest, until: float) -> None:
    graph = graph_named(model, name)
    looked = evaluator(model, graph, [trail.suspect for trail in trails])
    rng = np.random.default_rng(request.seed)
    spaces = fitting_spaces(looked, graph, request, name)
    for trail in trails:
        trail.nodes = tuple(space.node for space in spaces)
    tried = candidates(spaces, rng)
    moved = [trail for trail in trails if trail.suspect.moved]
    trails = [trail for trail in trails if not trail.suspect.moved]
    for count, candidate in enumerate(islice(tried, LEAST if trails else FEW)):
        _try(looked, [*trails, *moved], candidate, count, until)
    for trail in moved:
        if trail.best is not None and time.monotonic() < until:
            _move(model, graph, trail, spaces, until)
    for trail in trails:
        if trail.found is None and trail.tries and time.monotonic() < until:
            _follow(looked, trails, trail, spaces, islice(tried, STARTS), until)
    for count, candidate in enumerate(islice(tried, MOST), LEAST):
        if time.monotonic() > until or all(trail.found for trail in trails):
            return
        _try(looked, trails, candidate, count, until)


def _try(looked: Evaluator, trails: Sequence[Trail], candidate: Candidate, seed: int, until: float) -> None:
    """Run one batch and note for every open suspect what it shows."""
    open_ones = [trail for trail in trails if trail.found is None]
    if not open_ones or time.monotonic() > until:
        return
    try:
        sights = looked.look(candidate.arrays, seed)
    except MemoryError:
        raise
    except Exception:  # (an op refused these values: no answer, no witness)
        sights = {}
    for trail in open_ones:
        trail.tries += 1
        sight = sights.get(trail.suspect)
        if sight is not None:
            _note(trail, sight, candidate, seed)
            if trail.found is not None:
                trail.found = one_row(looked, trail.suspect, trail.found, seed)


def _note(trail: Trail, sight: Sight, candidate: Candidate, seed: int) -> None:
    if sight.broken:
        trail.found, trail.seed, trail.value = candidate, seed, sight.nearest
        return
    if sight.first is not None and sight.first != 0:
        trail.signs.setdefault(1 if sight.first > 0 else -1, candidate)
    if sight.nearest is not None and math.isfinite(sight.nearest):
        aim = trail.suspect.aim
        if trail.value is None or farness(sight.nearest, aim) <= farness(trail.value, aim):
            trail.value, trail.best, trail.seed = sight.nearest, candidate, seed


def farness(value: float, aim: str) -> float:
    """Return a number that is smaller the nearer a value is to the danger."""
    return {"up": -value, "down": value, "zero": abs(value), "out": -abs(value), "large": -abs(value)}[aim]


def _follow(
    looked: Evaluator,
    trails: Sequence[Trail],
    trail: Trail,
    spaces: Sequence[Space],
    more: Iterator[Candidate],
    until: float,
) -> None:
    """Follow the gradient from the best batch and others, bisect to where the sign turns, vary the best."""
    starts = [*([trail.best] if trail.best else []), *more]
    climber = looked.climber(trail.suspect)
    if climber is not None:
        for start in starts:
            for candidate in climb(climber, spaces, start, trail.seed):
                _try(looked, trails, candidate, trail.seed, until)
                if trail.found is not None or time.monotonic() > until:
                    return
    if trail.suspect.aim == "zero" and len(trail.signs) == 2:
        _bisect(looked, trails, trail, spaces, until)
    if starts:
        _vary(looked, trails, trail, spaces, starts[0], until)


def _vary(
    looked: Evaluator,
    trails: Sequence[Trail],
    trail: Trail,
    spaces: Sequence[Space],
    start: Candidate,
    until: float,
) -> None:
    """Vary the best batch, and the one the climb began with, for as long as that brings it nearer."""
    rng, patience, turn = np.random.default_rng(trail.seed), PATIENCE, 0
    while patience and trail.found is None and turn < ROUNDS and time.monotonic() < until:
        before, turn = trail.value, turn + 1
        parent = trail.best if turn % 2 and trail.best is not None else start
        _try(looked, trails, varied(spaces, parent, rng), trail.seed, until)
        patience = PATIENCE if trail.value != before else patience - 1


def _move(model: Model, graph: Graph, trail: Trail, spaces: Sequence[Space], until: float) -> None:
    """Find out how far weights have to move; what cannot be differentiated keeps no answer."""
    if trail.suspect.node in graph.by_name and trail.best is not None:
        mover = Mover(model, graph, trail.suspect)
        names = {node.name for node in mover.cut.fed}
        mine = [place for place, space in enumerate(spaces) if space.node in names]
        start = Candidate("best", [trail.best.arrays[place] for place in mine])
        for distance in smallest(mover, [spaces[place] for place in mine], start, trail.seed):
            trail.distance = distance
            if time.monotonic() > until:
                break


def _bisect(
    looked: Evaluator, trails: Sequence[Trail], trail: Trail, spaces: Sequence[Space], until: float
) -> None:
    """Close in on the point where the argument's first entry changes its sign: it may be 0 there."""
    one, other = trail.signs[-1], trail.signs[1]
    low, high = 0.0, 1.0
    for _ in range(HALVINGS):
        trail.signs.clear()
        middle = between(spaces, one, other, (low + high) / 2)
        _try(looked, trails, middle, trail.seed, until)
        if trail.found is not None or not trail.signs or time.monotonic() > until:
            return
        low, high = ((low + high) / 2, high) if -1 in trail.signs else (low, (low + high) / 2)
    rng = np.random.default_rng(trail.seed)
    for _ in range(HALVINGS):
        _try(looked, trails, shaken(spaces, middle, rng), trail.seed, until)
