"""What can happen at a dangerous op, and what is asked to tell."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from logitcheck.analysis.interval import Interval
from logitcheck.analysis.numeric.floats import Limits


class Danger(NamedTuple):
    """What an op can do with the arguments it may get."""

    rule: str
    """Code of the rule it belongs to."""

    gradient: bool
    """True where the value stays finite and only the derivative is lost."""

    argument: int
    """Which argument."""

    bound: str
    """The condition that is broken: ``> 0``, ``<= 88.72``."""

    effect: str
    """What comes out."""

    fix: str
    """The line to write; ``{x}`` stands for the argument."""


class Place(NamedTuple):
    """One op with its arguments."""

    arguments: Sequence[Interval]
    limits: Limits
    same: bool
    """Both arguments are the same value."""

    attrs: Mapping[str, Any] = {}
    """The op's attributes."""


Zone = Callable[[Place], Danger | None]
