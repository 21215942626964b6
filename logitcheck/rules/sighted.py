"""Cases for the examples of rules that judge what a reader saw, not what the graph computes."""

from __future__ import annotations

from logitcheck.analysis.facts import Facts, GraphFacts
from logitcheck.graph import Graph
from logitcheck.model import Model, Sighting
from logitcheck.rules.case import Case


def sighted(*sightings: Sighting, format: str = "keras-hdf5") -> Case:
    """Return a case of an empty model in which a reader saw these things."""
    graph = Graph()
    return Case(
        Model(path="model", format=format, graph=graph, sightings=sightings), Facts(GraphFacts(graph))
    )
