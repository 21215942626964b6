"""What an HDF5 file holds, as plain data: attributes, datasets and the links that are not followed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from logitcheck.model import Sighting
from logitcheck.record import dataclass


@dataclass(frozen=True)
class Dataset:
    """One stored array that is safe to read."""

    path: str
    """From the root, without a leading slash."""

    shape: tuple[int, ...]
    dtype: str
    """NumPy's name; ``bfloat16`` where the file says so."""

    nbytes: int
    """Bytes as declared."""

    offset: int | None = None
    """Where its bytes stand in the file, for an array stored in one piece; None for any other."""

    layout: str = ""
    """NumPy's type string of the stored bytes (``<f4``); empty where they are no plain numbers."""


@dataclass(frozen=True)
class Contents:
    """One HDF5 file, listed. Links other than hard ones are not followed, arrays are not read."""

    texts: Mapping[str, str] = field(default_factory=dict)
    """The root's attributes that are texts."""

    groups: tuple[str, ...] = ()
    """Names right under the root."""

    datasets: tuple[Dataset, ...] = ()
    """Those that can be read, in the order of the file's links."""

    layers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The paths of the weights of every layer in Keras's order, where a group lists ``layer_names``."""

    optimizer: tuple[str, ...] = ()
    """Paths of the optimizer's weights in Keras's order."""

    starts_at_zero: bool = False
    """Whether the file's addresses count from its first byte, so that offsets can be used as they are."""

    sightings: tuple[Sighting, ...] = ()
    """Links, external and virtual storage, arrays declared far larger than stored."""
