"""The abstract tensor: what is known of a tensor's values without computing them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from logitcheck.analysis.interval import REALS, Interval
from logitcheck.graph import Shape
from logitcheck.record import dataclass

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True)
class Tensor:
    """What is known; every field has an explicit unknown."""

    shape: Shape = None
    dtype: str | None = None
    """NumPy's name (``float32``, ``bfloat16``, ``string``, ``resource``); None is unknown."""

    interval: Interval = REALS
    """Bounds of all values, in exact arithmetic."""

    sums_to_one: int | None = None
    """The axis, counted from the end (-1 is the last), along which nonnegative values sum to 1."""

    log_probabilities: int | None = None
    """The axis, counted from the end, along which the exponentials sum to 1."""

    may_nan: bool = True
    may_inf: bool = True
    channels: tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]] | None = None
    """Lower and upper bounds per channel of the last axis, where weights made them worthwhile."""

    value: np.ndarray[Any, Any] | None = None
    """The values themselves, where they are constant and small (axes, shapes, scalars, small tables)."""

    shape_value: tuple[int | None, ...] | None = None
    """Of an integer vector that holds a shape: its entries, as far as they are known."""

    known: bool = True
    """False where an op without a law took part: then interval and marks are a guess-free "anything"."""

    cause: str | None = None
    """The op or layer without a law that made it unknown."""

    scaled_sum: tuple[int, float] | None = None
    """Axis from the end and the constant other than 1 to which nonnegative values sum along it: what a sum
    of distributions, or a part of a weighted one, is on its way to an average.
    """

    def __init__(
        self,
        shape: Shape = None,
        dtype: str | None = None,
        interval: Interval = REALS,
        sums_to_one: int | None = None,
        log_probabilities: int | None = None,
        may_nan: bool = True,
        may_inf: bool = True,
        channels: tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]] | None = None,
        value: np.ndarray[Any, Any] | None = None,
        shape_value: tuple[int | None, ...] | None = None,
        known: bool = True,
        cause: str | None = None,
        scaled_sum: tuple[int, float] | None = None,
    ) -> None:
        self.__dict__.update(
            shape=shape,
            dtype=dtype,
            interval=interval,
            sums_to_one=sums_to_one,
            log_probabilities=log_probabilities,
            may_nan=may_nan,
            may_inf=may_inf,
            channels=channels,
            value=value,
            shape_value=shape_value,
            known=known,
            cause=cause,
            scaled_sum=scaled_sum,
        )

    def with_(self, **changes: Any) -> Tensor:
        """Return a copy with some fields changed, past ``__init__``: it is done for every node."""
        if not changes.keys() <= self.__dict__.keys():
            raise TypeError(f"a tensor has no field {sorted(changes.keys() - self.__dict__.keys())}")
        made = object.__new__(Tensor)
        made.__dict__.update(self.__dict__, **changes)
        return made

    @property
    def rank(self) -> int | None:
        """Number of axes, None where unknown."""
        return None if self.shape is None else len(self.shape)

    def size(self, axis: int) -> int | None:
        """Return the length of an axis counted from the end, None where unknown."""
        if self.shape is None or -axis > len(self.shape):
            return None
        return self.shape[axis]


def unknown(cause: str | None = None, shape: Shape = None, dtype: str | None = None) -> Tensor:
    """Return a tensor of which nothing is known but, perhaps, shape and dtype."""
    return Tensor(shape=shape, dtype=dtype, known=False, cause=cause)
