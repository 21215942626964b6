"""The attacks: every one a builder that writes a hostile file, with the code of the rule that must catch it.

A builder gets a fresh folder and a canary (a file whose content must appear nowhere, and which must stay
as it is), writes one model and returns its path."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Canary:
    """What an attack tries to touch."""

    secret: Path
    """A file to read; its text is ``text``."""

    target: Path
    """A file that must not come into being."""

    port: int
    """A listening port on loopback that must not be called."""

    text: str = "canary-3f1c-secret"


Builder = Callable[[Path, Canary], Path]


@dataclass(frozen=True)
class Attack:
    """One way to hurt whoever loads the file."""

    name: str
    code: str
    """The rule that must be among the findings."""

    build: Builder


ATTACKS: list[Attack] = []


def attack(code: str) -> Callable[[Builder], Builder]:
    """Register a builder under its function's name."""

    def register(build: Builder) -> Builder:
        ATTACKS.append(Attack(build.__name__, code, build))
        return build

    return register
