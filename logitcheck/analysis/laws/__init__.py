"""The laws: one table, op name → law, whose families are imported when one of their ops occurs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any

from logitcheck.analysis.laws.base import Law
from logitcheck.analysis.laws.index import FAMILIES


class _Table(Mapping[str, Law]):
    """Op name → law. Start-up time is why a family waits until it is asked for."""

    def __init__(self, families: Mapping[str, str]):
        self._family = {op: family for family, ops in families.items() for op in ops.split()}
        self._laws: dict[str, Law] = {}

    def __getitem__(self, op: str) -> Law:
        law = self._laws.get(op)
        if law is None:
            self._laws.update(import_module(f"logitcheck.analysis.laws.{self._family[op]}").LAWS)
            law = self._laws[op]
        return law

    def get(self, op: str, default: Any = None) -> Any:
        """Return an op's law; asked for every node, so that it takes no detour."""
        law = self._laws.get(op)
        return self[op] if law is None and op in self._family else law or default

    def __contains__(self, op: object) -> bool:
        return op in self._family

    def __iter__(self) -> Iterator[str]:
        return iter(self._family)

    def __len__(self) -> int:
        return len(self._family)


LAWS: Mapping[str, Law] = _Table(FAMILIES)
"""Every op that has a law."""
