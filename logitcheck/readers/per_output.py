"""How a training configuration spreads losses and metrics over a model's outputs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from logitcheck.record import dataclass


@dataclass(frozen=True)
class Spread:
    """What is stored for each output, and the names that belong to none."""

    items: tuple[Any, ...]
    """One stored value for each output, None where there is none."""

    stray: tuple[str, ...] = ()


def is_single(stored: Any) -> bool:
    """Say whether a stored value is one loss or metric rather than a collection of them."""
    return isinstance(stored, str) or (isinstance(stored, dict) and "class_name" in stored)


def spread(stored: Any, names: Sequence[str]) -> Spread:
    """Give each output its stored value: one for all, a list in order, or a dictionary by name.

    Nested lists and dictionaries (Keras 3 takes the structure of the outputs) are flattened.
    """
    if stored is None or is_single(stored):
        return Spread((stored,) * len(names))
    if isinstance(stored, dict):
        return _by_name(dict(_branches(stored, names)), names)
    return _by_position(list(_flat(stored)), names)


def spread_lists(stored: Any, names: Sequence[str], per_output: bool) -> tuple[tuple[Any, ...], ...]:
    """Give each output its stored metrics, of which it may have several.

    A flat list belongs to every output in Keras 2; ``per_output`` says that, as in Keras 3, it holds one
    entry for each output of a model with several.
    """
    if isinstance(stored, dict) and not is_single(stored):
        items: Sequence[Any] = _by_name(stored, names).items
    elif isinstance(stored, list) and _is_one_for_each(stored, len(names), per_output):
        items = stored
    else:
        items = [stored] * len(names)
    return tuple(tuple(_flat(item)) for item in items)


def stored_names(stored: Any) -> tuple[str, ...]:
    """Name the outputs of a model that tells none itself, as Keras names them, by what is stored for them."""
    if isinstance(stored, dict) and not is_single(stored):
        return tuple(str(name) for name in stored)
    count = len(stored) if isinstance(stored, list) else 1
    return tuple(f"output_{index + 1}" for index in range(count))


def _is_one_for_each(stored: list[Any], outputs: int, per_output: bool) -> bool:
    """Say whether a list of metrics holds an entry for each output."""
    nested = any(isinstance(item, list) for item in stored)
    return len(stored) == outputs and (nested or (per_output and outputs > 1))


def _by_name(stored: Mapping[str, Any], names: Sequence[str]) -> Spread:
    """Match keys with output names; a nested dictionary's keys too, where its own key names no output."""
    known = dict(_named(stored, names))
    stray = tuple(name for name in known if name not in names)
    return Spread(tuple(known.get(name) for name in names), stray)


def _named(stored: Mapping[str, Any], names: Sequence[str]) -> Iterator[tuple[str, Any]]:
    """Yield every key that names an output or ends a branch, with its value."""
    for key, value in stored.items():
        if key not in names and isinstance(value, dict) and not is_single(value):
            yield from _named(value, names)
        else:
            yield key, value


def _branches(stored: Mapping[str, Any], names: Sequence[str]) -> Iterator[tuple[str, Any]]:
    """Yield what is stored by the name of its output; a list under a key goes to key, key_1, key_2…"""
    for key, value in stored.items():
        if isinstance(value, dict) and not is_single(value) and key not in names:
            yield from _branches(value, names)
        elif isinstance(value, list):
            parts = list(_flat(value))
            yield from ((f"{key}_{index}" if index else key, part) for index, part in enumerate(parts))
        else:
            yield key, value


def _by_position(stored: list[Any], names: Sequence[str]) -> Spread:
    """Match by order; entries beyond the last output are stray, missing ones are None."""
    count = len(names)
    stray = tuple(f"[{index}]" for index in range(count, len(stored)) if stored[index] is not None)
    return Spread(tuple((stored + [None] * count)[:count]), stray)


def _flat(stored: Any) -> Iterator[Any]:
    """Yield the single values of a nested list or dictionary, Nones of a list included."""
    if isinstance(stored, dict) and not is_single(stored):
        stored = list(stored.values())
    if isinstance(stored, list):
        for item in stored:
            yield from _flat(item) if item is not None else (None,)
    elif stored is not None:
        yield stored
