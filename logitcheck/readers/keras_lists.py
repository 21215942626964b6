"""What Keras writes into attributes of an HDF5 file: its texts, and the weights in their order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from logitcheck.readers.options import ReadOptions

if TYPE_CHECKING:
    from typing import Protocol

ROOT_TEXTS = ("model_config", "training_config", "keras_version", "backend")
LAYER_GROUPS = ("model_weights", "")
"""Where ``layer_names`` may stand: a whole model's weights, or the root of a weights file."""

MAX_NAMES = 64 << 20
"""Bytes of a list of names in an attribute."""


if TYPE_CHECKING:

    class Attributes(Protocol):
        """Reads the attributes of groups."""

        def texts(self, group: Any, name: str, limit: int) -> list[str] | None:
            """Return an attribute's texts, at most so many bytes; empty for others, None for none."""


class KerasLists:
    """Finds them in a file whose groups are known."""

    def __init__(self, groups: Mapping[str, Any], attributes: Attributes, options: ReadOptions):
        """``groups`` go by their paths, the root's is empty; what they are, ``attributes`` knows."""
        self._groups = groups
        self._attributes = attributes
        self._options = options

    def texts(self) -> dict[str, str]:
        """Return those attributes of the root that are one text."""
        found = {name: self._all(self._groups[""], name, self._options.max_config) for name in ROOT_TEXTS}
        return {name: texts[0] for name, texts in found.items() if len(texts) == 1}

    def layers(self) -> dict[str, tuple[str, ...]]:
        """Return the paths of the weights of every layer, in Keras's order."""
        found: dict[str, tuple[str, ...]] = {}
        for place in LAYER_GROUPS:
            found = found or self._layers(place)
        return found

    def _layers(self, place: str) -> dict[str, tuple[str, ...]]:
        """Return the weights of every layer that a group lists."""
        group = self._groups.get(place)
        names = self._all(group, "layer_names", MAX_NAMES) if group is not None else []
        prefix = f"{place}/" if place else ""
        return {name: self.weights(prefix + name) for name in names}

    def weights(self, path: str) -> tuple[str, ...]:
        """Return the paths of the weights that a group lists in Keras's order."""
        group = self._groups.get(path)
        if group is None:
            return ()
        return tuple(f"{path}/{name}" for name in self._all(group, "weight_names", MAX_NAMES))

    def _all(self, group: Any, name: str, limit: int) -> list[str]:
        """Return an attribute's texts; Keras cuts one that is too long into ``name0``, ``name1``…"""
        whole = self._attributes.texts(group, name, limit)
        if whole is not None:
            return whole
        found: list[str] = []
        for index in range(self._options.max_objects):
            part = self._attributes.texts(group, f"{name}{index}", limit)
            if part is None:
                break
            found += part
        return found
