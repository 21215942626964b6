"""Splits a Keras model in front of its heads: what makes its features, and what makes answers of them.

What a loss makes of a head depends on how the head is called; the features are numbers to it. So the large
part need not be traced once more for each way of calling.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from typing import TypeAlias

Flatten: TypeAlias = "Callable[[Any], list[Any]]"

STEPS = 64
"""Layers and ops that are followed back from the outputs at most."""


class Halves(NamedTuple):
    """Two models that make up one: layers are shared, not copied."""

    body: Any
    """From the inputs to the features, a list."""

    head: Any
    """From the features to the outputs."""


def halves(model: Any, kind: Any, flatten: Flatten) -> Halves | None:
    """Return the two halves of a functional model; None where it has no such place, or Keras finds none.

    ``kind``: the library's class ``Model``. A head begins with the last layers that have weights.
    """
    try:
        features = before_heads(model.outputs, flatten)
        return Halves(kind(model.inputs, features), kind(features, model.outputs)) if features else None
    except Exception:  # a model that is no graph of layers has no history, or one that Keras cannot cut
        return None


def before_heads(outputs: Sequence[Any], flatten: Flatten) -> list[Any]:
    """Return the symbolic tensors that go into the last layers with weights; none where an input is reached.

    Raises AttributeError where a tensor does not know its layer.
    """
    todo = list(outputs)
    found: dict[int, Any] = {}
    for _ in range(STEPS):
        if not todo:
            return list(found.values())
        layer, index, _ = todo.pop()._keras_history
        node = layer._inbound_nodes[index]
        if node.is_input:
            return []
        read = getattr(node, "keras_inputs", None) or flatten(node.input_tensors)
        if getattr(layer, "weights", None):
            found.update((id(tensor), tensor) for tensor in read)
        else:
            todo.extend(read)
    return []
