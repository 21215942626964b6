"""Frozen dataclasses that are cheap to define.

The standard decorator writes and compiles six methods for every class. The program defines some fifty classes
before it reads its first file, which would be a tenth of a static audit; here all of them share one set of
methods. Fields, ``replace``, ``asdict``, equality, hash, text and errors are those of
``dataclasses.dataclass(frozen=True)``.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar, cast

Class = TypeVar("Class", bound=type)
MISSING = dataclasses.MISSING


def _dataclass(*, frozen: bool) -> Callable[[Class], Class]:
    """Return the decorator; ``frozen`` stands at every class for its reader, and is always true."""
    assert frozen
    return _define


def _define(cls: Class) -> Class:
    made: Any = dataclasses.dataclass(init=False, repr=False, eq=False)(cls)
    found = dataclasses.fields(made)
    made._names = tuple(field.name for field in found)
    made._defaults = {field.name: field.default for field in found}
    made._factories = [(field.name, field.default_factory) for field in found if _is_made(field)]
    made._required = [field.name for field in found if field.default is MISSING and not _is_made(field)]
    for name, method in _METHODS.items():
        setattr(made, name, method)
    return cast("Class", made)


def _is_made(field: dataclasses.Field[Any]) -> bool:
    """Tell whether a field's default is made anew for every object."""
    return field.default_factory is not MISSING


def _init(self: Any, *args: Any, **kwargs: Any) -> None:
    values = self.__dict__
    values.update(self._defaults)
    values.update(zip(self._names, args))  # noqa: B905 (too many arguments are an error below)
    values.update(kwargs)
    for name, make in self._factories:
        if values[name] is MISSING:
            values[name] = make()
    missing = self._required[len(args) :]
    if missing and not kwargs.keys() >= set(missing):
        raise TypeError(f"{type(self).__qualname__} lacks one of {missing}")
    if len(values) > len(self._names) or len(args) > len(self._names):
        raise TypeError(f"{type(self).__qualname__} takes {list(self._names)}, not {args} and {kwargs}")


def _values(self: Any) -> tuple[Any, ...]:
    return tuple(self.__dict__[name] for name in self._names)


def _equal(self: Any, other: object) -> Any:
    return _values(self) == _values(other) if type(other) is type(self) else NotImplemented


def _hash(self: Any) -> int:
    return hash(_values(self))


def _text(self: Any) -> str:
    inside = ", ".join(f"{name}={self.__dict__[name]!r}" for name in self._names)
    return f"{type(self).__qualname__}({inside})"


def _refuse(_: Any, name: str, *__: Any) -> None:
    raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")


_METHODS = {
    "__init__": _init,
    "__eq__": _equal,
    "__hash__": _hash,
    "__repr__": _text,
    "__setattr__": _refuse,
    "__delattr__": _refuse,
}

if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass
else:
    dataclass = _dataclass
