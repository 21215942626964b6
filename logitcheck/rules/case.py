"""What a rule is given: the model, the facts about its tensors, and what the probe measured."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from logitcheck.analysis.contract import Pairing, pair
from logitcheck.analysis.facts import Facts
from logitcheck.model import Model
from logitcheck.probe.protocol import Measurements


@dataclass(frozen=True)
class Case:
    """One model as the rules see it."""

    model: Model
    facts: Facts
    measured: Measurements | None = None
    """None where the probe did not run."""

    @cached_property
    def pairings(self) -> tuple[Pairing, ...]:
        """Every output with its loss side by side."""
        return pair(self.model, self.facts)
