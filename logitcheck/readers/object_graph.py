"""A TensorFlow 2 SavedModel's tree of Python objects: variables, functions and what they capture.

The same tree is in the checkpoint with other numbers; walking both from the root by the names of the children
tells which stored tensor belongs to which variable.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

from logitcheck.readers.function_library import Body


class ObjectGraph:
    """``SavedObjectGraph`` and the checkpoint's ``TrackableObjectGraph`` side by side."""

    def __init__(self, saved: Any, checkpoint: Any = None):
        self.nodes = saved.nodes
        self.concrete = saved.concrete_functions
        self.checkpoint = checkpoint

    @cached_property
    def paths(self) -> dict[int, str]:
        """A name for every object: the children's names from the root, joined by ``/``; the shortest way."""
        found = {0: ""} if len(self.nodes) else {}
        waiting = list(found)
        for number in waiting:
            for child in self.nodes[number].children:
                if child.node_id not in found and 0 <= child.node_id < len(self.nodes):
                    found[child.node_id] = f"{found[number]}/{child.local_name}".lstrip("/")
                    waiting.append(child.node_id)
        return found

    @cached_property
    def keys(self) -> dict[int, str]:
        """Checkpoint key of every variable that the checkpoint holds, by object number."""
        if self.checkpoint is None or not len(self.checkpoint.nodes) or not len(self.nodes):
            return {}
        stored, pairs = self.checkpoint.nodes, {0: 0}
        waiting = [0]
        for number in waiting:
            mine = {child.local_name: child.node_id for child in self.nodes[number].children}
            for child in stored[pairs[number]].children:
                own = mine.get(child.local_name, -1)
                if 0 <= own < len(self.nodes) and own not in pairs and 0 <= child.node_id < len(stored):
                    pairs[own] = child.node_id
                    waiting.append(own)
        return {
            own: attribute.checkpoint_key
            for own, other in pairs.items()
            for attribute in stored[other].attributes
            if attribute.name == "VARIABLE_VALUE" and self.kind(own) == "variable"
        }

    def kind(self, number: int) -> str | None:
        """Return what an object is (``variable``, ``function``…); None where the number means nothing."""
        found = self.nodes[number].WhichOneof("kind") if 0 <= number < len(self.nodes) else None
        return found if isinstance(found, str) else None

    def captures(self, function: str) -> tuple[int, ...]:
        """Return the objects bound to the last arguments of a concrete function."""
        return tuple(self.concrete[function].bound_inputs) if function in self.concrete else ()

    def handles(self, main: Body) -> dict[str, int]:
        """Return the object behind each captured node of the main graph: calls name both in order."""
        found: dict[str, int] = {}
        for node in main.nodes.values():
            if node.op in ("StatefulPartitionedCall", "PartitionedCall"):
                bound = self.captures(node.attr["f"].func.name)
                names = [text.split(":", 1)[0] for text in node.input if text[:1] != "^"]
                if bound and len(names) >= len(bound):
                    found.update(zip(names[-len(bound) :], bound, strict=True))
        return found

    @cached_property
    def named(self) -> dict[str, int]:
        """Variables by their own name, where only one has it."""
        found: dict[str, list[int]] = {}
        for number, node in enumerate(self.nodes):
            if node.WhichOneof("kind") == "variable":
                found.setdefault(node.variable.name, []).append(number)
        return {name: numbers[0] for name, numbers in found.items() if len(numbers) == 1}

    def functions(self) -> Iterator[tuple[str, str]]:
        """Yield path and concrete function's name for every function that hangs in the tree."""
        for number, path in self.paths.items():
            node = self.nodes[number]
            kind = node.WhichOneof("kind")
            if kind == "function":
                for name in node.function.concrete_functions:
                    yield path, name
            elif kind == "bare_concrete_function":
                yield path, node.bare_concrete_function.concrete_function_name

    def user_objects(self) -> Iterator[tuple[str, Any]]:
        """Yield path and ``SavedUserObject`` of every object of a class."""
        for number, path in self.paths.items():
            if self.kind(number) == "user_object":
                yield path, self.nodes[number].user_object


def full_names(checkpoint: Any) -> Mapping[str, str]:
    """Return the variables' own names (``dense/kernel``) by checkpoint key."""
    if checkpoint is None:
        return {}
    return {
        attribute.checkpoint_key: attribute.full_name
        for node in checkpoint.nodes
        for attribute in node.attributes
        if attribute.full_name
    }
