"""What a rule is given: the model, the facts about its tensors, and what the probe measured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from logitcheck.analysis.contract import Pairing, pair
from logitcheck.analysis.facts import Facts
from logitcheck.model import Model
from logitcheck.record import dataclass

if TYPE_CHECKING:
    from logitcheck.analysis.numeric.risks import Risk
    from logitcheck.analysis.weights import WeightScan
    from logitcheck.probe.finds import Find
    from logitcheck.probe.protocol import Measurements

DERIVED = ("weights", "risks", "pairings")
"""Properties that do not depend on what was measured."""


@dataclass(frozen=True)
class Case:
    """One model as the rules see it."""

    model: Model
    facts: Facts
    measured: Measurements | None = None
    """None where the probe did not run."""

    finds: Mapping[tuple[str, str, bool], Find] = field(default_factory=dict)
    """Of ops that a search of inputs was made for: graph, node, whether the gradient is feared for."""

    def with_(self, **changes: Any) -> Case:
        """Return a copy that differs in some fields and keeps what was derived already."""
        copy = replace(self, **changes)
        derived = {name: self.__dict__[name] for name in DERIVED if name in self.__dict__}
        copy.__dict__.update(derived)
        return copy

    @cached_property
    def weights(self) -> Mapping[str, WeightScan]:
        """What every stored float tensor holds, by key; read when the first rule asks."""
        from logitcheck.analysis.weights import scan

        return scan(self.model)

    @cached_property
    def risks(self) -> tuple[Risk, ...]:
        """Ops that can yield NaN or Inf or lose the gradient; derived when the first rule asks."""
        from logitcheck.analysis.numeric.risks import risks
        from logitcheck.analysis.weights import weight_facts

        return risks(self.model, self.facts.ranges, weight_facts(self.weights))

    @cached_property
    def pairings(self) -> tuple[Pairing, ...]:
        """Every output with its loss side by side."""
        return pair(self.model, self.facts)
