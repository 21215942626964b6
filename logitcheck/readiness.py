"""Imports what every audit needs after reading, while this process would wait for the reader's child."""

from __future__ import annotations

from importlib import import_module

LATER = (
    "logitcheck.analysis.weights",
    "logitcheck.analysis.numeric.risks",
    "logitcheck.analysis.numeric.graph_risks",
    *(f"logitcheck.analysis.laws.{family}" for family in ("arithmetic", "linear", "normalisers", "unary")),
    "logitcheck.verdict",
    "logitcheck.chain",
)


def get_ready() -> None:
    """Import the stages that follow; done once, and for nothing where they are there."""
    for name in LATER:
        import_module(name)
