"""Fits the ways an input is made to the placeholders of the graph that is searched."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import islice, product

import numpy as np

from logitcheck.graph import Graph
from logitcheck.probe import inputs as made
from logitcheck.probe.bounds import id_bound
from logitcheck.probe.hunt.candidates import Space, candidates
from logitcheck.probe.hunt.evaluate import Evaluator
from logitcheck.probe.protocol import InputPlan, ProbeRequest
from logitcheck.probe.runtimes.runtime import RuntimeProblemError, shortened

ROWS = 8
"""Rows of a tried batch."""

GUESSES = 36
"""Combinations of sizes tried for inputs whose shape is open."""


def fitting_spaces(looked: Evaluator, graph: Graph, request: ProbeRequest, name: str) -> list[Space]:
    """Return shapes of inputs that the graph takes. Raises RuntimeProblemError where none fits."""
    spans = {span.node: span for span in request.spans if span.graph == name}
    plans = tuple(
        InputPlan(node.name, node.attrs.get("shape"), node.attrs.get("dtype") or "float32")
        for node in looked.fed
    )
    problem: Exception | None = None
    length = made.fixed_batch(plans)
    for shapes in (*made.shape_guesses(plans), *matching(looked.cut.graph, plans)):
        rows = length or made.rows_for(shapes, ROWS)
        spaces = []
        for plan, shape in zip(plans, shapes, strict=True):
            span = spans.get(plan.name)
            low, high = (0.0, 1.0) if span is None else (span.low, span.high)
            if "int" in plan.dtype:
                low, high = whole(low, high, id_bound(graph, plan.name))
            spaces.append(Space(plan.name, () if plan.shape == () else (rows, *shape), plan.dtype, low, high))
        try:
            looked.look(candidates(spaces, np.random.default_rng(0)).__next__().arrays, 0)
        except MemoryError:
            raise
        except Exception as failure:  # these shapes do not fit; the next guess may
            problem = problem or failure
        else:
            return spaces
    raise RuntimeProblemError("run-failure", f"no batch was accepted: {shortened(problem or ValueError())}")


def whole(low: float, high: float, bound: int | None) -> tuple[float, float]:
    """Return the range of an input of whole numbers: ids below ``bound``, else what is told, else 0 and 1."""
    if bound is not None:
        return max(low, 0.0), min(high, bound - 1.0)
    return (low if math.isfinite(low) else 0.0), (high if math.isfinite(high) else 1.0)


def matching(graph: Graph, plans: Sequence[InputPlan]) -> Iterator[tuple[tuple[int, ...], ...]]:
    """Yield shapes of one row for every input, open sizes filled with those of the graph's matrices."""
    shapes = (node.attrs.get("shape") for node in graph.nodes if node.op in ("Weight", "Const"))
    sizes = sorted({size for shape in shapes if shape and len(shape) == 2 for size in shape if size})
    rows = [(None,) if plan.shape is None else plan.shape[1:] for plan in plans]
    places = [index for index, row in enumerate(rows) if None in row]
    for chosen in islice(product(sizes, repeat=len(places)), GUESSES if places else 0):
        filled = dict(zip(places, chosen, strict=True))
        yield tuple(
            tuple(filled[index] if size is None else size for size in row) for index, row in enumerate(rows)
        )
