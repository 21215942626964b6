"""What Python 3.7 to 3.9 lack and the modules of the worker use; run before these in such a Python.

This module and no other is written for Python 3.7 alone: it is there before anything else of ours.
"""

from __future__ import annotations

import functools
import importlib.machinery
import itertools
import math
import sys
import types
import typing
from collections.abc import Iterable, Iterator
from typing import Any

ABSENT = object()


def prepare() -> None:
    """Add what this Python lacks."""
    sys.meta_path.insert(0, OursFirst())
    if not hasattr(functools, "cache"):
        functools.cache = functools.lru_cache(None)
    if not hasattr(functools, "cached_property"):
        functools.cached_property = Once  # type: ignore[misc, assignment]
    if not hasattr(math, "prod"):
        math.prod = product  # type: ignore[assignment]
    if not hasattr(typing, "Protocol"):
        typing.Protocol = type("Protocol", (), {})


class OursFirst:
    """Finds the modules of this package, and no others, for :class:`Loader`."""

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        """Return the module's specification as Python itself finds it, with our loader."""
        if not name.startswith("logitcheck."):
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        if spec is not None and isinstance(spec.loader, importlib.machinery.SourceFileLoader):
            spec.loader = Loader(name, spec.loader.path)
        return spec


class Loader(importlib.machinery.SourceFileLoader):
    """Gives each module a ``zip`` that takes ``strict``, as Python has it from 3.10 on.

    Modules that are in the words of a newer Python (the readers are, for 3.8) cannot be imported.
    """

    def source_to_code(self, data: Any, path: Any, *, _optimize: int = -1) -> types.CodeType:  # type: ignore[override]
        """Compile a module. Raises ImportError where this Python cannot read it."""
        try:
            return super().source_to_code(data, path, _optimize=_optimize)
        except SyntaxError as problem:
            known = "{}.{}".format(*sys.version_info)
            raise ImportError(f"{self.name} is for a newer Python than {known}") from problem

    def exec_module(self, module: types.ModuleType) -> None:
        """Run the module's code."""
        module.zip = strict_zip  # type: ignore[attr-defined]
        super().exec_module(module)


def strict_zip(*columns: Iterable[Any], strict: bool = False) -> Iterator[tuple[Any, ...]]:
    """Return tuples of items side by side. Raises ValueError where the lengths differ and must not."""
    return side_by_side(columns) if strict else zip(*columns)  # noqa: B905


def side_by_side(columns: Iterable[Iterable[Any]]) -> Iterator[tuple[Any, ...]]:
    """Yield tuples of items side by side. Raises ValueError where one column ends before another."""
    for row in itertools.zip_longest(*columns, fillvalue=ABSENT):
        if any(item is ABSENT for item in row):
            raise ValueError("zip() arguments have different lengths")
        yield row


class Once:
    """A property that is computed once, as ``functools.cached_property`` of Python 3.8."""

    def __init__(self, compute: Any) -> None:
        self._compute = compute
        self.__doc__ = compute.__doc__

    def __get__(self, owner: Any, kind: Any = None) -> Any:
        if owner is None:
            return self
        value = owner.__dict__[self._compute.__name__] = self._compute(owner)
        return value


def product(numbers: Iterable[Any]) -> Any:
    """Return the product of numbers, 1 where there are none."""
    return functools.reduce(lambda one, other: one * other, numbers, 1)
