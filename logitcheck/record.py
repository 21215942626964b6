"""Frozen dataclasses that are cheap to define.

The standard decorator writes and compiles six methods for every class, and reads every annotation. The
program defines some fifty classes before it reads its first file, which would be a tenth of a static audit;
here all of them share one set of methods, and the fields are made when somebody asks for them. Fields,
``replace``, ``asdict``, equality, hash, text and errors are those of ``dataclasses.dataclass(frozen=True)``.

A class of which thousands are made may have its own ``__init__``, which is twice as quick as the common one:
``self.__dict__.update(…)`` with all fields in their order at once. After single assignments into ``__dict__``
Python would read the fields four times as slowly.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

Class = TypeVar("Class", bound=type)
MISSING = dataclasses.MISSING


def _dataclass(*, frozen: bool) -> Callable[[Class], Class]:
    """Return the decorator; ``frozen`` stands at every class for its reader, and is always true."""
    assert frozen
    return _define


def _define(cls: Class) -> Class:
    assert cls.__bases__ == (object,), "a record inherits from no other"
    made: Any = cls
    own = made.__dict__
    made._names = tuple(made.__annotations__)
    if "__init__" not in own:
        made.__init__ = _initializer({name: own.get(name, MISSING) for name in made._names})
    made.__dataclass_fields__ = _Fields()
    for name, shared in {**_METHODS, "__match_args__": made._names}.items():
        setattr(made, name, shared)
    return cls


class _Fields:
    """Stands in the place of a class's fields until somebody asks for them, which is seldom."""

    def __get__(self, _: object, cls: Any) -> Any:
        dataclasses.dataclass(init=False, repr=False, eq=False)(cls)
        return cls.__dataclass_fields__


def _initializer(given: dict[str, Any]) -> Callable[..., None]:
    """Return the ``__init__`` of a class: of its fields' names and what stands behind their ``=``."""
    names = tuple(given)
    made = {name: value for name, value in given.items() if isinstance(value, dataclasses.Field)}
    factories: list[tuple[str, Any]] = [
        (name, field.default_factory) for name, field in made.items() if field.default_factory is not MISSING
    ]
    defaults = {**given, **{name: field.default for name, field in made.items()}}
    anew = dict(factories)
    required = [name for name in names if defaults[name] is MISSING and name not in anew]

    def init(self: Any, *args: Any, **kwargs: Any) -> None:
        if len(args) == len(names) and not kwargs:
            values = dict(zip(names, args))  # noqa: B905 (as many as one another)
        else:
            values = defaults.copy()
            values.update(zip(names, args))  # noqa: B905 (too many arguments are an error below)
            values.update(kwargs)
            if len(values) > len(names) or len(args) > len(names):
                raise TypeError(f"{type(self).__qualname__} takes {list(names)}, not {args} and {kwargs}")
            if len(args) < len(required) and not kwargs.keys() >= set(required[len(args) :]):
                raise TypeError(f"{type(self).__qualname__} lacks one of {required[len(args) :]}")
            for name, make in factories:
                if values[name] is MISSING:
                    values[name] = make()
        self.__dict__.update(values)

    return init


def _values(self: Any) -> tuple[Any, ...]:
    return tuple([getattr(self, name) for name in self._names])


def _equal(self: Any, other: object) -> Any:
    return _values(self) == _values(other) if type(other) is type(self) else NotImplemented


def _hash(self: Any) -> int:
    return hash(_values(self))


def _text(self: Any) -> str:
    inside = ", ".join(f"{name}={getattr(self, name)!r}" for name in self._names)
    return f"{type(self).__qualname__}({inside})"


def _refuse(_: Any, name: str, *__: Any) -> None:
    raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")


_METHODS = {
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
