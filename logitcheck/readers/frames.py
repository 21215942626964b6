"""What an inliner knows of the function it is in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from logitcheck.graph import Ref
from logitcheck.readers.function_library import Body

if TYPE_CHECKING:
    from typing import TypeAlias


Bound: TypeAlias = "dict[str, tuple[Ref, ...]]"
"""The outputs of a node or argument that stands for something already placed."""


@dataclass
class Frame:
    """One call of one body."""

    body: Body
    prefix: str = ""
    stack: tuple[str, ...] = ()
    """Names of the functions being inlined around it."""

    bound: Bound = field(default_factory=dict)
    placed: dict[str, str] = field(default_factory=dict)
    """Names in the flat graph of nodes that stand for themselves."""


def sources(node: Any) -> list[str]:
    """Return the names that a node takes data from; control inputs are left out."""
    return [text.split(":", 1)[0] for text in node.input if text[:1] != "^"]


def op_of(frame: Frame, name: str) -> str | None:
    """Return the op of a body's node, None for its arguments."""
    node = frame.body.nodes.get(name)
    return node.op if node is not None else None
