"""All rules, found by walking this package: a rule is in the catalogue because its file is there."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cache
from importlib import import_module

from logitcheck.rules import __path__ as rules_path
from logitcheck.rules.rule import Rule


@cache
def catalogue() -> tuple[type[Rule], ...]:
    """Return every rule class, sorted by code. Two rules with one code are a RuntimeError."""
    found: dict[str, type[Rule]] = {}
    for module in rule_modules():
        for rule in rules_of(module):
            if rule.code in found:
                raise RuntimeError(f"{rule.code} is both {found[rule.code].__module__} and {module}")
            found[rule.code] = rule
    return tuple(found[code] for code in sorted(found))


def rule_modules() -> list[str]:
    """Return the dotted names of the rule files: modules in the folders, without those in ``_`` names.

    Listing folders costs a tenth of what ``pkgutil`` takes for it.
    """
    return sorted(name for path in rules_path for name in _modules(path, "logitcheck.rules", inside=False))


def rules_of(module: str) -> list[type[Rule]]:
    """Import a rule file and return the rules it defines."""
    loaded = vars(import_module(module)).values()
    return [
        thing
        for thing in loaded
        if isinstance(thing, type) and issubclass(thing, Rule) and thing.__module__ == module
    ]


def _modules(folder: str, package: str, inside: bool) -> Iterator[str]:
    for entry in os.scandir(folder):
        name, dot, suffix = entry.name.partition(".")
        if name.startswith("_"):
            continue
        if not dot and entry.is_dir():
            yield from _modules(entry.path, f"{package}.{name}", inside=True)
        elif inside and suffix == "py":
            yield f"{package}.{name}"
