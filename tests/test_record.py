"""A record is a frozen dataclass in all that a caller sees; only defining it is cheaper."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from dataclasses import field
from functools import cached_property
from typing import Any

import pytest

from logitcheck.analysis.tensor import Tensor
from logitcheck.graph import Node
from logitcheck.model import WeightRef
from logitcheck.record import dataclass
from logitcheck.topology import Call, LayerConfig


@dataclass(frozen=True)
class Ours:
    """A record."""

    name: str
    size: int
    tags: dict[str, int] = field(default_factory=dict)
    note: str | None = None

    @cached_property
    def length(self) -> int:
        """Something that is kept beside the fields."""
        return len(self.name)


@dataclasses.dataclass(frozen=True)
class Theirs:
    """The same, made by the standard library."""

    name: str
    size: int
    tags: dict[str, int] = field(default_factory=dict)
    note: str | None = None


ARGUMENTS: tuple[tuple[tuple[Any, ...], dict[str, Any]], ...] = (
    (("a", 1), {}),
    (("a",), {"size": 1}),
    ((), {"size": 1, "name": "a"}),
    (("a", 1, {"x": 2}), {"note": "n"}),
    (("a", 1, {"x": 2}, "n"), {}),
)


@pytest.mark.parametrize(("args", "kwargs"), ARGUMENTS)
def test_fields_text_and_order_are_those_of_a_frozen_dataclass(
    args: tuple[Any, ...], kwargs: dict[str, Any]
) -> None:
    ours, theirs = Ours(*args, **kwargs), Theirs(*args, **kwargs)
    assert dataclasses.asdict(ours) == dataclasses.asdict(theirs)
    assert list(vars(ours).items()) == list(vars(theirs).items())
    assert repr(ours) == repr(theirs).replace("Theirs", "Ours")
    changed = dataclasses.replace(ours, size=5)
    assert (changed.size, changed.name, ours.size) == (5, "a", 1)


@pytest.mark.parametrize(
    ("args", "kwargs"),
    [(("a",), {}), ((), {"name": "a"}), (("a", 1), {"wrong": 2}), (("a", 1, {}, None, 5), {})],
)
def test_missing_and_unknown_arguments_are_errors(args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    for made in (Ours, Theirs):
        with pytest.raises(TypeError):
            made(*args, **kwargs)


def test_equality_and_hash_are_those_of_the_fields() -> None:
    tags = {"x": 1}
    first, second = Ours("a", 1, tags), Ours("a", 1, dict(tags))
    assert first.length == 1  # what is kept beside the fields is no part of them
    assert first == second
    assert first != Ours("a", 2, tags)
    other: object = Theirs("a", 1, tags)
    assert first != other
    assert Ours("a", 1).tags is not Ours("a", 1).tags
    with pytest.raises(TypeError):
        hash(first)


def test_a_record_is_frozen_and_can_be_copied() -> None:
    record = Ours("a", 1)
    with pytest.raises(dataclasses.FrozenInstanceError):
        record.name = "b"  # type: ignore[misc]
    with pytest.raises(dataclasses.FrozenInstanceError):
        del record.name
    assert copy.deepcopy(record) == record
    assert pickle.loads(pickle.dumps(record)) == record


def test_the_fields_are_the_standard_ones() -> None:
    assert dataclasses.is_dataclass(Ours)
    assert dataclasses.is_dataclass(Ours("a", 1))
    ours, theirs = dataclasses.fields(Ours), dataclasses.fields(Theirs)
    assert [(f.name, f.type, f.default, f.default_factory) for f in ours] == [
        (f.name, f.type, f.default, f.default_factory) for f in theirs
    ]
    assert Ours.__match_args__ == Theirs.__match_args__


def test_fields_are_made_when_they_are_asked_for() -> None:
    @dataclass(frozen=True)
    class Late:
        """A record that nobody asked for its fields yet."""

        tags: list[int] = field(default_factory=list)
        size: int = 2

    assert not isinstance(vars(Late)["__dataclass_fields__"], dict)
    before = Late()
    assert dataclasses.replace(before, size=3).size == 3
    assert isinstance(vars(Late)["__dataclass_fields__"], dict)
    assert Late() == before
    assert Late().tags is not before.tags


@pytest.mark.parametrize("cls", [Call, LayerConfig, Node, Tensor, WeightRef])
def test_a_constructor_of_its_own_is_the_common_one(cls: type[Any]) -> None:
    common = dataclasses.make_dataclass(
        "Common",
        [
            (f.name, f.type, field(default=f.default, default_factory=f.default_factory))
            for f in dataclasses.fields(cls)
        ],
    )
    least = [f.name for f in dataclasses.fields(cls) if f.default is f.default_factory]
    assert list(vars(cls(*least)).items()) == list(vars(common(*least)).items())
    every = {f.name: f.name for f in dataclasses.fields(cls)}
    assert vars(cls(**every)) == vars(cls(*every)) == every
    assert cls(*least) != cls(**every)
