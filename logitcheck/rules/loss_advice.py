"""How to tell on the command line what a file does not: the words of ``--loss`` for one output."""

from __future__ import annotations

from logitcheck.analysis.contract import Pairing

CUSTOMARY = {"independent-probabilities": "binary_crossentropy"}
"""What an output holds → the loss that an example names; the categorical one for anything else."""


def loss_advice(pairing: Pairing) -> str:
    """Return what to say of an output whose loss, or whose loss's switch, the file does not tell."""
    if pairing.facts is not None:
        return "say so: --from-logits or --no-from-logits"
    named = f"{pairing.output.name}=" if pairing.siblings > 1 else ""
    example = CUSTOMARY.get(pairing.values, "sparse_categorical_crossentropy")
    return f"name it: --loss {named}{example} (or another), with --from-logits or --no-from-logits"
