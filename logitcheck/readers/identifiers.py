"""How Keras writes down a class or a function, in every dialect, brought to one form.

A string (``mse``, ``SparseCategoricalCrossentropy``, ``keras.losses.Huber``, ``Custom>MyLoss``), a class
dictionary (``class_name`` and ``config``) or a function dictionary (``class_name: function``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from logitcheck.record import dataclass

KERAS_PACKAGES = ("keras", "tf_keras", "tensorflow", "tf", "builtins")
"""Top packages whose objects are Keras's own."""


@dataclass(frozen=True)
class Identifier:
    """A class or function as a file names it."""

    name: str
    """Without module: ``Adam``, ``my_loss``, ``<lambda>``."""

    config: Mapping[str, Any] | None
    """The stored arguments; None for a bare name or function."""

    foreign: bool
    """True where the file says that it is not Keras's own."""


def identifier(stored: Any) -> Identifier | None:
    """Read a stored class or function; None where it is none (None, a list, a plain dictionary)."""
    if isinstance(stored, str):
        return _from_string(stored, None)
    if not isinstance(stored, dict) or "class_name" not in stored:
        return None
    name, config = stored["class_name"], stored.get("config")
    if name == "__lambda__":
        return Identifier("<lambda>", None, True)
    if name == "function" and isinstance(config, str):
        return _from_string(config, stored.get("module"))
    if name == "function" and isinstance(config, dict) and isinstance(config.get("name"), str):
        return _from_string(config["name"], stored.get("module"))
    found = _from_string(str(name), stored.get("module"))
    return Identifier(found.name, config if isinstance(config, dict) else {}, found.foreign)


def _from_string(text: str, module: Any) -> Identifier:
    """Split a module or a registration package from a name."""
    _, registered, name = text.rpartition(">")
    if registered:
        return Identifier(name or text, None, True)
    place, _, name = text.rpartition(".")
    foreign = any(not is_keras(where) for where in (place, module) if isinstance(where, str) and where)
    return Identifier(name or text, None, foreign)


def is_keras(module: str) -> bool:
    """Say whether a module belongs to Keras or TensorFlow."""
    return module.split(".", 1)[0] in KERAS_PACKAGES


def version_tuple(version: str | None) -> tuple[int, ...] | None:
    """Return ``(2, 4, 0)`` for "2.4.0" or "2.4.0-tf"; None where there is no number."""
    numbers: list[int] = []
    for part in (version or "").split("."):
        digits = part[: len(part) - len(part.lstrip("0123456789"))]
        if digits:
            numbers.append(int(digits))
        if digits != part or not part:
            break
    return tuple(numbers) or None
