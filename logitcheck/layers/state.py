"""What one lowering keeps from layer to layer, and the values that layers hand on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from logitcheck.errors import NotAudited
from logitcheck.graph import Node, Ref, Shape
from logitcheck.model import Sighting

MAX_NODES = 120_000
"""Nodes a model may unfold to; nested models called many times over would otherwise grow without end."""


class Value:
    """One tensor while lowering: where it comes from, and what is known of its shape and dtype.

    A plain class, which is made and read more quickly than a tuple or a record; nobody changes an object.
    """

    __slots__ = ("dtype", "ref", "shape")

    def __init__(self, ref: Ref, shape: Shape, dtype: str | None) -> None:
        self.ref, self.shape, self.dtype = ref, shape, dtype

    @property
    def rank(self) -> int | None:
        """Number of axes, None where unknown."""
        return None if self.shape is None else len(self.shape)


class State:
    """All that one lowering has written so far."""

    def __init__(self, call: Callable[..., Any], keras: int = 3) -> None:
        self.call = call
        """Lowers one call of a layer: ``call(state, layer, owner, inner, args, kwargs)``."""

        self.keras = keras
        """Major version of the Keras that wrote the file."""

        self.nodes: list[Node] = []
        self.sightings: list[Sighting] = []
        self._names: dict[str, int] = {}
        """Of every name that is taken, the highest number behind it."""

        self.values: dict[Any, Value] = {}
        """Constants and weights already made, under their value or their place."""

        self.positions: dict[str, int] = {}
        """How many weights each layer has so far."""

        self.masks: dict[Ref, Value] = {}
        """The mask that Keras carries along with a tensor, where it carries one."""

    def write(
        self, wish: str, op: str, inputs: tuple[Ref, ...], attrs: Mapping[str, Any], layer: str | None
    ) -> str:
        """Append a node and return its name: the wished one, numbered where another node has it.

        Raises NotAudited where the model unfolds beyond :data:`MAX_NODES`.
        """
        if len(self.nodes) >= MAX_NODES:
            raise NotAudited(f"the model unfolds to more than {MAX_NODES} operations")
        if wish in self._names:
            name = self._numbered(wish)
        else:
            name = wish
            self._names[wish] = 0
        self.nodes.append(Node(name, op, inputs, attrs, layer))
        return name

    def _numbered(self, wish: str) -> str:
        """Return the wish with the first number that makes it a name nobody has yet."""
        count = self._names[wish]
        while True:
            count += 1
            name = f"{wish}_{count}"
            if name not in self._names:
                break
        self._names[wish] = count
        self._names[name] = 0
        return name
