"""All rules, found by walking this package: a rule is in the catalogue because its file is there.

The folders are families. One whose package has a function ``concerns`` is imported only for cases that it
concerns: importing rules that have nothing to judge would be a tenth of a static audit.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

from logitcheck.rules import __path__ as rules_path
from logitcheck.rules.rule import Rule

if TYPE_CHECKING:
    from logitcheck.rules.case import Case


@cache
def catalogue() -> tuple[type[Rule], ...]:
    """Return every rule class, sorted by code. Two rules with one code are a RuntimeError."""
    found: dict[str, type[Rule]] = {}
    for rule in (rule for family in families() for rule in rules_in(family)):
        if rule.code in found:
            raise RuntimeError(f"{rule.code} is both {found[rule.code].__module__} and {rule.__module__}")
        found[rule.code] = rule
    return tuple(found[code] for code in sorted(found))


def concerning(case: Case) -> tuple[type[Rule], ...]:
    """Return the rules, sorted by code, that could find something in a case."""
    found = [rule for family in families() if _concerns(family, case) for rule in rules_in(family)]
    return tuple(sorted(found, key=lambda rule: rule.code))


@cache
def families() -> tuple[str, ...]:
    """Return the dotted names of the folders of rules. Listing costs a tenth of what ``pkgutil`` takes."""
    entries = (entry for path in rules_path for entry in os.scandir(path))
    return tuple(sorted(f"logitcheck.rules.{e.name}" for e in entries if e.name[0] != "_" and e.is_dir()))


@cache
def rules_in(family: str) -> tuple[type[Rule], ...]:
    """Import the rule files of a family and return their rules."""
    return tuple(rule for module in rule_modules(family) for rule in rules_of(module))


def rule_modules(family: str) -> list[str]:
    """Return the dotted names of the rule files in a family."""
    return sorted(f"{family}.{name}" for name in _files(import_module(family)))


def rules_of(module: str) -> list[type[Rule]]:
    """Import a rule file and return the rules it defines."""
    loaded = vars(import_module(module)).values()
    return [
        thing
        for thing in loaded
        if isinstance(thing, type) and issubclass(thing, Rule) and thing.__module__ == module
    ]


def _files(package: ModuleType) -> Iterator[str]:
    for path in package.__path__:
        for file in os.listdir(path):  # noqa: PTH208 (pathlib is not imported yet)
            name, _, suffix = file.partition(".")
            if suffix == "py" and not name.startswith("_"):
                yield name


def _concerns(family: str, case: Case) -> bool:
    """Ask a family about a case. One that cannot tell is run: its rules meet the failure, and it is told."""
    asked = getattr(import_module(family), "concerns", None)
    try:
        return asked is None or bool(asked(case))
    except Exception:
        return True
